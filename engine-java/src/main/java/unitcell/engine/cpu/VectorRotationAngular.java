package unitcell.engine.cpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.so3.So3Generators;

/**
 * Gradients of edges' rotations: dL/dw for dR R^T = [w]x.
 *
 * <p>For a linear use y = D x of an edge's matrix with gradient g, dL/dw_k = g . J_k D x in the edge frame. Since J(w) D =
 * D J(R^T w), this is R a with a_k = (D^T g) . (J_k x) in the crystal's frame. There D^T g is what the backward pass adds
 * to the node's gradient anyway, and no row beyond |m| <= M is ever rotated. The other way round, z = D^T v with gradient
 * g, the same holds with a_k = (D^T v) . (J_k g), because J_k is antisymmetric. R is the degree-1 block of the Wigner
 * matrix.
 *
 * <p>Memory convention: the parts a are scratch memory of the caller, one vector of three for each edge and part, each
 * written by one task.
 */
final class VectorRotationAngular {
    private static final VectorSpecies<Float> F = Lanes.F;
    private static final MemorySegment ALL = Lanes.ALL;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final int EDGES_PER_TASK = 256;

    private final VectorRotationPlan plan;
    private final int channels;
    private final int edges;
    private final int parts;
    private final long partial;
    /** Entries above the diagonal of each generator: row, column (byte offsets of a feature's rows), value. */
    private final int[][] rows = new int[3][];

    private final int[][] columns = new int[3][];
    private final float[][] values = new float[3][];

    /**
     * Room for the parts.
     *
     * @param parts uses of each edge's matrix that contribute
     * @param scratch keeps the parts until {@link #finish}
     */
    VectorRotationAngular(VectorRotationPlan plan, int channels, int edges, int parts, Scratch scratch) {
        this.plan = plan;
        this.channels = channels;
        this.edges = edges;
        this.parts = parts;
        partial = scratch.floats(3L * parts * edges);
        So3Generators generators = new So3Generators(plan.layout.lmax());
        for (int k = 0; k < 3; k++) {
            upper(k, generators.axis(k));
        }
    }

    private void upper(int k, So3Generators.Sparse generator) {
        int[] row = generator.rows();
        int[] column = generator.columns();
        double[] value = generator.values();
        int half = value.length / 2;
        rows[k] = new int[half];
        columns[k] = new int[half];
        values[k] = new float[half];
        for (int i = 0, n = 0; i < value.length; i++) {
            if (row[i] < column[i]) {
                rows[k][n] = 4 * channels * row[i];
                columns[k][n] = 4 * channels * column[i];
                values[k][n++] = (float) value[i];
            }
        }
    }

    /** a of part {@code part} of edge e: z . (J_k x) for z and x [S, C] in the crystal's frame. */
    void contract(long z, long x, long e, int part) {
        long to = partial + 12 * (parts * e + part);
        for (int k = 0; k < 3; k++) {
            Lanes.setAt(to, k, contract(rows[k], columns[k], values[k], z, x, channels));
        }
    }

    /** Sum over entries J[r, s] = -J[s, r] with r < s of J[r, s] (z_r x_s - z_s x_r). */
    private static float contract(int[] rows, int[] columns, float[] values, long z, long x, int channels) {
        FloatVector sum = Lanes.zero();
        int whole = Lanes.whole(channels);
        for (int c = 0; c < whole; c += Lanes.WIDTH) {
            long zc = z + 4L * c;
            long xc = x + 4L * c;
            for (int i = 0; i < values.length; i++) {
                FloatVector zr = FloatVector.fromMemorySegment(F, ALL, zc + rows[i], ORDER);
                FloatVector xs = FloatVector.fromMemorySegment(F, ALL, xc + columns[i], ORDER);
                FloatVector zs = FloatVector.fromMemorySegment(F, ALL, zc + columns[i], ORDER);
                FloatVector xr = FloatVector.fromMemorySegment(F, ALL, xc + rows[i], ORDER);
                sum = FloatVector.broadcast(F, values[i]).fma(zr.mul(xs).sub(zs.mul(xr)), sum);
            }
        }
        if (whole < channels) {
            var mask = Lanes.first(channels - whole);
            long zc = z + 4L * whole;
            long xc = x + 4L * whole;
            for (int i = 0; i < values.length; i++) {
                FloatVector a = Lanes.load(zc + rows[i], mask).mul(Lanes.load(xc + columns[i], mask));
                FloatVector b = Lanes.load(zc + columns[i], mask).mul(Lanes.load(xc + rows[i], mask));
                sum = FloatVector.broadcast(F, values[i]).fma(a.sub(b), sum);
            }
        }
        return Lanes.sum(sum);
    }

    /** Sums the parts and turns them into the edge frames. */
    void finish(Workers workers, long wigner, long dangular, boolean add) {
        workers.range(edges, EDGES_PER_TASK, (from, to, scratch) -> {
            for (long e = from; e < to; e++) {
                turn(wigner + 4 * e * plan.wignerSize, e, dangular + 12 * e, add);
            }
        });
    }

    private void turn(long d, long e, long out, boolean add) {
        long part = partial + 12 * parts * e;
        float[] a = new float[3];
        for (int p = 0; p < parts; p++) {
            for (int k = 0; k < 3; k++) {
                a[k] += Lanes.getAt(part, 3 * p + k);
            }
        }
        for (int j = 0; j < 3; j++) {
            float w = 0;
            if (plan.layout.lmax() > 0) {
                long r = d + 4 * (SphericalLayout.wignerOffset(1) + 3 * j);
                w = Lanes.get(r) * a[0] + Lanes.getAt(r, 1) * a[1] + Lanes.getAt(r, 2) * a[2];
            }
            Lanes.setAt(out, j, add ? Lanes.getAt(out, j) + w : w);
        }
    }
}
