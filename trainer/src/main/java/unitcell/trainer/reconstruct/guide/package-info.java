/**
 * Which elements go onto the hidden sites of a crystal when more is wanted than the most probable one for each: only certain
 * elements, a given composition, balanced charges, several candidates. What a network says of each site comes in as
 * logarithms of probabilities; the assignments of highest sum that fulfil everything come out, exactly and in order.
 */
package unitcell.trainer.reconstruct.guide;
