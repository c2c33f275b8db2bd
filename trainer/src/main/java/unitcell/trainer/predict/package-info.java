/** Predictions of fine-tuned networks for crystals from files, streamed, with the spread of several as their uncertainty. */
package unitcell.trainer.predict;
