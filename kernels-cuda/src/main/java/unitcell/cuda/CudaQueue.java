package unitcell.cuda;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import unitcell.engine.DType;
import unitcell.engine.Launched;
import unitcell.engine.Tensor;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.Scope;

/**
 * What a family of kernels works with: handles of its kernels, launches on the device's stream, scratch memory, matrix
 * products.
 *
 * <p>Memory convention: everything runs on one stream in the order of the calls. Scratch memory may therefore be given back
 * as soon as the last launch that uses it was submitted: whoever gets it next is behind it on the same stream.
 */
final class CudaQueue implements AutoCloseable {
    private final CudaModules modules;
    private final Launch launch;
    private final MemoryPool pool;
    private final int processors;
    private final Scope constants;
    private final Map<IntKey, Tensor> uploaded = new HashMap<>();
    private Gemm gemm;
    private Consumer<Launched> observer;

    /** An array as a key of a map. */
    private record IntKey(int[] values) {
        @Override
        public boolean equals(Object other) {
            return other instanceof IntKey key && Arrays.equals(values, key.values);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(values);
        }
    }

    CudaQueue(CudaModules modules, Launch launch, MemoryPool pool, int processors) {
        this.modules = modules;
        this.launch = launch;
        this.pool = pool;
        this.processors = processors;
        constants = new Scope(pool, "constant");
    }

    /** Entry point {@code entry_f32} or {@code entry_f64} of kernel file {@code family}. */
    CudaKernel kernel(String family, String entry, DType dtype) {
        return new CudaKernel(modules, family, entry + (dtype == DType.F64 ? "_f64" : "_f32"));
    }

    /** Entry point {@code entry} of kernel file {@code family}. */
    CudaKernel kernel(String family, String entry) {
        return new CudaKernel(modules, family, entry);
    }

    /** The launch of a kernel, to be given its arguments. One at a time. */
    Launch launch(CudaKernel kernel) {
        return launch.of(kernel);
    }

    /** A scope for scratch tensors, to be closed after the last launch that uses them. */
    Scope scratch() {
        return new Scope(pool, "scratch");
    }

    /** Matrix products. */
    Gemm gemm() {
        return observer == null ? gemm : new ObservedGemm(gemm, observer);
    }

    /** Shows every launch and every product to {@code watching}; null for nobody. */
    void observe(Consumer<Launched> watching) {
        observer = watching;
        launch.observe(watching);
    }

    /** Given once, after the queue that the products may run on. */
    void use(Gemm provider) {
        gemm = provider;
    }

    /** Streaming multiprocessors of the device. */
    int processors() {
        return processors;
    }

    /** Numbers that a kernel reads from device memory, uploaded at the first call with them. I32 [values.length]. */
    Tensor constant(int[] values) {
        return uploaded.computeIfAbsent(new IntKey(values.clone()), key -> constants.of(key.values, key.values.length));
    }

    /** Whether 16-byte accesses may be used at an address. */
    static boolean aligned(long address) {
        return address % 16 == 0;
    }

    /** Elements of a type in 16 bytes. */
    static int wide(DType dtype) {
        return 16 / dtype.bytes();
    }

    @Override
    public void close() {
        if (gemm != null) {
            gemm.close();
        }
        constants.close();
    }
}
