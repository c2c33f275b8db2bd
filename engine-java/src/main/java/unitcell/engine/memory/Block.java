package unitcell.engine.memory;

/**
 * One allocation of a {@link MemoryPool}: an address, a length, a tag that says what it is for, and whether it is still
 * alive. Reaching for the address of a released block throws.
 */
public final class Block {
    private final MemoryPool pool;
    private final long address;
    private final long bytes;
    private final long capacity;
    private final String tag;
    private final Throwable origin;
    private boolean live = true;

    Block(MemoryPool pool, long address, long bytes, long capacity, String tag, Throwable origin) {
        this.pool = pool;
        this.address = address;
        this.bytes = bytes;
        this.capacity = capacity;
        this.tag = tag;
        this.origin = origin;
    }

    /** Address of the first byte. */
    public long address() {
        if (!live) {
            throw new IllegalStateException("use of a released block (" + tag + ", " + bytes + " bytes)");
        }
        return address;
    }

    /** Usable bytes. */
    public long bytes() {
        return bytes;
    }

    /** What the block is for, as {@code activation} or {@code parameter}. */
    public String tag() {
        return tag;
    }

    /** The memory that the block lies in. */
    public Memory memory() {
        return pool.memory();
    }

    /** Gives the block back to its pool; a second call throws. */
    public void release() {
        pool.release(this);
    }

    boolean live() {
        return live;
    }

    void markReleased() {
        live = false;
    }

    long capacity() {
        return capacity;
    }

    /** Where the block was allocated; recorded in debug mode only, otherwise null. */
    Throwable origin() {
        return origin;
    }
}
