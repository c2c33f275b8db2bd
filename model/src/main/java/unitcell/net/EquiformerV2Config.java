package unitcell.net;

import unitcell.engine.kernel.EquivariantNorm;
import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.nn.ModelBuilder.WeightInit;
import unitcell.nn.SphereActivation;
import unitcell.nn.TransformerBlock.Regularisation;

/**
 * Sizes and options of an EquiformerV2, one component for each key of its own configuration that has a meaning here.
 *
 * @param maxNeighbors nearest neighbours kept for each target; 0 keeps all
 * @param maxRadius cutoff in angstrom
 * @param maxNumElements rows of species tables; row 0 is the mask
 * @param numLayers transformer blocks
 * @param sphereChannels C
 * @param attnHiddenChannels hidden channels of messages
 * @param numHeads H
 * @param attnAlphaChannels A
 * @param attnValueChannels V
 * @param ffnHiddenChannels F
 * @param norm kind of normalisation
 * @param lmax L
 * @param mmax M
 * @param gridResolution points of the S2 grid along each axis, even and at least 2(L+1); 0 for the reference's default,
 *     which aliases visibly where M &lt; L
 * @param edgeChannels width of radial functions
 * @param useAtomEdgeEmbedding whether radial functions see the species
 * @param shareAtomEdgeEmbedding whether all blocks share one pair of species tables
 * @param useMShareRad whether radial weights are shared over m
 * @param useAttnRenorm layer norm on attention features
 * @param useGateAct gates instead of S2 activations
 * @param useGridMlp a network at every grid point in feed-forward networks
 * @param useSepS2Act separate l=0 path
 * @param regularisation dropout rates
 * @param weightInit initialisation of linear layers
 * @param envelopeExponent exponent of the smooth polynomial cutoff; 0 for none (as the reference)
 */
public record EquiformerV2Config(
        int maxNeighbors,
        double maxRadius,
        int maxNumElements,
        int numLayers,
        int sphereChannels,
        int attnHiddenChannels,
        int numHeads,
        int attnAlphaChannels,
        int attnValueChannels,
        int ffnHiddenChannels,
        EquivariantNorm norm,
        int lmax,
        int mmax,
        int gridResolution,
        int edgeChannels,
        boolean useAtomEdgeEmbedding,
        boolean shareAtomEdgeEmbedding,
        boolean useMShareRad,
        boolean useAttnRenorm,
        boolean useGateAct,
        boolean useGridMlp,
        boolean useSepS2Act,
        Regularisation regularisation,
        WeightInit weightInit,
        int envelopeExponent) {
    /** Gaussians of the reference: 600 centres, two spacings wide, whatever num_distance_basis says. */
    private static final int BASIS_COUNT = 600;

    private static final double BASIS_WIDTH = 2;

    public EquiformerV2Config {
        require(maxRadius > 0 && Double.isFinite(maxRadius), "max_radius", maxRadius, "a positive length in angstrom");
        require(maxNeighbors >= 0, "max_neighbors", maxNeighbors, "0 (all) or more");
        require(maxNumElements >= 1, "max_num_elements", maxNumElements, "at least 1");
        require(numLayers >= 1, "num_layers", numLayers, "at least 1");
        require(sphereChannels >= 1, "sphere_channels", sphereChannels, "at least 1");
        require(attnHiddenChannels >= 1, "attn_hidden_channels", attnHiddenChannels, "at least 1");
        require(numHeads >= 1, "num_heads", numHeads, "at least 1");
        require(attnAlphaChannels >= 1, "attn_alpha_channels", attnAlphaChannels, "at least 1");
        require(attnValueChannels >= 1, "attn_value_channels", attnValueChannels, "at least 1");
        require(ffnHiddenChannels >= 1, "ffn_hidden_channels", ffnHiddenChannels, "at least 1");
        require(edgeChannels >= 1, "edge_channels", edgeChannels, "at least 1");
        require(lmax >= 1 && lmax <= 11, "lmax_list", lmax, "between 1 and 11");
        require(mmax >= 0 && mmax <= lmax, "mmax_list", mmax, "between 0 and lmax");
        require(
                gridResolution == 0 || gridResolution % 2 == 0 && gridResolution >= 2 * (lmax + 1),
                "grid_resolution",
                gridResolution,
                "null, or an even number of at least 2(lmax+1)");
        require(
                useAtomEdgeEmbedding || !shareAtomEdgeEmbedding,
                "share_atom_edge_embedding",
                shareAtomEdgeEmbedding,
                "false where use_atom_edge_embedding is false");
        require(envelopeExponent >= 0, "envelope_exponent", envelopeExponent, "0 (none) or more");
        rate(regularisation.alphaDrop(), "alpha_drop");
        rate(regularisation.dropPath(), "drop_path_rate");
        rate(regularisation.projDrop(), "proj_drop");
    }

    private static void rate(double value, String key) {
        require(value >= 0 && value < 1, key, value, "in [0, 1)");
    }

    private static void require(boolean ok, String key, Object found, String expected) {
        if (!ok) {
            throw new IllegalArgumentException(
                    "model configuration: " + key + " is " + found + ", expected " + expected);
        }
    }

    /** Order of edge features. */
    public SphericalLayout layout() {
        return new SphericalLayout(lmax, mmax, mmax, useMShareRad);
    }

    /** The radial basis. */
    public GaussianBasis basis() {
        return GaussianBasis.of(maxRadius, BASIS_COUNT, BASIS_WIDTH);
    }

    /** Activation of messages and of feed-forward networks without a grid network. */
    public SphereActivation activation() {
        if (useGateAct) {
            return SphereActivation.GATE;
        }
        return useSepS2Act ? SphereActivation.SEPARABLE_S2 : SphereActivation.S2;
    }
}
