package unitcell.trainer.cases;

import unitcell.engine.kernel.SphericalLayout;
import unitcell.net.EquiformerV2Config;
import unitcell.net.GraphBatch;

/**
 * The sizes at which a network calls kernels on a batch.
 *
 * @param parameters scalar parameters of the network
 */
public record KernelSizes(EquiformerV2Config config, GraphBatch batch, long parameters) {
    long nodes() {
        return batch.nodes();
    }

    long edges() {
        return batch.edges();
    }

    SphericalLayout layout() {
        return config.layout();
    }

    /** S = (L+1)^2. */
    long coefficients() {
        return layout().coefficients();
    }

    /** R, coefficients of edge features. */
    long reduced() {
        return layout().reduced();
    }

    /** C. */
    long channels() {
        return config.sphereChannels();
    }

    /** Channels of hidden edge features. */
    long hidden() {
        return config.attnHiddenChannels();
    }

    /** Channels of values, all heads together. */
    long values() {
        return (long) config.numHeads() * config.attnValueChannels();
    }

    /** Columns of attention features, all heads together. */
    long attention() {
        return (long) config.numHeads() * config.attnAlphaChannels();
    }

    /** Edge lengths, [E]. */
    double[] distances() {
        double[] out = new double[batch.edges()];
        double[] v = batch.vector();
        for (int e = 0; e < out.length; e++) {
            out[e] = Math.sqrt(v[3 * e] * v[3 * e] + v[3 * e + 1] * v[3 * e + 1] + v[3 * e + 2] * v[3 * e + 2]);
        }
        return out;
    }
}
