package unitcell.trainer.bench;

import unitcell.engine.kernel.SphericalLayout;
import unitcell.net.EquiformerV2Config;

/**
 * Floating-point operations of the matrix products that the reference network performs (2 for each multiply-add), so that
 * rates can be compared between programs whatever work each of them saves.
 *
 * @param flops operations of one forward pass
 */
public record MatrixWork(double flops) {
    /** Training costs about three forward passes of matrix work: one more for each of the two gradients. */
    public static final double TRAINING_FACTOR = 3;

    /** Work of a generator with {@code classes} species classes and a displacement head. */
    public static MatrixWork forward(EquiformerV2Config c, int nodes, int edges, int classes) {
        SphericalLayout layout = c.layout();
        int s = layout.coefficients();
        double edgeDegree = radial(c, (c.lmax() + 1) * c.sphereChannels()) + rotation(layout, c.sphereChannels());
        double attention = attention(c, layout);
        double perEdge = edgeDegree + (c.numLayers() + 1) * attention;
        double projection = (double) s * c.numHeads() * c.attnValueChannels() * c.sphereChannels();
        double perNode = c.numLayers() * (feedForward(c, s, c.sphereChannels()) + projection)
                + feedForward(c, s, classes)
                + (double) s * c.numHeads() * c.attnValueChannels();
        return new MatrixWork(2 * (edges * perEdge + nodes * perNode));
    }

    /** Multiply-adds of a radial function whose first layer is a dense product, as in the reference. */
    private static double radial(EquiformerV2Config c, int out) {
        double in = c.basis().count() + (c.useAtomEdgeEmbedding() ? 2.0 * c.edgeChannels() : 0);
        return in * c.edgeChannels() + (double) c.edgeChannels() * c.edgeChannels() + (double) c.edgeChannels() * out;
    }

    /** A dense rotation of all coefficients of one edge into or out of its frame, as in the reference. */
    private static double rotation(SphericalLayout layout, int channels) {
        return (double) layout.reduced() * layout.coefficients() * channels;
    }

    private static double attention(EquiformerV2Config c, SphericalLayout layout) {
        int in = 2 * c.sphereChannels();
        int value = c.numHeads() * c.attnValueChannels();
        int gating = switch (c.activation()) {
            case SEPARABLE_S2 -> c.attnHiddenChannels();
            case S2 -> 0;
            case GATE -> c.lmax() * c.attnHiddenChannels();
        };
        double grid = 2 * gridPoints(c, c.mmax()) * layout.reduced() * c.attnHiddenChannels();
        return radial(c, layout.radialSlots() * in)
                + rotation(layout, in)
                + so2(layout, in, c.attnHiddenChannels(), c.numHeads() * c.attnAlphaChannels() + gating)
                + (c.useGateAct() ? 0 : grid)
                + so2(layout, c.attnHiddenChannels(), value, 0)
                + rotation(layout, value);
    }

    private static double so2(SphericalLayout layout, int in, int out, int extra) {
        int l = layout.lmax();
        double work = (l + 1.0) * in * ((l + 1.0) * out + extra);
        for (int m = 1; m <= layout.mmax(); m++) {
            double degrees = l - m + 1;
            work += 4 * degrees * in * degrees * out;
        }
        return work;
    }

    private static double feedForward(EquiformerV2Config c, int s, int out) {
        double f = c.ffnHiddenChannels();
        double points = gridPoints(c, c.lmax());
        double work = s * c.sphereChannels() * f + s * f * out;
        if (c.useGridMlp()) {
            work += 2 * points * s * f + 3 * points * f * f + (c.useSepS2Act() ? c.sphereChannels() * f : 0);
        } else if (!c.useGateAct()) {
            work += 2 * points * s * f + (c.useSepS2Act() ? c.sphereChannels() * f : 0);
        } else {
            work += c.sphereChannels() * c.lmax() * f;
        }
        return work;
    }

    private static double gridPoints(EquiformerV2Config c, int mmax) {
        if (c.gridResolution() > 0) {
            return (double) c.gridResolution() * c.gridResolution();
        }
        int longitudes = mmax < c.lmax() ? 2 * mmax + 1 : 2 * (c.lmax() + 1) + 1;
        return 2.0 * (c.lmax() + 1) * longitudes;
    }
}
