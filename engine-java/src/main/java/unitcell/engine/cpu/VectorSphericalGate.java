package unitcell.engine.cpu;

import java.util.Arrays;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * Gate activation: SiLU of coefficient 0, the others times the sigmoid of their degree's gate.
 *
 * <p>Memory convention: addresses of contiguous float32 tensors; a vector of channels at a time, masked at the end of a
 * row, so that each gate's sigmoid is taken once for all orders of its degree.
 */
final class VectorSphericalGate {
    private static final int ROWS_PER_TASK = 16;

    /** The coefficients of each degree. */
    private final int[][] byDegree;

    private final long rows;
    private final int channels;
    private final long step;
    private final long rowBytes;
    private final long x;
    private final long gates;
    private final long gateStride;

    /** Checks the arguments that forward and backward share. */
    VectorSphericalGate(String kernel, int[] degrees, Tensor x, Columns gates) {
        Shapes shapes = Shapes.of(kernel, "x", x, Shapes.ANY, degrees.length, Shapes.ANY);
        int lmax = Arrays.stream(degrees).max().orElse(0);
        shapes.that(degrees.length > 0 && degrees[0] == 0, "degrees", degrees.length, "coefficient l=0 first");
        shapes.columns("gates", gates, x.dim(0), lmax * x.dim(2));
        byDegree = new int[lmax + 1][];
        for (int l = 0; l <= lmax; l++) {
            int degree = l;
            byDegree[l] = IntStream.range(0, degrees.length)
                    .filter(r -> degrees[r] == degree)
                    .toArray();
        }
        rows = x.dim(0);
        channels = (int) x.dim(2);
        step = 4L * channels;
        rowBytes = degrees.length * step;
        this.x = Args.floats("x", x, x.size());
        this.gates = Args.columns("gates", gates, rows, gates.count());
        gateStride = 4 * gates.stride();
    }

    void forward(Workers workers, Tensor y) {
        long out = Args.floats("y", y, rows * rowBytes / 4);
        workers.range(rows, ROWS_PER_TASK, (from, to, scratch) -> {
            for (long n = from; n < to; n++) {
                for (int c = 0; c < channels; c += Lanes.WIDTH) {
                    VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, channels - c));
                    long at = n * rowBytes + 4L * c;
                    long gate = gates + n * gateStride + 4L * c;
                    for (int r : byDegree[0]) {
                        Lanes.store(out + at + r * step, Lanes.silu(Lanes.load(x + at + r * step, mask)), mask);
                    }
                    for (int l = 1; l < byDegree.length; l++, gate += step) {
                        FloatVector s = Lanes.sigmoid(Lanes.load(gate, mask));
                        for (int r : byDegree[l]) {
                            Lanes.store(
                                    out + at + r * step,
                                    Lanes.load(x + at + r * step, mask).mul(s),
                                    mask);
                        }
                    }
                }
            }
        });
    }

    /** Gradients; see {@link unitcell.engine.kernel.SphericalKernels#gateActivationBackward}. */
    void backward(Workers workers, Tensor dy, Sink dx, Columns dgates, boolean addGates) {
        long g = Args.floats("dy", dy, rows * rowBytes / 4);
        long gx = Args.sink("dx", dx, rows * rowBytes / 4);
        boolean add = Args.adds(dx);
        long gg = dgates == null ? 0 : Args.columns("dgates", dgates, rows, (byDegree.length - 1L) * channels);
        long ggStride = dgates == null ? 0 : 4 * dgates.stride();
        workers.range(rows, ROWS_PER_TASK, (from, to, scratch) -> {
            for (long n = from; n < to; n++) {
                for (int c = 0; c < channels; c += Lanes.WIDTH) {
                    VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, channels - c));
                    long at = n * rowBytes + 4L * c;
                    for (int r : byDegree[0]) {
                        if (gx != 0) {
                            FloatVector slope = Lanes.siluDerivative(Lanes.load(x + at + r * step, mask));
                            put(slope.mul(Lanes.load(g + at + r * step, mask)), gx + at + r * step, mask, add);
                        }
                    }
                    long gate = gates + n * gateStride + 4L * c;
                    long gateGradient = gg + n * ggStride + 4L * c;
                    for (int l = 1; l < byDegree.length; l++, gate += step, gateGradient += step) {
                        FloatVector z = Lanes.load(gate, mask);
                        FloatVector s = Lanes.sigmoid(z);
                        FloatVector sum = Lanes.zero();
                        for (int r : byDegree[l]) {
                            FloatVector v = Lanes.load(g + at + r * step, mask);
                            sum = Lanes.fma(v, Lanes.load(x + at + r * step, mask), sum);
                            if (gx != 0) {
                                put(v.mul(s), gx + at + r * step, mask, add);
                            }
                        }
                        if (gg != 0) {
                            // s (1 - s), the second factor from the other side because 1 - s has no digits left.
                            FloatVector slope = s.mul(Lanes.sigmoid(z.neg()));
                            put(sum.mul(slope), gateGradient, mask, addGates);
                        }
                    }
                }
            }
        });
    }

    private static void put(FloatVector value, long to, VectorMask<Float> mask, boolean add) {
        Lanes.store(to, add ? value.add(Lanes.load(to, mask)) : value, mask);
    }
}
