package unitcell.engine.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.NativeMemory;

/**
 * The threads of a CPU device. Work is split into tasks by its shape alone, never by the number of threads, and a task
 * writes memory that no other task of the run touches: results are bit-equal for any number of threads, whoever runs
 * which task.
 *
 * <p>Every thread starts with its own share of consecutive tasks, so that kernel after kernel finds the same rows in the
 * same core's cache, and then helps the others. The caller takes part. Threads wait by spinning for a while before they
 * park: the hand-off of a run then takes a few microseconds, less than the shortest parallel kernel.
 *
 * <p>Memory convention: each thread has its own {@link Scratch}, counted in {@link #scratchBytes} and freed by {@link
 * #close}. One run at a time: a second thread that calls in gets an exception, a run started from a task is done by the
 * thread that starts it.
 */
final class Workers implements AutoCloseable {
    /** A piece of work. */
    @FunctionalInterface
    interface Task {
        /**
         * Does task number {@code task}.
         *
         * @param scratch working memory of the thread that runs it; what the task takes is given back when it ends
         */
        void run(int task, Scratch scratch);
    }

    /** A piece of work on consecutive items. */
    @FunctionalInterface
    interface Range {
        /** Does items {@code from} (inclusive) to {@code to} (exclusive). */
        void run(long from, long to, Scratch scratch);
    }

    /** Spinning longer than kernels are apart within a training step; parking costs about 50 us. */
    private static final long SPIN_NANOS = 100_000;

    private final MemoryPool pool = new MemoryPool(new NativeMemory());
    private final Scratch[] scratch;
    private final Worker[] workers;
    private final boolean spin;
    private final AtomicReference<Thread> owner = new AtomicReference<>();
    private volatile Run current;
    private volatile boolean closed;

    /**
     * Starts {@code threads - 1} daemon threads.
     *
     * @param threads at least 1, the caller's included
     */
    Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + "; expected 1 or more");
        }
        scratch = new Scratch[threads];
        for (int i = 0; i < threads; i++) {
            scratch[i] = new Scratch(pool);
        }
        // Spinning threads that share a core would only keep each other from working.
        spin = threads <= Runtime.getRuntime().availableProcessors();
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1);
            workers[i].start();
        }
    }

    int threads() {
        return scratch.length;
    }

    /** Scratch memory of the calling thread, on loan for the current kernel. */
    Scratch scratch() {
        return Thread.currentThread() instanceof Worker worker && worker.team() == this
                ? scratch[worker.index]
                : scratch[0];
    }

    /** Bytes reserved for scratch memory by all threads. */
    long scratchBytes() {
        return pool.statistics().reservedBytes();
    }

    /** {@code count} items in tasks of {@code grain} items; the last one may be shorter. */
    void range(long count, long grain, Range body) {
        int tasks = Math.toIntExact((count + grain - 1) / grain);
        run(tasks, (task, memory) -> body.run(task * grain, Math.min(count, (task + 1) * grain), memory));
    }

    private static void runOne(Task body, int task, Scratch memory) {
        long mark = memory.mark();
        try {
            body.run(task, memory);
        } finally {
            memory.release(mark);
        }
    }

    /**
     * Runs tasks 0 to {@code tasks} - 1 and returns when all are done.
     *
     * @throws RuntimeException whatever the first failing task threw; tasks not yet begun are then dropped
     */
    void run(int tasks, Task body) {
        if (closed) {
            throw new IllegalStateException("the CPU device is closed");
        }
        Thread self = Thread.currentThread();
        boolean nested = owner.get() == self || self instanceof Worker worker && worker.team() == this;
        if (tasks <= 1 || workers.length == 0 || nested) {
            Scratch memory = scratch();
            for (int task = 0; task < tasks; task++) {
                runOne(body, task, memory);
            }
            return;
        }
        if (!owner.compareAndSet(null, self)) {
            throw new IllegalStateException("two threads use the kernels of one CPU device at once; give each its own");
        }
        try {
            Run run = new Run(tasks, threads(), body, self);
            current = run;
            for (Worker worker : workers) {
                worker.wake();
            }
            run.work(0, scratch[0]);
            run.await(spin);
            current = null;
            run.rethrow();
        } finally {
            owner.set(null);
        }
    }

    /** Ends the threads and frees all scratch memory. Idempotent; must not be called while kernels run. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (Worker worker : workers) {
            LockSupport.unpark(worker);
        }
        boolean interrupted = false;
        for (Worker worker : workers) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true; // the memory below may only go when no thread can touch it
                }
            }
        }
        for (Scratch memory : scratch) {
            memory.close();
        }
        pool.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One call of {@link Workers#run}: the tasks, who has begun which, and how many are not yet done. */
    private static final class Run {
        /** Cursors this far apart lie in different cache lines. */
        private static final int APART = 16;

        private final Task body;
        private final Thread caller;
        private final AtomicIntegerArray cursor;
        private final int[] end;
        private final AtomicInteger remaining;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Run(int tasks, int threads, Task body, Thread caller) {
            this.body = body;
            this.caller = caller;
            this.remaining = new AtomicInteger(tasks);
            this.cursor = new AtomicIntegerArray(APART * threads);
            this.end = new int[threads];
            for (int i = 0; i < threads; i++) {
                cursor.set(APART * i, (int) ((long) tasks * i / threads));
                end[i] = (int) ((long) tasks * (i + 1) / threads);
            }
        }

        /** Does the thread's own share, then what is left of the others'. */
        void work(int self, Scratch memory) {
            for (int i = 0; i < end.length; i++) {
                int share = (self + i) % end.length;
                int task;
                while ((task = cursor.getAndIncrement(APART * share)) < end[share]) {
                    one(task, memory);
                }
            }
        }

        private void one(int task, Scratch memory) {
            try {
                if (failure.get() == null) {
                    runOne(body, task, memory);
                }
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            } finally {
                if (remaining.decrementAndGet() == 0 && Thread.currentThread() != caller) {
                    LockSupport.unpark(caller);
                }
            }
        }

        /** Waits for the tasks that other threads have begun. */
        void await(boolean spin) {
            long start = System.nanoTime();
            boolean interrupted = false;
            while (remaining.get() > 0) {
                if (spin && System.nanoTime() - start < SPIN_NANOS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                    interrupted |= Thread.interrupted(); // park returns at once while the flag is up
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        void rethrow() {
            switch (failure.get()) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IllegalStateException("a kernel failed", e);
            }
        }
    }

    private final class Worker extends Thread {
        private final int index;
        private volatile boolean parked;

        Worker(int index) {
            super("unitcell-cpu-" + index);
            this.index = index;
            setDaemon(true);
        }

        Workers team() {
            return Workers.this;
        }

        /** After {@code current} was set: a thread that is about to park looks at it once more. */
        void wake() {
            if (parked) {
                LockSupport.unpark(this);
            }
        }

        @Override
        public void run() {
            Run last = null;
            while (!closed) {
                Run run = current;
                if (run != null && run != last) {
                    last = run;
                    run.work(index, scratch[index]);
                } else {
                    pause(run);
                }
            }
        }

        /** Returns when {@code current} may have changed from {@code seen}. */
        private void pause(Run seen) {
            long start = System.nanoTime();
            while (spin && System.nanoTime() - start < SPIN_NANOS) {
                for (int i = 0; i < 32; i++) {
                    if (current != seen || closed) {
                        return;
                    }
                    Thread.onSpinWait();
                }
            }
            parked = true;
            if (current == seen && !closed) {
                LockSupport.park(Workers.this);
            }
            parked = false;
        }
    }
}
