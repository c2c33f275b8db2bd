/**
 * Completing crystals with a pre-trained network: loading a model from a checkpoint, telling the species of hidden sites
 * and removing displacements, and scoring the result against the truth.
 */
package unitcell.trainer.reconstruct;
