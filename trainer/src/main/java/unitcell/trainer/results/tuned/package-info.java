/**
 * What fine-tuning runs found, read from their folders: pre-trained against fresh networks and guesses on each task, by
 * crystal system where that matters, and the predictions behind it.
 */
package unitcell.trainer.results.tuned;
