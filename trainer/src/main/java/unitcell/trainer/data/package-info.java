/**
 * Training data: crystals in memory, the split that keeps validation honest, corruption, and batches of neighbour graphs
 * built ahead of the step.
 *
 * <p>Everything random here is addressed by (seed, epoch, crystal id) or (seed, epoch), never drawn in sequence: a run
 * gives the same batches with any number of threads, and a resumed run continues as if it had not stopped.
 */
package unitcell.trainer.data;
