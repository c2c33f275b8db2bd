package unitcell.trainer.data;

import java.util.stream.IntStream;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.crystal.graph.NeighborRule;

/**
 * How many edges each crystal's graph has, at its own positions: for balancing batches, and for the averages that the
 * network scales by.
 */
public final class EdgeCounts {
    private EdgeCounts() {}

    /** Counts on all processors; the result does not depend on how many there are. */
    public static int[] of(CrystalStore crystals, NeighborRule rule) {
        return IntStream.range(0, crystals.size())
                .parallel()
                .map(i -> NeighborGraph.of(crystals.get(i), rule).edges())
                .toArray();
    }

    /** Mean number of edges into an atom. */
    public static double averageDegree(int[] edges, CrystalStore crystals) {
        return IntStream.of(edges).asLongStream().sum() / (double) crystals.atoms();
    }
}
