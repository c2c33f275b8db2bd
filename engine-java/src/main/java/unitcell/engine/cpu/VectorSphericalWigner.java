package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.so3.WignerRecurrence;

/**
 * Wigner matrices by {@link WignerRecurrence}, one edge in each lane: the recursion has no branches, so that a vector of
 * edges takes the time of one.
 *
 * <p>In float32 the products of rows are off by at most 8e-7 up to l = 6 and single elements by 4e-7: each degree costs one
 * product with a rotation, a sum of at most five terms.
 *
 * <p>Memory convention: the numbers of a vector of edges lie in scratch memory as [D] vectors and are then written out edge
 * by edge.
 */
final class VectorSphericalWigner {
    private static final VectorSpecies<Float> F = Lanes.F;
    private static final MemorySegment ALL = Lanes.ALL;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final long STEP = Lanes.BYTES;
    private static final int TERMS = WignerRecurrence.TERMS;

    private final float[] coefficients;
    private final int[] axes;
    private final int[] sources;
    private final float[] scales;
    private final int lmax;
    private final int size;

    VectorSphericalWigner(int lmax) {
        this.lmax = lmax;
        size = SphericalLayout.wignerOffset(lmax + 1);
        WignerRecurrence table = WignerRecurrence.of(lmax);
        coefficients = narrow(table.coefficients());
        axes = table.axes();
        sources = table.sources();
        scales = narrow(table.scales());
    }

    private static float[] narrow(double[] wide) {
        float[] out = new float[wide.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) wide[i];
        }
        return out;
    }

    void run(Workers workers, Tensor rotation, Tensor wigner) {
        long edges = rotation.dim(0);
        Shapes.of("wignerD", "rotation", rotation, ANY, 9).tensor("wigner", wigner, edges, size);
        long r = Args.floats("rotation", rotation, 9 * edges);
        long out = Args.floats("wigner", wigner, size * edges);
        workers.range(edges, 4L * Lanes.WIDTH, (from, to, scratch) -> {
            long frames = scratch.floats(9L * Lanes.WIDTH);
            long blocks = scratch.floats((long) size * Lanes.WIDTH);
            for (long e = from; e < to; e += Lanes.WIDTH) {
                int lanes = (int) Math.min(Lanes.WIDTH, to - e);
                transpose(r + 36 * e, lanes, frames);
                recursion(frames, blocks);
                for (int lane = 0; lane < lanes; lane++) {
                    for (int i = 0; i < size; i++) {
                        Lanes.setAt(out, (e + lane) * size + i, Lanes.getAt(blocks, (long) i * Lanes.WIDTH + lane));
                    }
                }
            }
        });
    }

    /** Rotations [lanes, 9] to [9] vectors; lanes beyond the last edge repeat it. */
    private static void transpose(long r, int lanes, long to) {
        for (int i = 0; i < 9; i++) {
            for (int lane = 0; lane < Lanes.WIDTH; lane++) {
                Lanes.setAt(to, (long) i * Lanes.WIDTH + lane, Lanes.getAt(r, 9L * Math.min(lane, lanes - 1) + i));
            }
        }
    }

    private void recursion(long r, long d) {
        Lanes.store(d, Lanes.broadcast(1));
        for (int i = 0; lmax > 0 && i < 9; i++) {
            Lanes.store(d + (1 + i) * STEP, Lanes.load(r + i * STEP));
        }
        for (int l = 2; l <= lmax; l++) {
            long before = d + SphericalLayout.wignerOffset(l - 1) * STEP;
            long at = d + SphericalLayout.wignerOffset(l) * STEP;
            int row = WignerRecurrence.rowIndex(l);
            for (int m = 0; m <= 2 * l; m++, at += (2 * l + 1) * STEP) {
                row(l, row, (row + m) * TERMS, r, before, at);
            }
        }
    }

    /** Row m of degree l from rows of degree l - 1; t is the first of the row's terms. */
    private void row(int l, int row, int t, long r, long before, long at) {
        int narrow = 2 * l - 1;
        long last = (narrow - 1) * STEP;
        FloatVector left = FloatVector.zero(F);
        FloatVector right = left;
        for (int n = 0; n < narrow; n++) {
            FloatVector.zero(F).intoMemorySegment(ALL, at + (1 + n) * STEP, ORDER);
        }
        for (int k = t; k < t + TERMS; k++) {
            if (coefficients[k] == 0) {
                continue; // an unused term
            }
            long axis = r + 3 * axes[k] * STEP;
            long p = before + (long) narrow * sources[k] * STEP;
            FloatVector x = load(axis).mul(coefficients[k]);
            FloatVector y = load(axis + STEP).mul(coefficients[k]);
            FloatVector z = load(axis + 2 * STEP).mul(coefficients[k]);
            FloatVector minus = load(p);
            FloatVector plus = load(p + last);
            // Real and imaginary part of (z + i x)(plus + i minus): the step from order l-1 to order l.
            right = z.fma(plus, right).sub(x.mul(minus));
            left = z.fma(minus, x.fma(plus, left));
            for (int n = 0; n < narrow; n++) {
                long to = at + (1 + n) * STEP;
                y.fma(load(p + n * STEP), load(to)).intoMemorySegment(ALL, to, ORDER);
            }
        }
        left.mul(scales[row]).intoMemorySegment(ALL, at, ORDER);
        right.mul(scales[row]).intoMemorySegment(ALL, at + 2 * l * STEP, ORDER);
        for (int n = 0; n < narrow; n++) {
            long to = at + (1 + n) * STEP;
            load(to).mul(scales[row + 1 + n]).intoMemorySegment(ALL, to, ORDER);
        }
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(F, ALL, address, ORDER);
    }
}
