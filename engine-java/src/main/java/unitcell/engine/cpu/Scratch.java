package unitcell.engine.cpu;

import java.util.ArrayList;
import java.util.List;
import unitcell.engine.memory.Block;
import unitcell.engine.memory.MemoryPool;

/**
 * Working memory of one thread: a stack of 64-byte-aligned pieces.
 *
 * <p>Memory convention: a kernel notes {@link #mark}, takes what it needs, and gives everything back with {@link #release}
 * in a finally block; a kernel called from within stacks its pieces on top. Contents are undefined. Memory that was needed
 * once is kept until {@link #close}; pieces never move.
 */
final class Scratch implements AutoCloseable {
    private static final long SMALLEST = 1L << 20;

    private final MemoryPool pool;
    private final List<Block> blocks = new ArrayList<>();
    private int block = -1;
    private long used;

    Scratch(MemoryPool pool) {
        this.pool = pool;
    }

    /** The stack's height, for {@link #release}. */
    long mark() {
        return (long) (block + 1) << 48 | used;
    }

    /** Gives back everything taken since {@code mark}. */
    void release(long mark) {
        block = (int) (mark >>> 48) - 1;
        used = mark & (1L << 48) - 1;
    }

    /** Address of a piece of {@code count} floats. */
    long floats(long count) {
        return take(4 * count);
    }

    /** Address of a piece of {@code bytes} bytes. */
    long take(long bytes) {
        long size = (Math.max(bytes, 1) + 63) & -64;
        if (block < 0 || used + size > blocks.get(block).bytes()) {
            next(size);
        }
        long address = blocks.get(block).address() + used;
        used += size;
        if (Lanes.CHECKED) {
            Ranges.allow(address, size);
        }
        return address;
    }

    /** Moves to a block with room, replacing a kept one that is too small: nothing above the top is in use. */
    private void next(long size) {
        block++;
        used = 0;
        if (block < blocks.size() && blocks.get(block).bytes() < size) {
            blocks.remove(block).release();
        }
        if (block == blocks.size() || blocks.get(block).bytes() < size) {
            blocks.add(block, pool.allocate(Math.max(size, SMALLEST << Math.min(block, 10)), "scratch"));
        }
    }

    @Override
    public void close() {
        blocks.forEach(Block::release);
        blocks.clear();
        block = -1;
        used = 0;
    }
}
