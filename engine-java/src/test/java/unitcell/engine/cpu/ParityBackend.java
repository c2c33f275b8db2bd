package unitcell.engine.cpu;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import unitcell.engine.DType;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.memory.Memory;
import unitcell.engine.memory.NativeMemory;

/** Kernels that are held against the specification, in all the ways in which their results must not differ. */
public interface ParityBackend extends AutoCloseable {
    /**
     * One way of running the kernels.
     *
     * @param name what is different about it, for messages
     * @param dtype the element type that the kernels compute in
     * @param memory where their tensors lie
     * @param prepare to be run before each call
     */
    record Variant(String name, DType dtype, Kernels kernels, Memory memory, Runnable prepare) {
        static Variant of(Kernels kernels, DType dtype) {
            return new Variant(kernels.name(), dtype, kernels, new NativeMemory(), () -> {});
        }
    }

    /** All ways; those of one element type must give equal bits. */
    List<Variant> variants();

    @Override
    void close();

    /** Where other backends come from ({@link ServiceLoader}). */
    interface Provider {
        /** Opens the backend, or skips the test that asks if the machine lacks what it needs. */
        ParityBackend open();
    }

    /** The backend that is registered, or the processor's fast kernels with 1, 2 and 3 threads. */
    static ParityBackend open() {
        return ServiceLoader.load(Provider.class)
                .findFirst()
                .map(Provider::open)
                .orElseGet(Threads::new);
    }

    /** The processor's fast kernels with 1, 2 and 3 threads. */
    final class Threads implements ParityBackend {
        private final List<VectorKernels> kernels =
                Stream.of(1, 2, 3).map(VectorKernels::new).toList();

        @Override
        public List<Variant> variants() {
            return kernels.stream()
                    .map(k -> new Variant(k.threads() + " threads", DType.F32, k, new NativeMemory(), () -> {}))
                    .toList();
        }

        @Override
        public void close() {
            kernels.forEach(VectorKernels::close);
        }
    }
}
