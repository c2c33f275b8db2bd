/**
 * Whether a crystal is plausible, by the two rules with which generative models are compared since CDVAE (Xie et al.,
 * ICLR 2022, arXiv 2110.06197): atoms keep a distance, and charges can balance. {@link
 * unitcell.crystal.validity.ValidityRules} is the entry point.
 *
 * <p>The rules are necessary, not sufficient: about one real crystal in ten fails the second. Quote a model's validity
 * beside that of the real crystals it learnt from.
 */
package unitcell.crystal.validity;
