package unitcell.nn;

import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.SphericalLayout;

/**
 * Sizes and options that every attention block and the edge-degree embedding of a model share.
 *
 * @param layout (L, M) of edge features; says also whether radial weights are shared over m
 * @param channels C
 * @param hidden channels of the messages between the two SO(2) convolutions
 * @param heads H
 * @param alpha A, channels of a head that make the attention logit
 * @param value V, channels of a head that carry the message
 * @param basis radial basis
 * @param species rows of species tables, mask included
 * @param edgeChannels width of radial functions' hidden layers and of species tables
 * @param blockEmbedding whether each block has its own species tables
 * @param shared the tables shared by all blocks, or null
 * @param renormalise layer norm on the attention features (use_attn_renorm)
 * @param activation activation of messages
 */
public record AttentionConfig(
        SphericalLayout layout,
        int channels,
        int hidden,
        int heads,
        int alpha,
        int value,
        GaussianBasis basis,
        int species,
        int edgeChannels,
        boolean blockEmbedding,
        AtomEdgeEmbedding shared,
        boolean renormalise,
        SphereActivation activation) {
    AtomEdgeEmbedding embedding(ModelBuilder builder, String prefix) {
        return blockEmbedding ? AtomEdgeEmbedding.ofBlock(builder, prefix, species, edgeChannels) : shared;
    }

    RadialFunction radialFunction(ModelBuilder builder, String name, AtomEdgeEmbedding embedding, int out) {
        return new RadialFunction(builder, name, basis, embedding, edgeChannels, edgeChannels, out);
    }
}
