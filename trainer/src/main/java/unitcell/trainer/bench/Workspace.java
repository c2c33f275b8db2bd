package unitcell.trainer.bench;

import java.util.SplittableRandom;
import unitcell.autograd.Tape;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.kernel.Sink;
import unitcell.net.GraphBatch;

/**
 * Float32 arguments of one kernel call, and how many bytes the call cannot avoid to move: every argument read once, every
 * result written once.
 *
 * <p>Memory convention: owns every tensor it made until it is closed.
 */
final class Workspace implements AutoCloseable {
    private final Tape tape;
    private final SplittableRandom random = new SplittableRandom(1);
    private double bytes;

    Workspace(Device device) {
        this.tape = new Tape(device, DType.F32, Tape.Mode.INFERENCE);
    }

    Kernels kernels() {
        return tape.kernels();
    }

    double bytes() {
        return bytes;
    }

    /** An argument of random numbers in [-1, 1]. */
    Tensor in(long... shape) {
        return between(-1, 1, shape);
    }

    /** An argument of random numbers in [low, high]. */
    Tensor between(double low, double high, long... shape) {
        float[] values = new float[Math.toIntExact(Tensor.sizeOf(shape))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(low, high);
        }
        return counted(tape.empty(shape).copyFrom(values));
    }

    /** An argument of the given numbers. */
    Tensor in(double[] values, long... shape) {
        return counted(tape.of(values, shape));
    }

    /** An index. */
    Tensor in(int[] values, long... shape) {
        return counted(tape.of(values, shape));
    }

    /** A result. */
    Tensor out(long... shape) {
        return counted(tape.zeros(shape));
    }

    /** A gradient that is overwritten. */
    Sink sink(long... shape) {
        return Sink.write(out(shape));
    }

    /** All columns of an argument. */
    Columns columns(long rows, long width) {
        return Columns.of(in(rows, width));
    }

    /** A batch's connectivity; only source and target are counted, which every kernel on edges reads. */
    EdgeIndex edges(GraphBatch batch) {
        EdgeIndex index = batch.edgeIndex(tape);
        counted(index.source());
        counted(index.target());
        return index;
    }

    /** Packed Wigner matrices of a batch's edges up to degree {@code lmax}. */
    Tensor wigner(GraphBatch batch, int lmax, int size) {
        int edges = batch.edges();
        Tensor vector = tape.of(batch.vector(), edges, 3);
        Tensor rotation = tape.empty(edges, 9);
        kernels().spherical().edgeFrame(vector, tape.empty(edges), rotation, null);
        Tensor wigner = tape.empty(edges, size);
        kernels().spherical().wignerD(lmax, rotation, wigner);
        return counted(wigner);
    }

    /** For tables with other makers. */
    Tape tape() {
        return tape;
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
