/**
 * The demo: trains on bundled crystals for a few minutes, completes crystals that training has never seen, and writes a
 * report to look at.
 */
package unitcell.trainer.demo;
