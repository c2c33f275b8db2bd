/**
 * The adversarial game on top of pre-training: a discriminator that tells real crystals from completed ones, and a
 * generator that is taught by it besides, through species, positions and edge frames. Losses, one step of both networks,
 * validation, the guard that ends a game gone wrong, and a run that can be stopped and resumed at any step.
 */
package unitcell.trainer.gan;
