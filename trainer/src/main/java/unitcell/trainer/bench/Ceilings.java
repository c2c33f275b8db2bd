package unitcell.trainer.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CyclicBarrier;
import unitcell.engine.Device;
import unitcell.engine.kernel.Matrix;
import unitcell.trainer.cases.KernelCase.Call;
import unitcell.trainer.cases.Workspace;

/**
 * What the machine can do at best, measured like everything else: the rate at which memory is copied, and the rate of a
 * large matrix product.
 *
 * @param copyBytes bytes a second, those read and those written together
 * @param gemmFlops operations a second of a product of two matrices of 512 x 512, all threads
 * @param gemmFlopsOneThread the same with one thread; NaN where the device is not a CPU
 */
public record Ceilings(double copyBytes, double gemmFlops, double gemmFlopsOneThread) {
    /** Bytes of each buffer: far more than any cache. */
    private static final long COPIED = 256L << 20;

    private static final int GEMM = 512;

    /** The fastest of so many counts: a ceiling is what the machine can do when nothing disturbs it. */
    private static final int COPIES = 10;

    private static final int PRODUCTS = 60;

    /** Of a CPU: plain copies by {@code threads} threads; {@code one} is the same device with one thread. */
    public static Ceilings ofCpu(Device device, Device one, int threads) {
        return new Ceilings(hostCopy(threads), gemm(device), gemm(one));
    }

    /** Of a device with memory of its own: copies by its own kernel. */
    public static Ceilings ofAccelerator(Device device) {
        return new Ceilings(deviceCopy(device), gemm(device), Double.NaN);
    }

    /** Fraction of the time in which the machine at its best would have done it: moving the bytes, or the arithmetic. */
    double share(double flops, double bytes, double seconds) {
        return Math.max(bytes / copyBytes, flops / gemmFlops) / seconds;
    }

    private static double gemm(Device device) {
        try (Workspace w = new Workspace(device)) {
            Matrix a = Matrix.of(w.in(GEMM, GEMM));
            Matrix b = Matrix.of(w.in(GEMM, GEMM));
            Matrix c = Matrix.of(w.out(GEMM, GEMM));
            Call call = new Call(2.0 * GEMM * GEMM * GEMM, () -> {
                w.kernels().dense().gemm(1, a, b, 0, c);
                device.synchronise();
            });
            return call.flops() / SettledTiming.measure(PRODUCTS, call.run()).min();
        }
    }

    private static double deviceCopy(Device device) {
        try (Workspace w = new Workspace(device)) {
            var x = w.tape().zeros(COPIED / 4);
            var y = w.tape().zeros(COPIED / 4);
            Timing timing = SettledTiming.measure(COPIES, () -> {
                w.kernels().pointwise().axpby(1, x, 0, y);
                device.synchronise();
            });
            return 2.0 * COPIED / timing.min();
        }
    }

    /** Plain copies of off-heap memory, each thread its own part. */
    private static double hostCopy(int threads) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment from = arena.allocate(COPIED, 64);
            MemorySegment to = arena.allocate(COPIED, 64);
            try (Copiers copiers = new Copiers(from, to, threads)) {
                copiers.copy(); // the first touch maps the pages
                return 2.0
                        * COPIED
                        / SettledTiming.measure(COPIES, copiers::copy).min();
            }
        }
    }

    /** Threads that copy together whenever they are asked to. */
    private static final class Copiers implements AutoCloseable {
        private final CyclicBarrier begin;
        private final CyclicBarrier end;
        private volatile boolean closed;

        Copiers(MemorySegment from, MemorySegment to, int threads) {
            begin = new CyclicBarrier(threads + 1);
            end = new CyclicBarrier(threads + 1);
            long part = from.byteSize() / threads / 64 * 64;
            for (int t = 0; t < threads; t++) {
                long start = t * part;
                long size = t == threads - 1 ? from.byteSize() - start : part;
                Thread.ofPlatform().daemon().name("bench-copy-" + t).start(() -> {
                    while (wait(begin) && !closed) {
                        MemorySegment.copy(from, start, to, start, size);
                        wait(end);
                    }
                });
            }
        }

        void copy() {
            wait(begin);
            wait(end);
        }

        private static boolean wait(CyclicBarrier barrier) {
            try {
                barrier.await();
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            } catch (java.util.concurrent.BrokenBarrierException e) {
                return false;
            }
        }

        @Override
        public void close() {
            closed = true;
            wait(begin);
        }
    }
}
