package unitcell.tests.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.DeviceProvider.Requirement;
import unitcell.engine.Devices;
import unitcell.engine.Precision;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.memory.Scope;
import unitcell.engine.profile.KernelProfile;

/** What benchmarks and profiles use of a GPU: its clock, its caches, its rates, and a look at everything it needs. */
class MeasuringTest {
    private Device device;

    @BeforeEach
    void open() {
        Emulator.required();
        device = Devices.open("cuda", 1);
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    @Test
    void marksTellTimeInTheOrderOfTheWork() {
        try (Scope scope = new Scope(device.pool(), "test")) {
            Tensor x = scope.zeros(DType.F32, 1 << 20);
            Kernels kernels = device.kernels(DType.F32);
            for (int round = 0; round < 3; round++) { // marks are used again
                try (Device.Mark first = device.mark()) {
                    kernels.pointwise().fill(x, round);
                    try (Device.Mark second = device.mark();
                            Device.Mark third = device.mark()) {
                        double filling = second.secondsSince(first);
                        assertTrue(filling > 0, filling + " s");
                        assertTrue(third.secondsSince(first) >= filling, "the third mark came before the second");
                    }
                }
            }
            double nothing = IntStream.range(0, 10)
                    .mapToDouble(i -> device.seconds(() -> {}))
                    .min()
                    .orElseThrow();
            double something = device.seconds(() -> kernels.pointwise().fill(x, 7));
            assertTrue(nothing < something, nothing + " s for nothing, " + something + " s for a kernel");
            assertEquals(7, x.rows(0, 1).item());
        }
    }

    @Test
    void flushingTakesMemoryBesideThePool() {
        long reserved = device.pool().statistics().reservedBytes();
        device.flushCaches();
        device.flushCaches();
        device.synchronise();
        assertEquals(reserved, device.pool().statistics().reservedBytes());
    }

    @Test
    void ratesAndPrecisions() {
        List<String> clocks = device.clocks();
        assertTrue(clocks.getFirst().startsWith("clocks: multiprocessors up to "), clocks.toString());
        assertEquals(Precision.FP32, device.precision());
        assertSame(
                device.kernels(DType.F32).dense(),
                device.products(Precision.FP32).orElseThrow());
        assertTrue(device.products(Precision.TF32).isEmpty(), "the program's own products have no TF32");
    }

    @Test
    void multipliesInAnotherPrecisionBesideItsOwn() {
        String library = System.getProperty("unitcell.cublas.library");
        Assumptions.assumeTrue(
                library != null && Files.isReadable(Path.of(library)), "the stand-in for cuBLAS was not built");
        String kept = System.getProperty("unitcell.cuda.gemm");
        System.setProperty("unitcell.cuda.gemm", "cublas");
        try (Scope scope = new Scope(device.pool(), "test")) {
            DenseKernels products = device.products(Precision.TF32).orElseThrow();
            Tensor a = scope.of(DType.F32, new double[] {1, 2, 3, 4}, 2, 2);
            Tensor c = scope.zeros(DType.F32, 2, 2);
            products.gemm(1, Matrix.of(a), Matrix.of(a), 0, Matrix.of(c));
            assertArrayEquals(new double[] {7, 10, 15, 22}, c.toDoubles());
        } finally {
            if (kept == null) {
                System.clearProperty("unitcell.cuda.gemm");
            } else {
                System.setProperty("unitcell.cuda.gemm", kept);
            }
        }
    }

    @Test
    void profilesByTheDevicesClock() {
        KernelProfile profile = new KernelProfile();
        Device profiled = profile.attach(device);
        try (Scope scope = new Scope(profiled.pool(), "test")) {
            Tensor x = scope.zeros(DType.F32, 1000);
            Kernels kernels = profiled.kernels(DType.F32);
            kernels.pointwise().fill(x, 0); // outside of a step
            for (int step = 0; step < 2; step++) {
                profile.begin();
                kernels.pointwise().fill(x, 1);
                kernels.pointwise().silu(x, x);
                profiled.synchronise();
                profile.end();
            }
        }
        List<KernelProfile.Row> rows = profile.rows();
        assertEquals(2, rows.size(), rows.toString());
        for (KernelProfile.Row row : rows) {
            assertEquals(1, row.calls(), row.kernel());
            assertTrue(row.seconds() > 0 && row.seconds() < profile.stepSeconds(), row.toString());
        }
    }

    @Test
    void inspectionFindsEverythingInPlace() {
        List<Requirement> all = Devices.inspect("cuda");
        assertTrue(all.size() > 5, all.toString());
        for (Requirement one : all) {
            // The emulator takes kernels as PTX text only.
            boolean machineCode = one.what().startsWith("machine code");
            assertEquals(!machineCode, one.found(), one.toString());
        }
        assertFalse(all.stream()
                .filter(r -> r.what().equals("JCuda's functions"))
                .toList()
                .isEmpty());
    }
}
