package unitcell.trainer.verify;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import unitcell.engine.Tensor;

/**
 * The bits of some tensors at one time, to compare with and to put back.
 *
 * <p>Memory convention: host copies in native memory, freed by {@link #close}; the tensors belong to others.
 */
final class TensorBits implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final List<Tensor> tensors;
    private final MemorySegment[] bits;

    /** Copies the tensors as they are now. */
    TensorBits(List<Tensor> tensors) {
        this.tensors = List.copyOf(tensors);
        bits = new MemorySegment[tensors.size()];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = arena.allocate(tensors.get(i).bytes(), 64);
            read(i);
        }
    }

    /** Copies tensor {@code i} again. */
    void read(int i) {
        if (bits[i].byteSize() > 0) {
            Tensor tensor = tensors.get(i);
            tensor.block().memory().download(tensor.address(), bits[i]);
        }
    }

    /** Whether tensor {@code i} had the same bits when {@code other} was copied. */
    boolean same(TensorBits other, int i) {
        return bits[i].mismatch(other.bits[i]) < 0;
    }

    /** Puts the bits of tensor {@code i} back. */
    void restore(int i) {
        if (bits[i].byteSize() > 0) {
            Tensor tensor = tensors.get(i);
            tensor.block().memory().upload(tensor.address(), bits[i]);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
