package unitcell.engine.cpu;

import java.util.Random;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.memory.Scope;
import unitcell.engine.so3.WignerD;

/** Edges for parity tests: sorted by target, with both orderings, declared as inputs of a {@link Parity.Case}. */
final class RaggedGraphs {
    private final int nodes;
    private final int[] source;
    private final int[] target;
    private final int[] targetStart;
    private final int[] sourceStart;
    private final int[] sourceEdge;

    private RaggedGraphs(int nodes, int[] source, int[] target) {
        this.nodes = nodes;
        this.source = source;
        this.target = target;
        targetStart = starts(nodes, target);
        sourceStart = starts(nodes, source);
        sourceEdge = new int[source.length];
        int[] next = sourceStart.clone();
        for (int e = 0; e < source.length; e++) {
            sourceEdge[next[source[e]]++] = e;
        }
    }

    private static int[] starts(int nodes, int[] index) {
        int[] out = new int[nodes + 1];
        for (int i : index) {
            out[i + 1]++;
        }
        for (int i = 0; i < nodes; i++) {
            out[i + 1] += out[i];
        }
        return out;
    }

    /**
     * Random edges within groups of consecutive nodes; every third node has no incoming edge.
     *
     * @param group nodes of a group
     */
    static RaggedGraphs random(Random random, int nodes, int edges, int group) {
        int[] source = new int[edges];
        int[] target = new int[edges];
        for (int e = 0; e < edges; e++) {
            target[e] = (int) ((long) e * nodes / edges);
            target[e] -= target[e] % 3 == 2 ? 1 : 0;
            int first = target[e] / group * group;
            source[e] = first + random.nextInt(Math.min(group, nodes - first));
        }
        return new RaggedGraphs(nodes, source, target);
    }

    int nodes() {
        return nodes;
    }

    int edges() {
        return source.length;
    }

    /** The numbers of the five index tensors. */
    record Declared(int nodes, int edges, int source, int target, int targetStart, int sourceStart, int sourceEdge) {
        EdgeIndex of(Parity.Arguments a) {
            return new EdgeIndex(
                    nodes,
                    edges,
                    a.get(source),
                    a.get(target),
                    a.get(targetStart),
                    a.get(sourceStart),
                    a.get(sourceEdge));
        }
    }

    Declared declare(Parity.Case c) {
        return new Declared(
                nodes,
                edges(),
                c.indices(source),
                c.indices(target),
                c.indices(targetStart),
                c.indices(sourceStart),
                c.indices(sourceEdge));
    }

    /** The index itself, in a scope of the caller. */
    EdgeIndex index(Scope scope) {
        return new EdgeIndex(
                nodes,
                edges(),
                scope.of(source, source.length),
                scope.of(target, target.length),
                scope.of(targetStart, nodes + 1),
                scope.of(sourceStart, nodes + 1),
                scope.of(sourceEdge, sourceEdge.length));
    }

    /** Random rotations, [E, 9]. */
    static double[] rotations(Random random, int edges) {
        double[] r = new double[9 * edges];
        double[] one = new double[9];
        for (int e = 0; e < edges; e++) {
            WignerD.rotation(
                    random.nextGaussian(), random.nextGaussian(), random.nextGaussian(), random.nextGaussian(), one);
            System.arraycopy(one, 0, r, 9 * e, 9);
        }
        return r;
    }

    /** Wigner matrices of degrees 0..lmax of random rotations, [E, D]. */
    static double[] wigner(Random random, int edges, int lmax) {
        double[] out = new double[edges * WignerD.packedSize(lmax)];
        WignerD.fromRotations(rotations(random, edges), edges, lmax, out);
        return out;
    }
}
