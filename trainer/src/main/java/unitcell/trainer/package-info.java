/** Commands, training loops, datasets, checkpoints and reports. */
package unitcell.trainer;
