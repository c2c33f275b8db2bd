package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * Vectors, lengths and frames of edges. A few dozen operations for each edge once per batch, done in float64 one edge at a
 * time: the subtraction of positions and the frames lose nothing, and the time does not show beside the features'.
 *
 * <p>Memory convention: addresses of contiguous float32 tensors; angstrom, rotations row-major [3, 3].
 */
final class VectorSphericalEdges {
    private static final int EDGES_PER_TASK = 256;
    private static final int NODES_PER_TASK = 64;

    private VectorSphericalEdges() {}

    static void edgeVector(
            Workers workers,
            EdgeIndex index,
            Tensor position,
            Tensor cell,
            Tensor crystal,
            Tensor shift,
            Tensor vector) {
        String kernel = "edgeVector";
        VectorSegmentIndex edges = new VectorSegmentIndex(kernel, index);
        Shapes.ofAny(kernel, "position", position)
                .tensor("position", position, edges.nodes, 3)
                .tensor("cell", cell, ANY, 3, 3)
                .tensor("shift", shift, edges.edges, 3)
                .tensor("vector", vector, edges.edges, 3);
        long r = Args.floats("position", position, position.size());
        long h = Args.floats("cell", cell, cell.size());
        long s = Args.floats("shift", shift, shift.size());
        long v = Args.floats("vector", vector, vector.size());
        long b = VectorSegmentIndex.values(kernel, "crystal", crystal, edges.nodes, cell.dim(0));
        workers.range(edges.edges, EDGES_PER_TASK, (from, to, scratch) -> {
            for (long e = from; e < to; e++) {
                long source = r + 12L * Lanes.intAt(edges.source, e);
                int target = Lanes.intAt(edges.target, e);
                long lattice = h + 36L * Lanes.intAt(b, target);
                for (int k = 0; k < 3; k++) {
                    double sum = (double) Lanes.getAt(source, k) - Lanes.getAt(r, 3L * target + k);
                    for (int i = 0; i < 3; i++) {
                        sum += (double) Lanes.getAt(s, 3 * e + i) * Lanes.getAt(lattice, 3L * i + k);
                    }
                    Lanes.setAt(v, 3 * e + k, (float) sum);
                }
            }
        });
    }

    static void edgeVectorBackward(
            Workers workers,
            EdgeIndex index,
            Tensor dvector,
            Tensor crystal,
            Tensor shift,
            Sink dposition,
            Sink dcell) {
        String kernel = "edgeVectorBackward";
        VectorSegmentIndex edges = new VectorSegmentIndex(kernel, index);
        Shapes.ofAny(kernel, "dvector", dvector)
                .tensor("dvector", dvector, edges.edges, 3)
                .tensor("shift", shift, edges.edges, 3)
                .sink("dposition", dposition, edges.nodes, 3)
                .sink("dcell", dcell, ANY, 3, 3);
        long g = Args.floats("dvector", dvector, dvector.size());
        if (dposition != null) {
            long to = Args.sink("dposition", dposition, 3L * edges.nodes);
            workers.range(
                    edges.nodes,
                    NODES_PER_TASK,
                    (from, end, scratch) -> positions(edges, g, to, dposition.add(), from, end));
        }
        if (dcell != null) {
            long crystals = dcell.tensor().dim(0);
            long b = VectorSegmentIndex.values(kernel, "crystal", crystal, edges.nodes, crystals);
            long s = Args.floats("shift", shift, shift.size());
            cells(edges, g, b, s, Args.sink("dcell", dcell, 9 * crystals), (int) crystals, dcell.add());
        }
    }

    /** For each node: minus the gradients of its incoming edges, plus those of its outgoing ones. */
    private static void positions(VectorSegmentIndex edges, long g, long to, boolean add, long from, long end) {
        double[] sum = new double[3];
        for (long n = from; n < end; n++) {
            for (int k = 0; k < 3; k++) {
                sum[k] = add ? Lanes.getAt(to, 3 * n + k) : 0;
            }
            for (long e = Lanes.intAt(edges.targetStart, n); e < Lanes.intAt(edges.targetStart, n + 1); e++) {
                for (int k = 0; k < 3; k++) {
                    sum[k] -= Lanes.getAt(g, 3 * e + k);
                }
            }
            for (int i = Lanes.intAt(edges.sourceStart, n); i < Lanes.intAt(edges.sourceStart, n + 1); i++) {
                long e = Lanes.intAt(edges.sourceEdge, i);
                for (int k = 0; k < 3; k++) {
                    sum[k] += Lanes.getAt(g, 3 * e + k);
                }
            }
            for (int k = 0; k < 3; k++) {
                Lanes.setAt(to, 3 * n + k, (float) sum[k]);
            }
        }
    }

