package unitcell.net;

import unitcell.autograd.Tape;
import unitcell.engine.kernel.SphericalLayout;

/**
 * How many edges attention takes at once: all of a batch where the tensors of all blocks fit into half of the device's
 * memory; otherwise runs of targets whose tensors take an eighth of it, computed again in the backward pass. It depends on
 * the device's whole memory, not on what happens to be free, so that a run repeated on the same device gives the same bits.
 */
final class EdgeBudget {
    /** Edges of a run, in place of what memory allows: for tests, and for machines that others use too. */
    static final String PROPERTY = "unitcell.attention.edges";

    private EdgeBudget() {}

    /** Largest number of edges to take at once, or {@code Long.MAX_VALUE} for all. */
    static long edgesAtOnce(EquiformerV2Config config, Tape tape, int edges) {
        Long named = Long.getLong(PROPERTY);
        if (named != null) {
            if (named < 1) {
                throw new IllegalArgumentException(PROPERTY + " is " + named + "; expected 1 or more");
            }
            return named;
        }
        return edgesAtOnce(
                tape.device().pool().memory().capacity(),
                bytesOfEdge(config, tape.dtype().bytes()),
                tape.mode() == Tape.Mode.INFERENCE ? 1 : config.numLayers() + 1,
                edges);
    }

    /**
     * The rule by itself.
     *
     * @param capacity bytes of the device
     * @param bytes of one edge in one block
     * @param blocks blocks whose tensors exist at the same time
     */
    static long edgesAtOnce(long capacity, long bytes, int blocks, int edges) {
        double all = (double) bytes * blocks * edges;
        return all <= capacity / 2.0 ? Long.MAX_VALUE : Math.max(1, capacity / 8 / bytes);
    }

    /** Bytes of one edge's tensors in one attention block, their gradients included. */
    static long bytesOfEdge(EquiformerV2Config config, int bytesOfNumber) {
        SphericalLayout layout = config.layout();
        long both = 2L * config.sphereChannels();
        long rotated = both * (layout.reduced() + layout.radialSlots());
        long hidden = 2L * layout.reduced() * config.attnHiddenChannels();
        long value = (long) layout.reduced() * config.numHeads() * config.attnValueChannels();
        long scalars = (long) config.numHeads() * config.attnAlphaChannels() + 4L * config.edgeChannels();
        return 2 * bytesOfNumber * (rotated + hidden + value + scalars);
    }
}
