/**
 * Counter-based random numbers: every draw is a pure function of (seed, step, stream, element), so a run can be resumed,
 * split over threads or moved to another device without changing one number.
 */
package unitcell.engine.random;
