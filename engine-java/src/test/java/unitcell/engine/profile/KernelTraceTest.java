package unitcell.engine.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.Launched;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.Scope;
import unitcell.engine.profile.KernelTrace.Served;

/** What a trace says of kernels in plain Java, and of a device that starts things for them. */
class KernelTraceTest {
    /** Scalar kernels that say they start something. */
    private static final class Starting implements Device {
        private final Device device = Devices.open("cpu-scalar", 1);
        private Consumer<Launched> observer;

        void start(Launched launched) {
            if (observer != null) {
                observer.accept(launched);
            }
        }

        @Override
        public void observe(Consumer<Launched> watching) {
            observer = watching;
        }

        @Override
        public String name() {
            return "test";
        }

        @Override
        public String description() {
            return "test";
        }

        @Override
        public MemoryPool pool() {
            return device.pool();
        }

        @Override
        public Kernels kernels(DType dtype) {
            // The scalar kernels, each call of which starts two kernels of different sizes.
            return new InterceptedKernels(device.kernels(dtype), call -> {
                start(new Launched.Kernel("k_f32", "file", "fatbin", 7, 1, 1, 128, 0));
                start(new Launched.Kernel("k_f32", "file", "fatbin", 9, 2, 1, 128, 0));
                start(new Launched.Product("library", dtype, 2, 3, 4, 1));
                return call.proceed();
            });
        }

        @Override
        public void close() {
            device.close();
        }
    }

    @Test
    void theContractIsKnown() {
        List<Operation> contract = Operation.contract();
        assertTrue(contract.contains(new Operation("spherical", "gatherRotateBackward")), contract.toString());
        assertTrue(contract.size() > 60, contract.toString());
        assertEquals(contract.size(), new HashSet<>(contract).size());
        assertEquals("dense", contract.getFirst().family());
        assertEquals("optimiser", contract.getLast().family());
    }

    @Test
    void kernelsInPlainJavaAreTheirClass() {
        KernelTrace trace = new KernelTrace();
        try (Device device = Devices.open("cpu", 1);
                Scope scope = new Scope(device.pool(), "test")) {
            Device traced = trace.attach(device);
            traced.kernels(DType.F32).pointwise().fill(scope.empty(DType.F32, 3), 1);
            traced.kernels(DType.F32).pointwise().fill(scope.empty(DType.F32, 3), 2);
            traced.kernels(DType.F64).norm();
        }
        Served served = trace.served().getFirst();
        assertEquals(1, trace.served().size());
        assertEquals(new Operation("pointwise", "fill"), served.operation());
        assertEquals(2, served.calls());
        assertEquals("VectorPointwiseKernels", served.implementation());
        assertTrue(served.kernels().startsWith("vector-"), served.kernels());
        assertEquals(List.of(), served.started());
    }

    @Test
    void whatADeviceStartsBelongsToTheOperationThatRuns() {
        KernelTrace trace = new KernelTrace();
        try (Starting device = new Starting();
                Scope scope = new Scope(device.pool(), "test")) {
            Device traced = trace.attach(device);
            device.start(new Launched.Kernel("between", "file", "fatbin", 1, 1, 1, 1, 0));
            traced.kernels(DType.F64).pointwise().fill(scope.empty(DType.F64, 3), 1);
            KernelTrace.detach(device);
            traced.kernels(DType.F64).pointwise().fill(scope.empty(DType.F64, 3), 1);
        }
        List<KernelTrace.Started> started = trace.served().getFirst().started();
        assertEquals(2, started.size(), started.toString());
        assertEquals(2, started.getFirst().count());
        assertEquals(18, ((Launched.Kernel) started.getFirst().largest()).blocks());
        assertEquals(
                new Launched.Product("library", DType.F64, 2, 3, 4, 1),
                started.getLast().largest());
    }

    @Test
    void exceptionsOfKernelsPass() {
        KernelTrace trace = new KernelTrace();
        try (Device device = Devices.open("cpu", 1);
                Scope scope = new Scope(device.pool(), "test")) {
            var x = scope.zeros(DType.F32, 3);
            var y = scope.zeros(DType.F32, 4);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> trace.attach(device).kernels(DType.F32).pointwise().silu(x, y));
        }
    }
}
