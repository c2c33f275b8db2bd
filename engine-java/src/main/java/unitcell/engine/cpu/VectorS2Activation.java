package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.S2GridTensors;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * SiLU on the sphere, row by row and one vector of channels at a time: coefficients are copied to scratch memory, taken to
 * (latitude, order) by {@link VectorS2Legendre}, through the activation by {@link VectorS2Two} or {@link VectorS2Fourier},
 * and back. The working set of a vector (13 KB for L = 4 on 18 x 18 points with 512-bit vectors) stays in the first
 * cache; no array of grid values over rows and channels ever exists.
 *
 * <p>Memory convention: addresses of contiguous float32 tensors; the tail of the channels is handled in the copies, so that
 * all arithmetic is on whole vectors.
 */
final class VectorS2Activation {
    private static final int ROWS_PER_TASK = 8;

    private final VectorS2Plan plan;
    private final long rows;
    private final int channels;
    /** Bytes from one coefficient to the next, and from one row to the next. */
    private final long step;

    private final long rowBytes;
    private final long x;
    private final long scalars;
    private final long scalarStride;

    /** Checks the arguments that forward and backward share. */
    VectorS2Activation(String kernel, S2GridTensors grid, Tensor x, Columns scalars) {
        Shapes shapes = Shapes.of(kernel, "x", x, Shapes.ANY, grid.coefficients(), Shapes.ANY);
        if (scalars != null) {
            shapes.columns("scalars", scalars, x.dim(0), x.dim(2));
        }
        plan = new VectorS2Plan(grid);
        rows = x.dim(0);
        channels = (int) x.dim(2);
        step = 4L * channels;
        rowBytes = plan.coefficients * step;
        this.x = Args.floats("x", x, x.size());
        this.scalars = scalars == null ? 0 : Args.columns("scalars", scalars, rows, channels);
        scalarStride = scalars == null ? 0 : 4 * scalars.stride();
    }

    /** y as x. */
    void forward(Workers workers, Tensor y) {
        long out = Args.floats("y", y, rows * rowBytes / 4);
        workers.range(rows, ROWS_PER_TASK, (from, to, scratch) -> {
            long in = scratch.floats(plan.coefficientFloats());
            long f = scratch.floats(plan.orderFloats());
            long h = scratch.floats(plan.orderFloats());
            long values = scratch.floats(plan.gridFloats());
            for (long n = from; n < to; n++) {
                for (int c = 0; c < channels; c += Lanes.WIDTH) {
                    int lanes = Math.min(Lanes.WIDTH, channels - c);
                    load(x + n * rowBytes + 4L * c, lanes, in);
                    VectorS2Legendre.toOrders(plan, plan.legendreTo, in, f);
                    VectorS2Fourier.activation(plan, f, h, values);
                    VectorS2Legendre.toCoefficients(plan, plan.legendreFrom, h, in);
                    if (scalars != 0) {
                        scalar(scalars + n * scalarStride + 4L * c, lanes, in);
                    }
                    store(in, lanes, out + n * rowBytes + 4L * c, false);
                }
            }
        });
    }

    /** Gradients; see {@link unitcell.engine.kernel.SphericalKernels#s2ActivationBackward}. */
    void backward(Workers workers, Tensor dy, Sink dx, Columns dscalars, boolean addScalars) {
        long g = Args.floats("dy", dy, rows * rowBytes / 4);
        long gx = Args.sink("dx", dx, rows * rowBytes / 4);
        boolean add = Args.adds(dx);
        if (dscalars != null && scalars == 0) {
            throw new IllegalArgumentException("s2ActivationBackward: dscalars is wanted, but there are no scalars");
        }
        long gs = dscalars == null ? 0 : Args.columns("dscalars", dscalars, rows, channels);
        long gsStride = dscalars == null ? 0 : 4 * dscalars.stride();
        workers.range(rows, ROWS_PER_TASK, (from, to, scratch) -> {
            long in = scratch.floats(plan.coefficientFloats());
            long f = scratch.floats(plan.orderFloats());
            long h = scratch.floats(plan.orderFloats());
            long values = scratch.floats(plan.gridFloats());
            long gradients = scratch.floats(plan.gridFloats());
            for (long n = from; n < to; n++) {
                for (int c = 0; c < channels; c += Lanes.WIDTH) {
                    int lanes = Math.min(Lanes.WIDTH, channels - c);
                    long at = n * rowBytes + 4L * c;
                    if (gs != 0) {
                        scalarGradient(
                                g + at,
                                scalars + n * scalarStride + 4L * c,
                                gs + n * gsStride + 4L * c,
                                lanes,
                                addScalars);
                    }
                    if (gx == 0) {
                        continue;
                    }
                    load(x + at, lanes, in);
                    VectorS2Legendre.toOrders(plan, plan.legendreTo, in, f);
                    load(g + at, lanes, in);
                    if (scalars != 0) {
                        Lanes.store(in, Lanes.zero()); // coefficient 0 of the result did not come from the grid
                    }
                    VectorS2Legendre.toOrders(plan, plan.legendreFrom, in, h);
                    VectorS2Fourier.gradient(plan, f, h, h, values, gradients);
                    VectorS2Legendre.toCoefficients(plan, plan.legendreTo, h, in);
                    store(in, lanes, gx + at, add);
                }
            }
        });
    }

    /** SiLU of a vector of scalars; masks only where lanes are missing, since masked loads are slow without 512 bits. */
    private static void scalar(long from, int lanes, long to) {
        if (lanes == Lanes.WIDTH) {
            Lanes.store(to, VectorS2Silu.silu(Lanes.load(from)));
        } else {
            Lanes.store(to, VectorS2Silu.silu(Lanes.load(from, Lanes.first(lanes))));
        }
    }

    private static void scalarGradient(long g, long scalars, long to, int lanes, boolean add) {
        if (lanes == Lanes.WIDTH) {
            FloatVector v = VectorS2Silu.slope(Lanes.load(scalars)).mul(Lanes.load(g));
            Lanes.store(to, add ? v.add(Lanes.load(to)) : v);
            return;
        }
        VectorMask<Float> mask = Lanes.first(lanes);
        FloatVector v = VectorS2Silu.slope(Lanes.load(scalars, mask)).mul(Lanes.load(g, mask));
        Lanes.store(to, add ? v.add(Lanes.load(to, mask)) : v, mask);
    }

    /** One vector of channels of every coefficient; lanes beyond the channels are zero. */
    private void load(long from, int lanes, long to) {
        if (lanes == Lanes.WIDTH) {
            for (int k = 0; k < plan.coefficients; k++, from += step, to += Lanes.BYTES) {
                Lanes.store(to, Lanes.load(from));
            }
        } else {
            VectorMask<Float> mask = Lanes.first(lanes);
            for (int k = 0; k < plan.coefficients; k++, from += step, to += Lanes.BYTES) {
                Lanes.store(to, Lanes.load(from, mask));
            }
        }
    }

    private void store(long from, int lanes, long to, boolean add) {
        if (lanes == Lanes.WIDTH) {
            for (int k = 0; k < plan.coefficients; k++, from += Lanes.BYTES, to += step) {
                FloatVector v = Lanes.load(from);
                Lanes.store(to, add ? v.add(Lanes.load(to)) : v);
            }
        } else {
            VectorMask<Float> mask = Lanes.first(lanes);
            for (int k = 0; k < plan.coefficients; k++, from += Lanes.BYTES, to += step) {
                FloatVector v = Lanes.load(from);
                Lanes.store(to, add ? v.add(Lanes.load(to, mask)) : v, mask);
            }
        }
    }
}
