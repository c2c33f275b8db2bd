package unitcell.net;

import java.util.List;
import unitcell.crystal.Crystal;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.crystal.graph.NeighborRule;

/** Puts crystals and their neighbour graphs one behind the other into a {@link GraphBatch}. Safe on any thread. */
public final class GraphBatches {
    private GraphBatches() {}

    /** The neighbours that a configuration asks for; ties at a limit are kept, so that the choice turns with the crystal. */
    public static NeighborRule rule(EquiformerV2Config config) {
        NeighborRule all = NeighborRule.within(config.maxRadius());
        return config.maxNeighbors() == 0 ? all : all.nearest(config.maxNeighbors());
    }

    /** A batch of crystals with newly built graphs; unknown species become 0, the mask. */
    public static GraphBatch of(List<Crystal> crystals, NeighborRule rule) {
        return of(
                crystals, crystals.stream().map(c -> NeighborGraph.of(c, rule)).toList());
    }

    /** A batch of crystals with their graphs, one for each; unknown species become 0, the mask. */
    public static GraphBatch of(List<Crystal> crystals, List<NeighborGraph> graphs) {
        int nodes = graphs.stream().mapToInt(NeighborGraph::nodes).sum();
        int edges = graphs.stream().mapToInt(NeighborGraph::edges).sum();
        GraphBatch batch = new GraphBatch(
                crystals.size(),
                new int[crystals.size() + 1],
                new int[nodes],
                new double[3 * nodes],
                new double[9 * crystals.size()],
                new int[edges],
                new int[nodes + 1],
                new int[3 * edges],
                new double[3 * edges]);
        int node = 0;
        int edge = 0;
        for (int b = 0; b < crystals.size(); b++) {
            Crystal crystal = crystals.get(b);
            NeighborGraph graph = graphs.get(b);
            put(batch, b, crystal, node);
            put(batch, graph, node, edge);
            node += graph.nodes();
            edge += graph.edges();
            batch.crystalStart()[b + 1] = node;
        }
        return batch;
    }

    private static void put(GraphBatch batch, int index, Crystal crystal, int node) {
        int n = crystal.size();
        System.arraycopy(crystal.species(), 0, batch.species(), node, n);
        System.arraycopy(crystal.cartesian(), 0, batch.position(), 3 * node, 3 * n);
        System.arraycopy(crystal.lattice().matrix(), 0, batch.cell(), 9 * index, 9);
    }

    private static void put(GraphBatch batch, NeighborGraph graph, int node, int edge) {
        int[] source = graph.source();
        for (int e = 0; e < source.length; e++) {
            batch.source()[edge + e] = node + source[e];
        }
        int[] start = graph.targetStart();
        for (int i = 1; i < start.length; i++) {
            batch.targetStart()[node + i] = edge + start[i];
        }
        System.arraycopy(graph.shift(), 0, batch.shift(), 3 * edge, 3 * source.length);
        System.arraycopy(graph.vector(), 0, batch.vector(), 3 * edge, 3 * source.length);
    }
}
