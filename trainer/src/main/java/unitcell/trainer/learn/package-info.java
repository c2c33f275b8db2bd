/**
 * What every kind of training shares: losses and gradients of a batch within the device's memory, one optimiser step with
 * everything it changes, the schedule of the learning rate, how long a run goes on, and where its checkpoints are found.
 */
package unitcell.trainer.learn;
