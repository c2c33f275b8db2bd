package unitcell.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.engine.DType;
import unitcell.engine.Precision;
import unitcell.engine.Tensor;
import unitcell.engine.memory.MemoryException;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.Scope;
import unitcell.tests.cuda.Emulator;

/**
 * The test bench of the CUDA kernels is tested itself: kernels with planted faults, launched as the sound ones are, must be
 * caught, and the errors must be named.
 */
class PlantedFaultsTest {
    private static final int N = 256;

    private final Emulator emulator = Emulator.required();
    private final String module = System.getProperty(CudaModules.REPLACEMENT);

    @BeforeEach
    void loadPlanted() {
        System.setProperty(CudaModules.REPLACEMENT, emulator.listing().toString());
        NativeLibraries.load();
    }

    @AfterEach
    void restore() {
        emulator.order(Emulator.Order.NORMAL);
        if (module == null) {
            System.clearProperty(CudaModules.REPLACEMENT);
        } else {
            System.setProperty(CudaModules.REPLACEMENT, module);
        }
    }

    /** Launches a planted kernel, which gets a tensor of N elements, and waits for the error. */
    private static void fault(String kernel, int threads, BiConsumer<Launch, Tensor> arguments) {
        CudaDevice device = CudaDevice.open(0, Precision.FP32);
        Tensor tensor = new Scope(device.pool(), "lost with the context").empty(DType.F32, N);
        Launch launch = device.queue().launch(device.queue().kernel("faults", kernel));
        arguments.accept(launch, tensor);
        CudaException e = assertThrows(CudaException.class, () -> {
            launch.blocks(1, threads);
            device.synchronise();
        });
        assertTrue(CudaException.sticky(e.status()), e.getMessage());
        assertTrue(e.getMessage().contains("the device context is lost"), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
        // Every later call fails in the same way, closing included, and a new context works.
        assertThrows(CudaException.class, device::synchronise);
        assertThrows(CudaException.class, device::close);
        CudaDevice.open(0, Precision.FP32).close();
    }

    @Test
    void accessToNull() {
        fault("fault_null_f32", 32, (launch, tensor) -> launch.wide(0));
        assertTrue(emulator.fault().contains("fault_null_f32"), emulator.fault());
    }

    @Test
    void divergentBarrier() {
        fault("fault_divergent_barrier_f32", N, (launch, tensor) -> launch.tensor(tensor));
        assertTrue(emulator.fault().contains("100 threads at __syncthreads"), emulator.fault());
    }

    @Test
    void shuffleWithoutAllLanes() {
        fault("fault_missing_lanes_f32", 32, (launch, tensor) -> launch.tensor(tensor));
        assertTrue(emulator.fault().contains("fault_missing_lanes_f32"), emulator.fault());
    }

    @Test
    void writeBehindSharedMemory() {
        fault(
                "fault_shared_overrun_f32",
                64,
                (launch, tensor) -> launch.tensor(tensor).whole(1));
        assertTrue(emulator.fault().contains("shared memory overrun"), emulator.fault());
    }

    /** Guard bytes of the pool find what does not reach the end of the reserved memory. */
    @Test
    void writeBehindATensor() {
        try (CudaDevice device = CudaDevice.open(0, Precision.FP32)) {
            MemoryPool pool = new MemoryPool(device.pool().memory(), true);
            Scope scope = new Scope(pool, "test");
            Tensor x = scope.empty(DType.F32, N);
            Launch launch = device.queue().launch(device.queue().kernel("faults", "fault_write_behind_f32"));
            launch.tensor(x).whole(N).blocks(2, N);
            MemoryException e = assertThrows(MemoryException.class, scope::close);
            assertTrue(e.getMessage().startsWith("write past the end of a block of 1024 bytes"), e.getMessage());
        }
    }

    /** Fresh memory and what lies behind a tensor are no numbers that a sum survives. */
    @Test
    void readBehindATensor() {
        try (CudaDevice device = CudaDevice.open(0, Precision.FP32);
                MemoryPool pool = new MemoryPool(device.pool().memory(), true);
                Scope scope = new Scope(pool, "test")) {
            Tensor x = scope.of(DType.F32, new double[N], N);
            Tensor sum = scope.empty(DType.F32, 1);
            assertTrue(Double.isNaN(sum.item()), "fresh memory is " + sum.item());
            Launch launch = device.queue().launch(device.queue().kernel("faults", "fault_read_behind_f32"));
            launch.tensor(sum).tensor(x).whole(N).blocks(1, 32);
            assertTrue(Math.abs(sum.item()) > 1e30, "read " + sum.item());
        }
    }

    /** Reads what a neighbour has not written yet: right by luck in one order of threads, wrong in the other. */
    @Test
    void missingBarrier() {
        assertArrayEquals(shifted(), missingBarrier(Emulator.Order.NORMAL));
        double[] reversed = missingBarrier(Emulator.Order.REVERSED);
        long wrong = IntStream.range(0, N)
                .filter(i -> !(reversed[i] == shifted()[i]))
                .count();
        assertTrue(wrong > N / 2, wrong + " of " + N + " are wrong");
    }

    private static double[] shifted() {
        return IntStream.range(0, N).mapToDouble(i -> Math.max(0, i - 1)).toArray();
    }

    private double[] missingBarrier(Emulator.Order order) {
        emulator.order(order);
        try (CudaDevice device = CudaDevice.open(0, Precision.FP32);
                Scope scope = new Scope(device.pool(), "test")) {
            Tensor x =
                    scope.of(DType.F32, IntStream.range(0, N).asDoubleStream().toArray(), N);
            Tensor y = scope.empty(DType.F32, N);
            Launch launch = device.queue().launch(device.queue().kernel("faults", "fault_missing_barrier_f32"));
            launch.tensor(y).tensor(x).blocks(1, N);
            return y.toDoubles();
        }
    }

    /** A module made from other sources than the kernels that run. */
    @Test
    void staleModule(@TempDir Path folder) throws IOException {
        String listing = Files.readString(emulator.listing());
        Path stale = folder.resolve("stale.ptx");
        Files.writeString(stale, listing.replace("fault_fill_f32", "fault_fill_of_yesterday_f32"));
        System.setProperty(CudaModules.REPLACEMENT, stale.toString());
        try (CudaDevice device = CudaDevice.open(0, Precision.FP32)) {
            CudaKernel kernel = device.queue().kernel("faults", "fault_fill_f32");
            CudaException e = assertThrows(CudaException.class, kernel::function);
            assertFalse(CudaException.sticky(e.status()));
            assertTrue(e.getMessage().contains("CUDA_ERROR_INVALID_IMAGE"), e.getMessage());
            assertTrue(emulator.fault().contains("stale module"), emulator.fault());
        }
    }

    /** A grid that no device takes is refused before the launch. */
    @Test
    void gridTooLarge() {
        try (CudaDevice device = CudaDevice.open(0, Precision.FP32)) {
            Launch launch = device.queue().launch(device.queue().kernel("faults", "fault_fill_f32"));
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> launch.run(1, 70000, 1, 32, 0));
            assertTrue(e.getMessage().contains("a grid of 1 x 70000 x 1 blocks"), e.getMessage());
        }
    }
}
