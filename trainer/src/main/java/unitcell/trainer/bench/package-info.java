/** Timings that a user can repeat: whole training steps and single kernels, as medians with their spread. */
package unitcell.trainer.bench;
