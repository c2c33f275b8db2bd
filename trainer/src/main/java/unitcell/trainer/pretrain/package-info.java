/**
 * Self-supervised pre-training: the losses, one optimiser step, validation, the schedule, checkpoints, and the loop that
 * ties them together and can be stopped and resumed at any step without a trace in the numbers.
 */
package unitcell.trainer.pretrain;