    /** Outer products of translations and gradients, by one thread in the order of the edges. */
    private static void cells(
            VectorSegmentIndex edges, long g, long crystal, long shift, long to, int crystals, boolean add) {
        double[] sum = new double[9 * crystals];
        for (long e = 0; e < edges.edges; e++) {
            int at = 9 * Lanes.intAt(crystal, Lanes.intAt(edges.target, e));
            for (int i = 0; i < 3; i++) {
                double s = Lanes.getAt(shift, 3 * e + i);
                for (int k = 0; s != 0 && k < 3; k++) {
                    sum[at + 3 * i + k] += s * Lanes.getAt(g, 3 * e + k);
                }
            }
        }
        for (int i = 0; i < sum.length; i++) {
            Lanes.setAt(to, i, (float) (add ? Lanes.getAt(to, i) + sum[i] : sum[i]));
        }
    }

    static void edgeFrame(Workers workers, Tensor vector, Tensor distance, Tensor rotation, Tensor jacobian) {
        long edges = vector.dim(0);
        Shapes.of("edgeFrame", "vector", vector, ANY, 3)
                .tensor("distance", distance, edges)
                .tensor("rotation", rotation, edges, 9)
                .optional("jacobian", jacobian, edges, 9);
        long v = Args.floats("vector", vector, 3 * edges);
        long d = Args.floats("distance", distance, edges);
        long r = Args.floats("rotation", rotation, 9 * edges);
        long a = Args.optional("jacobian", jacobian, 9 * edges);
        workers.range(edges, EDGES_PER_TASK, (from, to, scratch) -> {
            for (long e = from; e < to; e++) {
                frame(v + 12 * e, d + 4 * e, r + 36 * e, a == 0 ? 0 : a + 36 * e, e);
            }
        });
    }

    /** The two charts of {@link unitcell.engine.so3.EdgeFrame#fromVector}, whose lower one is the upper one of (x, -y, -z). */
    private static void frame(long v, long distance, long r, long jacobian, long edge) {
        double x = Lanes.get(v);
        double y = Lanes.getAt(v, 1);
        double z = Lanes.getAt(v, 2);
        double d = Math.sqrt(x * x + y * y + z * z);
        if (!(d > 0 && d < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("edgeFrame: vector[" + edge + "] is (" + x + ", " + y + ", " + z
                    + "); expected a vector of positive, finite length");
        }
        x /= d;
        y /= d;
        z /= d;
        double s = y >= 0 ? 1 : -1;
        double c = 1 / (1 + s * y);
        Lanes.set(distance, (float) d);
        row(r, 0, 1 - x * x * c, -s * x, -x * z * c);
        row(r, 1, x, y, z);
        row(r, 2, -s * x * z * c, -z, s * (1 - z * z * c));
        if (jacobian != 0) {
            row(jacobian, 0, s * x * z * c, z, -s * (1 - z * z * c));
            row(jacobian, 1, s * z * c, 0, -s * x * c);
            row(jacobian, 2, 1 - x * x * c, -s * x, -x * z * c);
        }
    }

    private static void row(long matrix, long row, double x, double y, double z) {
        Lanes.setAt(matrix, 3 * row, (float) x);
        Lanes.setAt(matrix, 3 * row + 1, (float) y);
        Lanes.setAt(matrix, 3 * row + 2, (float) z);
    }

    static void edgeFrameBackward(
            Workers workers,
            Tensor vector,
            Tensor distance,
            Tensor jacobian,
            Tensor ddistance,
            Tensor angular,
            Sink dvector) {
        long edges = vector.dim(0);
        Shapes shapes = Shapes.of("edgeFrameBackward", "vector", vector, ANY, 3)
                .tensor("distance", distance, edges)
                .optional("ddistance", ddistance, edges)
                .optional("angular", angular, edges, 3)
                .same("dvector", dvector, vector);
        if (angular != null) {
            shapes.tensor("jacobian", jacobian, edges, 9);
        }
        if (dvector == null) {
            return;
        }
        long v = Args.floats("vector", vector, 3 * edges);
        long d = Args.floats("distance", distance, edges);
        long gd = Args.optional("ddistance", ddistance, edges);
        long w = Args.optional("angular", angular, 3 * edges);
        long a = angular == null ? 0 : Args.floats("jacobian", jacobian, 9 * edges);
        long g = Args.sink("dvector", dvector, 3 * edges);
        boolean add = dvector.add();
        workers.range(edges, EDGES_PER_TASK, (from, to, scratch) -> {
            double[] n = new double[3];
            double[] turn = new double[3];
            for (long e = from; e < to; e++) {
                double length = Lanes.getAt(d, e);
                double along = 0;
                for (int k = 0; k < 3; k++) {
                    n[k] = Lanes.getAt(v, 3 * e + k) / length;
                    turn[k] = 0;
                    for (int i = 0; w != 0 && i < 3; i++) {
                        turn[k] += (double) Lanes.getAt(a, 9 * e + 3L * i + k) * Lanes.getAt(w, 3 * e + i);
                    }
                    along += n[k] * turn[k];
                }
                double stretch = gd == 0 ? 0 : Lanes.getAt(gd, e);
                for (int k = 0; k < 3; k++) {
                    double sum = n[k] * stretch + (turn[k] - n[k] * along) / length;
                    Lanes.setAt(g, 3 * e + k, (float) (add ? Lanes.getAt(g, 3 * e + k) + sum : sum));
                }
            }
        });
    }
}
