package unitcell.trainer.data;

import java.util.ArrayDeque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * Makes numbered items on threads of its own ahead of their use and hands them out in order. At most {@code depth} items
 * exist beyond the one handed out, so memory stays bounded; what an item is depends on its number alone, so the threads
 * change nothing but the time.
 *
 * @param <T> what is made; must not be changed by two threads
 */
public final class ReadAhead<T> implements AutoCloseable {
    private final ExecutorService threads;
    private final ArrayDeque<Future<T>> ahead = new ArrayDeque<>();
    private final LongFunction<T> make;
    private final int depth;
    private final long end;
    private long nextToStart;

    /**
     * Starts making items.
     *
     * @param first number of the first item
     * @param end number after the last item
     * @param workers threads, at least 1
     * @param depth items made ahead, at least 1
     * @param make makes an item from its number; called on several threads
     */
    public ReadAhead(long first, long end, int workers, int depth, LongFunction<T> make) {
        this.threads = Executors.newFixedThreadPool(
                workers, Thread.ofPlatform().daemon().name("read-ahead-", 0).factory());
        this.make = make;
        this.depth = depth;
        this.nextToStart = first;
        this.end = end;
        fill();
    }

    private void fill() {
        while (ahead.size() < depth && nextToStart < end) {
            long number = nextToStart++;
            ahead.addLast(threads.submit(() -> make.apply(number)));
        }
    }

    /** Whether there is another item. */
    public boolean hasNext() {
        return !ahead.isEmpty();
    }

    /**
     * The next item, waiting for it if need be.
     *
     * @throws RuntimeException whatever making it threw
     */
    public T next() {
        Future<T> future = ahead.removeFirst();
        fill();
        try {
            return future.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException("a batch could not be built", e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for a batch");
        }
    }

    /** Drops what was made ahead and waits until the threads are idle. */
    @Override
    public void close() {
        ahead.forEach(f -> f.cancel(true));
        ahead.clear();
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("threads that build batches did not end within a minute");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
