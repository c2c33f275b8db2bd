package unitcell.cuda;

/**
 * Overwrites the level-2 cache, so that what is timed next reads its arguments from memory. The GPU is busy with it for
 * some hundred microseconds (H100: 400 MB at 3 TB/s), in which the host submits what is to be timed: its kernels then
 * start one behind the other, and what is measured is the GPU and not the host that feeds it.
 *
 * <p>Memory convention: one buffer beside the device's pool, reserved by the first flush and given back by {@link #close}.
 */
final class CacheFlush implements AutoCloseable {
    /** The buffer's size in caches. */
    private static final long CACHES = 8;

    private static final long MOST_BYTES = 1L << 30;

    private final CudaMemory memory;
    private final long bytes;
    private long buffer;

    /** @param cacheBytes size of the level-2 cache; 0 if the device has none, or does not tell */
    CacheFlush(CudaMemory memory, long cacheBytes) {
        this.memory = memory;
        bytes = Math.clamp(CACHES * cacheBytes, 0, MOST_BYTES);
    }

    void submit() {
        if (bytes == 0) {
            return;
        }
        if (buffer == 0) {
            buffer = memory.allocate(bytes);
        }
        memory.fill(buffer, bytes, (byte) 0);
    }

    @Override
    public void close() {
        if (buffer != 0) {
            memory.release(buffer, bytes);
            buffer = 0;
        }
    }
}
