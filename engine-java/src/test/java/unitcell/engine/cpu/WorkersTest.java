package unitcell.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every task runs exactly once whatever the number of threads, failures surface, and nothing is left behind. */
@Timeout(60)
@Tag("cpu")
class WorkersTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void everyTaskRunsOnce(int threads) {
        try (Workers workers = new Workers(threads)) {
            for (int tasks : new int[] {0, 1, 2, 3, 5, 64, 1000}) {
                for (int repeat = 0; repeat < 50; repeat++) {
                    AtomicIntegerArray seen = new AtomicIntegerArray(tasks);
                    workers.run(tasks, (task, scratch) -> seen.incrementAndGet(task));
                    for (int i = 0; i < tasks; i++) {
                        assertEquals(1, seen.get(i));
                    }
                }
            }
        }
    }

    @Test
    void parkedThreadsWakeUp() {
        try (Workers workers = new Workers(2)) {
            for (int i = 0; i < 20; i++) {
                CountDownLatch both = new CountDownLatch(2); // ends only if two threads are at work together
                workers.run(2, (task, scratch) -> {
                    both.countDown();
                    try {
                        assertTrue(both.await(30, TimeUnit.SECONDS));
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    @Test
    void rangesCoverAllItemsWithTheSameSplitForAnyNumberOfThreads() {
        Set<String> expected = Set.of("0-4", "4-8", "8-10");
        for (int threads = 1; threads <= 4; threads++) {
            try (Workers workers = new Workers(threads)) {
                Set<String> found = ConcurrentHashMap.newKeySet();
                workers.range(10, 4, (from, to, scratch) -> found.add(from + "-" + to));
                assertEquals(expected, found);
                workers.range(0, 4, (from, to, scratch) -> found.add("none"));
                assertEquals(expected, found);
            }
        }
    }

    @Test
    void firstFailureReachesTheCallerAndThePoolSurvives() {
        try (Workers workers = new Workers(3)) {
            for (int bad = 0; bad < 20; bad++) {
                int failing = bad;
                IllegalStateException thrown = assertThrows(
                        IllegalStateException.class,
                        () -> workers.run(20, (task, scratch) -> {
                            scratch.floats(100);
                            if (task == failing) {
                                throw new IllegalStateException("task " + task);
                            }
                        }));
                assertEquals("task " + failing, thrown.getMessage());
            }
            AtomicInteger count = new AtomicInteger();
            workers.run(20, (task, scratch) -> count.incrementAndGet());
            assertEquals(20, count.get());
        }
    }

    @Test
    void nestedRunsAreDoneByTheThreadThatStartsThem() {
        try (Workers workers = new Workers(3)) {
            AtomicInteger count = new AtomicInteger();
            workers.run(6, (outer, scratch) -> {
                Thread self = Thread.currentThread();
                long mine = scratch.floats(16);
                workers.run(5, (inner, nested) -> {
                    assertEquals(self, Thread.currentThread());
                    assertNotEquals(mine, nested.floats(16));
                    count.incrementAndGet();
                });
            });
            assertEquals(30, count.get());
        }
    }

    @Test
    void aSecondCallerIsRefused() {
        try (Workers workers = new Workers(2)) {
            Thread first = Thread.currentThread();
            workers.run(2, (task, scratch) -> {
                if (Thread.currentThread() != first) {
                    return;
                }
                Throwable[] thrown = new Throwable[1];
                Thread other = Thread.ofPlatform().start(() -> {
                    thrown[0] = assertThrows(IllegalStateException.class, () -> workers.run(2, (t, s) -> {}));
                });
                try {
                    other.join();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                assertTrue(thrown[0].getMessage().contains("two threads"));
            });
        }
    }

    @Test
    void anInterruptIsKeptForTheCaller() {
        try (Workers workers = new Workers(2)) {
            AtomicInteger count = new AtomicInteger();
            Thread.currentThread().interrupt();
            workers.run(100, (task, scratch) -> count.incrementAndGet());
            assertTrue(Thread.interrupted());
            assertEquals(100, count.get());
        }
    }

    @Test
    void closedPoolsRefuseWork() {
        Workers workers = new Workers(2);
        workers.run(2, (task, scratch) -> scratch.floats(1000));
        assertTrue(workers.scratchBytes() >= 4000);
        workers.close();
        workers.close();
        assertEquals(0, workers.scratchBytes());
        assertThrows(IllegalStateException.class, () -> workers.run(1, (task, scratch) -> {}));
        assertThrows(IllegalArgumentException.class, () -> new Workers(0));
    }

    @Test
    void scratchIsAStackOfAlignedDisjointPieces() {
        try (Workers workers = new Workers(1)) {
            Scratch scratch = workers.scratch();
            long mark = scratch.mark();
            long first = scratch.floats(3);
            long second = scratch.floats(5_000_000);
            long inner = scratch.mark();
            long third = scratch.floats(7);
            assertEquals(0, first % 64);
            assertEquals(0, second % 64);
            Lanes.set(first, 1);
            Lanes.setAt(second, 4_999_999, 2);
            Lanes.setAt(third, 6, 3);
            assertEquals(1, Lanes.get(first));
            assertEquals(2, Lanes.getAt(second, 4_999_999));
            scratch.release(inner);
            assertEquals(third, scratch.floats(7));
            scratch.release(mark);
            long reserved = workers.scratchBytes();
            assertEquals(first, scratch.floats(3));
            assertEquals(second, scratch.floats(5_000_000));
            assertEquals(reserved, workers.scratchBytes());
        }
    }
}
