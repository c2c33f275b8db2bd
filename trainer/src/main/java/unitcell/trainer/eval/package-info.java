/**
 * Judging crystals: which share of a set passes the rules of validity, and how well a network completes crystals whose truth
 * is known.
 */
package unitcell.trainer.eval;
