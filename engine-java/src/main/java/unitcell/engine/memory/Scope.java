package unitcell.engine.memory;

import java.util.IdentityHashMap;
import unitcell.engine.DType;
import unitcell.engine.Tensor;

/**
 * Owner of tensors: whatever a scope made is released when it closes, at the latest.
 *
 * <p>Memory convention: one scope for parameters (lives as long as the model), one for each training step (activations
 * and gradients). Not thread-safe; give each thread its own.
 */
public final class Scope implements AutoCloseable {
    private final MemoryPool pool;
    private final String tag;
    private final IdentityHashMap<Block, Boolean> owned = new IdentityHashMap<>();

    public Scope(MemoryPool pool, String tag) {
        this.pool = pool;
        this.tag = tag;
    }

    public MemoryPool pool() {
        return pool;
    }

    /** A tensor with undefined contents. */
    public Tensor empty(DType dtype, long... shape) {
        Block block = pool.allocate(Tensor.sizeOf(shape) * dtype.bytes(), tag);
        owned.put(block, Boolean.TRUE);
        return new Tensor(block, 0, dtype, shape);
    }

    /** A tensor of zeros. */
    public Tensor zeros(DType dtype, long... shape) {
        return empty(dtype, shape).zero();
    }

    /** A tensor holding the given values, rounded to the type. */
    public Tensor of(DType dtype, double[] values, long... shape) {
        return empty(dtype, shape).copyFrom(values);
    }

    /** An {@code I32} tensor holding the given values. */
    public Tensor of(int[] values, long... shape) {
        return empty(DType.I32, shape).copyFrom(values);
    }

    /** Releases the block behind a tensor of this scope before the scope closes; every view of it dies with it. */
    public void free(Tensor tensor) {
        if (owned.remove(tensor.block()) == null) {
            throw new IllegalStateException("this scope (" + tag + ") does not own " + tensor);
        }
        tensor.block().release();
    }

    /** Whether the tensor's memory belongs to this scope. */
    public boolean owns(Tensor tensor) {
        return owned.containsKey(tensor.block());
    }

    @Override
    public void close() {
        owned.keySet().forEach(Block::release);
        owned.clear();
    }
}
