package unitcell.engine.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A counting pool over a {@link Memory}: released blocks are kept by size class and handed out again, so that a training
 * step after the first reserves nothing new.
 *
 * <p>Memory convention: contents of a fresh block are undefined. In debug mode ({@code -Dunitcell.memory.debug=true}) a
 * fresh block is filled with 0xFF bytes (NaN as float32 and float64), guard bytes behind it are checked at release,
 * released memory is filled with 0xFF and never reused, and {@link #close} names the place where each leaked block was
 * allocated. Without debug mode {@link #close} still throws on a leak, with sizes and tags.
 *
 * <p>Thread-safe.
 */
public final class MemoryPool implements AutoCloseable {
    private static final int GUARD_BYTES = 64;
    private static final byte POISON = (byte) 0xFF;
    /** Large as a number of any type, so that a kernel that reads it is noticed: -1.7e38, -5.3e303, -16843010. */
    private static final byte GUARD = (byte) 0xFE;

    private final Memory memory;
    private final boolean debug;
    private final int guardBytes;
    private final Map<Long, ArrayDeque<Long>> free = new HashMap<>();
    private final Set<Block> live = new HashSet<>();
    private final Map<String, long[]> tagBytes = new TreeMap<>();
    /** Where guard bytes are looked at; null outside debug mode. */
    private final MemorySegment guard;

    private long liveBytes;
    private long peakBytes;
    private long reservedBytes;
    private long allocations;
    private boolean closed;

    public MemoryPool(Memory memory) {
        this(memory, Boolean.getBoolean("unitcell.memory.debug"));
    }

    public MemoryPool(Memory memory, boolean debug) {
        this.memory = memory;
        this.debug = debug;
        guardBytes = memory.guarded() ? 0 : GUARD_BYTES;
        guard = debug ? Arena.ofAuto().allocate(GUARD_BYTES) : null;
    }

    /** A snapshot of the counters, in bytes and counts. */
    public record Statistics(
            long liveBytes, long peakBytes, long reservedBytes, long allocations, Map<String, Long> peakByTag) {}

    public Memory memory() {
        return memory;
    }

    /**
     * A block of at least {@code bytes} with undefined contents.
     *
     * @param tag what it is for; counted per tag
     * @throws MemoryException if the device has not enough even after the free lists were given back
     */
    public synchronized Block allocate(long bytes, String tag) {
        if (closed) {
            throw new IllegalStateException("allocation from a closed pool of " + memory.name());
        }
        // In debug mode nothing lies between the guard bytes and the end of what the device reserved.
        long capacity = debug ? Math.max(bytes, 1) + guardBytes : sizeClass(Math.max(bytes, 1));
        ArrayDeque<Long> list = free.get(capacity);
        long address = list == null || list.isEmpty() ? reserve(capacity) : list.pop();
        Block block = new Block(this, address, bytes, capacity, tag, debug ? new Throwable("allocated here") : null);
        if (debug) {
            memory.fill(address, bytes, POISON);
            if (guardBytes > 0) {
                memory.fill(address + bytes, guardBytes, GUARD);
            }
        }
        live.add(block);
        allocations++;
        liveBytes += capacity;
        peakBytes = Math.max(peakBytes, liveBytes);
        long[] counter = tagBytes.computeIfAbsent(tag, t -> new long[2]);
        counter[0] += capacity;
        counter[1] = Math.max(counter[1], counter[0]);
        return block;
    }

    private long reserve(long capacity) {
        try {
            long address = memory.allocate(capacity);
            reservedBytes += capacity;
            return address;
        } catch (MemoryException first) {
            trim();
            long address = memory.allocate(capacity);
            reservedBytes += capacity;
            return address;
        }
    }

    /** Four size classes per power of two: at most a quarter of a block is slack. */
    static long sizeClass(long bytes) {
        if (bytes <= 256) {
            return 256;
        }
        long step = Long.highestOneBit(bytes - 1) / 4;
        return (bytes + step - 1) / step * step;
    }

    synchronized void release(Block block) {
        if (!live.remove(block)) {
            throw new IllegalStateException("double release of a block (" + block.tag() + ")");
        }
        if (debug) {
            checkGuard(block);
            memory.fill(block.address(), block.bytes(), POISON);
        }
        long address = block.address();
        block.markReleased();
        liveBytes -= block.capacity();
        tagBytes.get(block.tag())[0] -= block.capacity();
        if (debug) {
            memory.release(address, block.capacity());
            reservedBytes -= block.capacity();
        } else {
            free.computeIfAbsent(block.capacity(), c -> new ArrayDeque<>()).push(address);
        }
    }

    private void checkGuard(Block block) {
        if (guardBytes == 0) {
            return;
        }
        memory.download(block.address() + block.bytes(), guard);
        for (int i = 0; i < GUARD_BYTES; i++) {
            if (guard.get(ValueLayout.JAVA_BYTE, i) != GUARD) {
                MemoryException overrun = new MemoryException("write past the end of a block of " + block.bytes()
                        + " bytes (" + block.tag() + "), " + i + " bytes behind it");
                overrun.addSuppressed(block.origin());
                throw overrun;
            }
        }
    }

    /** Gives every unused reserved byte back to the device. */
    public synchronized void trim() {
        free.forEach((capacity, list) -> {
            list.forEach(address -> memory.release(address, capacity));
            reservedBytes -= capacity * list.size();
        });
        free.clear();
    }

    /** Forgets the peaks, for example before a benchmark. */
    public synchronized void resetPeak() {
        peakBytes = liveBytes;
        tagBytes.values().forEach(c -> c[1] = c[0]);
    }

    public synchronized Statistics statistics() {
        Map<String, Long> peaks = new TreeMap<>();
        tagBytes.forEach((tag, c) -> peaks.put(tag, c[1]));
        return new Statistics(liveBytes, peakBytes, reservedBytes, allocations, peaks);
    }

    /**
     * Gives everything back.
     *
     * @throws MemoryException if blocks are still alive: a leak, named by tag and size
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        trim();
        if (!live.isEmpty()) {
            Map<String, Integer> tags = new TreeMap<>();
            live.forEach(b -> tags.merge(b.tag(), 1, Integer::sum));
            MemoryException leak = new MemoryException(
                    live.size() + " blocks (" + liveBytes + " bytes) of " + memory.name() + " leaked, by tag " + tags);
            live.stream().map(Block::origin).filter(o -> o != null).limit(8).forEach(leak::addSuppressed);
            throw leak;
        }
    }
}
