package unitcell.engine.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.engine.DType;

/** The pool counts, reuses, and in debug mode finds what must not happen. */
class MemoryPoolTest {
    private final NativeMemory memory = new NativeMemory();

    @Test
    void freshMemoryIsNaNInDebugMode() {
        try (MemoryPool pool = new MemoryPool(memory, true)) {
            Block block = pool.allocate(16, "fresh");
            assertTrue(Double.isNaN(memory.read(block.address(), DType.F32)));
            assertTrue(Double.isNaN(memory.read(block.address() + 8, DType.F64)));
            block.release();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 10, 64, 1000, 4099})
    void aWritePastTheEndIsFoundAtRelease(long bytes) {
        MemoryPool pool = new MemoryPool(memory, true);
        Block block = pool.allocate(bytes, "short");
        memory.fill(block.address(), bytes + 1, (byte) 0);
        MemoryException e = assertThrows(MemoryException.class, block::release);
        assertTrue(e.getMessage().contains("block of " + bytes + " bytes (short), 0 bytes behind it"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLeakFailsTheCloseAndIsNamed(boolean debug) {
        MemoryPool pool = new MemoryPool(memory, debug);
        pool.allocate(100, "kept").release();
        Block leak = pool.allocate(100, "forgotten");
        MemoryException e = assertThrows(MemoryException.class, pool::close);
        assertTrue(e.getMessage().contains("forgotten"), e.getMessage());
        leak.release();
    }

    @Test
    void aReleasedBlockIsHandedOutAgainAndCounted() {
        try (MemoryPool pool = new MemoryPool(memory, false)) {
            Block first = pool.allocate(1000, "a");
            long address = first.address();
            first.release();
            long reserved = pool.statistics().reservedBytes();
            Block second = pool.allocate(1000, "b");
            assertEquals(address, second.address());
            assertEquals(reserved, pool.statistics().reservedBytes(), "nothing new was reserved");
            assertEquals(2, pool.statistics().allocations());
            assertThrows(IllegalStateException.class, first::release, "a block is released once");
            second.release();
            assertEquals(0, pool.statistics().liveBytes());
            pool.trim();
            assertEquals(0, pool.statistics().reservedBytes());
        }
    }

    @Test
    void blocksAreAlignedForVectors() {
        try (MemoryPool pool = new MemoryPool(memory, false)) {
            for (int bytes = 1; bytes < 300; bytes += 37) {
                Block block = pool.allocate(bytes, "aligned");
                assertEquals(0, block.address() % 64);
                block.release();
            }
        }
    }
}
