package unitcell.engine.cpu;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The memory that kernels may touch, for {@code -Dunitcell.vector.checked=true} only: the ranges that were handed out
 * last, in a ring long enough for the arguments and scratch of several nested calls. An access outside all of them throws
 * instead of reading a neighbour's memory or killing the process.
 */
final class Ranges {
    private static final int COUNT = 256;
    private static final AtomicLongArray START = new AtomicLongArray(COUNT);
    private static final AtomicLongArray END = new AtomicLongArray(COUNT);
    private static final AtomicLong NEXT = new AtomicLong();

    private Ranges() {}

    /** Allows accesses to {@code bytes} bytes from {@code address}. */
    static void allow(long address, long bytes) {
        long next = NEXT.get();
        for (long i = Math.max(0, next - COUNT / 2); i < next; i++) {
            int slot = (int) (i % COUNT);
            if (START.get(slot) == address) {
                END.set(slot, address + bytes); // the tasks of a call take the same scratch memory again and again
                return;
            }
        }
        int slot = (int) (NEXT.getAndIncrement() % COUNT);
        END.set(slot, 0); // never pair an old end with a new start
        START.set(slot, address);
        END.set(slot, address + bytes);
    }

    static void check(long address, long bytes) {
        if (bytes == 0) {
            return; // an empty mask
        }
        for (int i = 0; i < COUNT; i++) {
            if (address >= START.get(i) && address + bytes <= END.get(i)) {
                return;
            }
        }
        throw new IndexOutOfBoundsException("a kernel touches " + bytes + " bytes at address " + address
                + ", outside of its arguments and scratch memory");
    }
}
