package unitcell.trainer.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Precision;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.memory.Scope;
import unitcell.trainer.cases.Workspace;

/**
 * What the machine can do at best, measured like everything else: the rate at which memory is copied, and the rate of a
 * large matrix product.
 *
 * @param copyBytes bytes a second, those read and those written together
 * @param gemm the device's own products
 * @param gemmFlopsOneThread operations a second of the same product with one thread; NaN where the device is not a CPU
 * @param others products in other precisions that the device offers
 * @param emptySeconds what the device's clock measures around nothing, which every time includes; 0 on a CPU
 */
public record Ceilings(
        double copyBytes, Product gemm, double gemmFlopsOneThread, List<Product> others, double emptySeconds) {
    /** Bytes of each buffer of a CPU: far more than any cache. */
    private static final long COPIED = 256L << 20;

    private static final int GEMM = 512;

    /** The fastest of so many counts: a ceiling is what the machine can do when nothing disturbs it. */
    private static final int COPIES = 10;

    private static final int PRODUCTS = 60;

    /**
     * The rate of products of two square matrices.
     *
     * @param precision of the products, empty where the device does not name it
     * @param size rows and columns
     * @param flops operations a second
     */
    public record Product(String precision, int size, double flops) {}

    /** Of a CPU: plain copies by {@code threads} threads; {@code one} is the same device with one thread. */
    public static Ceilings ofCpu(Device device, Device one, int threads) {
        return new Ceilings(hostCopy(threads), new Product("", GEMM, hostGemm(device)), hostGemm(one), List.of(), 0);
    }

    /**
     * Of a device with memory and a clock of its own: copies of ever larger buffers and products of ever larger matrices
     * until they take {@link #LONG}, and the best of them.
     */
    public static Ceilings ofAccelerator(Device device) {
        DenseKernels own = device.kernels(DType.F32).dense();
        List<Product> others = new ArrayList<>();
        for (Precision precision : Precision.values()) {
            if (precision != device.precision()) {
                device.products(precision).ifPresent(dense -> others.add(largeGemm(device, dense, precision.key())));
            }
        }
        String precision = device.precision().key();
        double empty =
                SettledTiming.measure(device, COPIES, false, () -> {}).device().median();
        return new Ceilings(deviceCopy(device), largeGemm(device, own, precision), Double.NaN, others, empty);
    }

    /** Fraction of the time in which the machine at its best would have done it: moving the bytes, or the arithmetic. */
    double share(double flops, double bytes, double seconds) {
        return Math.max(bytes / copyBytes, flops / gemm.flops) / seconds;
    }

    private static double hostGemm(Device device) {
        try (Workspace w = new Workspace(device)) {
            Matrix a = Matrix.of(w.in(GEMM, GEMM));
            Matrix b = Matrix.of(w.in(GEMM, GEMM));
            Matrix c = Matrix.of(w.out(GEMM, GEMM));
            double flops = 2.0 * GEMM * GEMM * GEMM;
            return flops
                    / SettledTiming.measure(PRODUCTS, () -> {
                                w.kernels().dense().gemm(1, a, b, 0, c);
                                device.synchronise();
                            })
                            .min();
        }
    }

    /** A measurement that takes so long, in seconds, needs no larger work. */
    private static final double LONG = 0.01;

    private static final int SMALLEST_PRODUCT = 256;
    private static final int LARGEST_PRODUCT = 8192;
    private static final long SMALLEST_COPY = 16L << 20;
    private static final long LARGEST_COPY = 1L << 30;

    private static Product largeGemm(Device device, DenseKernels products, String precision) {
        Product best = new Product(precision, 0, 0);
        for (int size = SMALLEST_PRODUCT; size <= LARGEST_PRODUCT; size *= 2) {
            int n = size;
            try (Scope scope = new Scope(device.pool(), "bench")) {
                Matrix a = Matrix.of(random(device, scope, n));
                Matrix b = Matrix.of(random(device, scope, n));
                Matrix c = Matrix.of(scope.zeros(DType.F32, n, n));
                double seconds = SettledTiming.measure(device, COPIES, true, () -> products.gemm(1, a, b, 0, c))
                        .device()
                        .min();
                double flops = 2.0 * n * n * n / seconds;
                if (flops > best.flops) {
                    best = new Product(precision, n, flops);
                }
                if (seconds > LONG) {
                    break;
                }
            }
        }
        return best;
    }

    /**
     * Random numbers, made once for a smallest product and repeated: a GPU runs faster on numbers without entropy, which a
     * ceiling must not.
     */
    private static Tensor random(Device device, Scope scope, int size) {
        try (Workspace w = new Workspace(device)) {
            Tensor some = w.in(SMALLEST_PRODUCT, SMALLEST_PRODUCT);
            Tensor all = scope.empty(DType.F32, size, size);
            Tensor parts = all.reshape(all.size() / some.size(), some.size());
            for (long i = 0; i < parts.dim(0); i++) {
                parts.rows(i, i + 1).copyFrom(some);
            }
            device.synchronise();
            return all;
        }
    }

    private static double deviceCopy(Device device) {
        double best = 0;
        long most = Math.clamp(device.pool().memory().capacity() / 8, SMALLEST_COPY, LARGEST_COPY);
        for (long bytes = SMALLEST_COPY; bytes <= most; bytes *= 4) {
            try (Scope scope = new Scope(device.pool(), "bench")) {
                Tensor from = scope.zeros(DType.F32, bytes / 4);
                Tensor to = scope.zeros(DType.F32, bytes / 4);
                var pointwise = device.kernels(DType.F32).pointwise();
                // By the driver's own copy or by a kernel, whichever is faster.
                double copy = SettledTiming.measure(device, COPIES, false, () -> to.copyFrom(from))
                        .device()
                        .min();
                double kernel = SettledTiming.measure(device, COPIES, false, () -> pointwise.axpby(1, from, 0, to))
                        .device()
                        .min();
                double seconds = Math.min(copy, kernel);
                best = Math.max(best, 2.0 * bytes / seconds);
                if (seconds > LONG) {
                    break;
                }
            }
        }
        return best;
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
