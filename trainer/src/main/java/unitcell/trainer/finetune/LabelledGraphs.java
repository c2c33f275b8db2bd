package unitcell.trainer.finetune;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import unitcell.crystal.Crystal;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.crystal.graph.NeighborRule;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.trainer.data.CrystalStore;

/**
 * Neighbour graphs of labelled crystals. They are the same in every epoch and every fit, so they are kept as far as they
 * take no more than a share of the heap; others are built anew wherever they are needed, with the same result. Safe for
 * several threads.
 */
final class LabelledGraphs {
    /** Bytes of an edge in a {@link NeighborGraph}. */
    private static final long EDGE_BYTES = 52;

    private static final double HEAP_SHARE = 0.25;

    private final CrystalStore crystals;
    private final NeighborRule rule;
    private final int[] edges; // [B]
    private final NeighborGraph[] kept; // [B], null where there was no room

    LabelledGraphs(CrystalStore crystals, NeighborRule rule) {
        this(crystals, rule, (long) (HEAP_SHARE * Runtime.getRuntime().maxMemory()));
    }

    /** @param room bytes that kept graphs may take */
    LabelledGraphs(CrystalStore crystals, NeighborRule rule, long room) {
        this.crystals = crystals;
        this.rule = rule;
        this.edges = new int[crystals.size()];
        this.kept = new NeighborGraph[crystals.size()];
        AtomicLong used = new AtomicLong();
        IntStream.range(0, crystals.size()).parallel().forEach(i -> {
            NeighborGraph graph = NeighborGraph.of(crystals.get(i), rule);
            edges[i] = graph.edges();
            if (used.addAndGet(EDGE_BYTES * graph.edges()) <= room) {
                kept[i] = graph;
            }
        });
    }

    /** Numbers of edges of some crystals. */
    int[] edges(int[] rows) {
        return IntStream.of(rows).map(row -> edges[row]).toArray();
    }

    /** The crystals at the given places as one graph. */
    GraphBatch batch(int[] rows) {
        List<Crystal> batch = new ArrayList<>(rows.length);
        List<NeighborGraph> graphs = new ArrayList<>(rows.length);
        for (int row : rows) {
            Crystal crystal = crystals.get(row);
            batch.add(crystal);
            graphs.add(kept[row] == null ? NeighborGraph.of(crystal, rule) : kept[row]);
        }
        return GraphBatches.of(batch, graphs);
    }
}
