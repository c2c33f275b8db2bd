package unitcell.trainer.cases;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import unitcell.autograd.Tape;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.kernel.Sink;
import unitcell.engine.so3.EdgeFrame;
import unitcell.engine.so3.WignerD;
import unitcell.net.GraphBatch;

/**
 * Arguments of one kernel call, and how many bytes the call cannot avoid to move: every argument read once, every result
 * written once. Numbers are those of float32 whatever the element type, and the same on every device, so that results can
 * be compared.
 *
 * <p>Memory convention: owns every tensor it made until it is closed. Results are NaN before the call.
 */
public final class Workspace implements AutoCloseable {
    private static final byte NAN = (byte) 0xFF;

    private final Tape tape;
    private final SplittableRandom random;
    private final boolean adds;
    private final boolean magnitudes;
    private final List<Tensor> tensors = new ArrayList<>();
    private double bytes;

    /** Float32 arguments whose gradients are overwritten. */
    public Workspace(Device device) {
        this(device, DType.F32, 1, false, false);
    }

    /**
     * @param seed of all numbers
     * @param adds whether gradients are added to what is there, rather than overwritten
     * @param magnitudes whether all numbers are made positive, so that sums of products become sums of magnitudes
     */
    public Workspace(Device device, DType dtype, long seed, boolean adds, boolean magnitudes) {
        this.tape = new Tape(device, dtype, Tape.Mode.INFERENCE);
        this.random = new SplittableRandom(seed);
        this.adds = adds;
        this.magnitudes = magnitudes;
    }

    /** The device's kernels for the element type. */
    public Kernels kernels() {
        return tape.kernels();
    }

    /** Bytes that the call cannot avoid to move. */
    public double bytes() {
        return bytes;
    }

    /** Every argument, in the order in which they were made. */
    public List<Tensor> tensors() {
        return Collections.unmodifiableList(tensors);
    }

    /** Whether gradients are added to what is there. */
    boolean adds() {
        return adds;
    }

    /** An argument of random numbers in [-1, 1]. */
    public Tensor in(long... shape) {
        return between(-1, 1, shape);
    }

    /** An argument of random numbers in [low, high]. */
    Tensor between(double low, double high, long... shape) {
        double[] values = new double[Math.toIntExact(Tensor.sizeOf(shape))];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble(low, high);
        }
        return in(values, shape);
    }

    /** An argument of the given numbers. */
    Tensor in(double[] values, long... shape) {
        return counted(aside(values, shape));
    }

    /** An index. */
    Tensor in(int[] values, long... shape) {
        return counted(tracked(tape.of(values, shape)));
    }

    /** An argument that is not counted: whose traffic another one stands for, or that the call need not touch as a whole. */
    Tensor aside(double[] values, long... shape) {
        double[] rounded = new double[values.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) (magnitudes ? Math.abs(values[i]) : values[i]);
        }
        return tracked(tape.of(rounded, shape));
    }

    /** As {@link #aside(double[], long...)}, of random numbers in [-1, 1]. */
    Tensor aside(long... shape) {
        double counted = bytes;
        Tensor tensor = in(shape);
        bytes = counted;
        return tensor;
    }

    /** A result. */
    public Tensor out(long... shape) {
        return counted(result(tape.empty(shape)));
    }

    /** A result in float64, whatever the element type of the rest. */
    Tensor wideResult() {
        Tensor eight = tape.empty(2);
        return result(new Tensor(eight.block(), 0, DType.F64, 1));
    }

    private Tensor result(Tensor tensor) {
        tensor.block().memory().fill(tensor.address(), tensor.bytes(), NAN);
        return tracked(tensor);
    }

    /** A gradient. */
    Sink sink(long... shape) {
        return adds ? Sink.add(in(shape)) : Sink.write(out(shape));
    }

    /** All columns of an argument. */
    Columns columns(long rows, long width) {
        return Columns.of(in(rows, width));
    }

    /** All columns of a gradient; whether they are added to, {@link #adds} says. */
    Columns columnSink(long rows, long width) {
        return Columns.of(adds ? in(rows, width) : out(rows, width));
    }

    /** A batch's connectivity; only source and target are counted, which every kernel on edges reads. */
    EdgeIndex edges(GraphBatch batch) {
        EdgeIndex index = batch.edgeIndex(tape);
        counted(tracked(index.source()));
        counted(tracked(index.target()));
        tracked(index.targetStart());
        tracked(index.sourceStart());
        tracked(index.sourceEdge());
        return index;
    }

    /** Frames of a batch's edges, [E, 9], not counted. */
    Tensor rotations(GraphBatch batch) {
        return aside(frames(batch), batch.edges(), 9);
    }

    /** Packed Wigner matrices of a batch's edges up to degree {@code lmax}. */
    Tensor wigner(GraphBatch batch, int lmax, int size) {
        double[] wigner = new double[batch.edges() * size];
        WignerD.fromRotations(frames(batch), batch.edges(), lmax, wigner);
        return in(wigner, batch.edges(), size);
    }

    private static double[] frames(GraphBatch batch) {
        double[] rotations = new double[9 * batch.edges()];
        for (int e = 0; e < batch.edges(); e++) {
            EdgeFrame.fromVector(batch.vector(), 3 * e, rotations, 9 * e);
        }
        return rotations;
    }

    /** For tables with other makers. */
    public Tape tape() {
        return tape;
    }

    private Tensor tracked(Tensor tensor) {
        tensors.add(tensor);
        return tensor;
    }

    private Tensor counted(Tensor tensor) {
        bytes += (double) tensor.size() * tensor.dtype().bytes();
        return tensor;
    }

    @Override
    public void close() {
        tape.close();
    }
}
