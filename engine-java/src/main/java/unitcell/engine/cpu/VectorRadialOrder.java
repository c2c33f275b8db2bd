package unitcell.engine.cpu;

/**
 * Edges in the order of their lengths, by a counting sort over the bins of {@link VectorGaussians}: neighbours in it need
 * almost the same Gaussians, so that sums over Gaussians become dense products over a narrow window of them.
 *
 * <p>Memory convention: arrays of 32-bit integers in the caller's scratch memory. Edges of one bin keep their order.
 */
final class VectorRadialOrder {
    private final VectorGaussians gaussians;
    private final long bin; // [E], of each edge
    private final long start; // [bins+1]
    private final long edge; // [E], sorted

    /** Sorts edges by the lengths at {@code distance}. */
    VectorRadialOrder(VectorGaussians gaussians, long distance, int edges, Scratch scratch) {
        this.gaussians = gaussians;
        int bins = gaussians.bins();
        bin = scratch.take(4L * edges);
        edge = scratch.take(4L * edges);
        start = scratch.take(4L * (bins + 1));
        for (int b = 0; b <= bins; b++) {
            Lanes.setInt(start, b, 0);
        }
        for (int e = 0; e < edges; e++) {
            int b = gaussians.bin(Lanes.getAt(distance, e));
            Lanes.setInt(bin, e, b);
            Lanes.setInt(start, b, Lanes.intAt(start, b) + 1);
        }
        int sum = 0;
        for (int b = 0; b <= bins; b++) {
            sum += Lanes.intAt(start, b);
            Lanes.setInt(start, b, sum);
        }
        for (int e = edges - 1; e >= 0; e--) {
            int b = Lanes.intAt(bin, e);
            int at = Lanes.intAt(start, b) - 1;
            Lanes.setInt(start, b, at);
            Lanes.setInt(edge, at, e);
        }
    }

    /** The edge at a place of the order. */
    int edge(int place) {
        return Lanes.intAt(edge, place);
    }

    /** First Gaussian that matters to the edge at a place. */
    int first(int place) {
        return gaussians.first(Lanes.intAt(bin, edge(place)));
    }

    /** One more than the last Gaussian that matters to the edge at a place. */
    int end(int place) {
        return gaussians.end(Lanes.intAt(bin, edge(place)));
    }

    /** First place of the edges that Gaussian {@code from} and later ones matter to. */
    int from(int from) {
        return Lanes.intAt(start, gaussians.firstBin(from));
    }

    /** One more than the last place of the edges that Gaussians before {@code to} matter to. */
    int to(int to) {
        return Lanes.intAt(start, gaussians.endBin(to));
    }
}
