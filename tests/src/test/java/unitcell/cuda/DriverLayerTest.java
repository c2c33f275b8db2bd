package unitcell.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.engine.DType;
import unitcell.engine.Precision;
import unitcell.engine.Tensor;
import unitcell.engine.memory.Block;
import unitcell.engine.memory.MemoryException;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.Scope;
import unitcell.tests.cuda.Emulator;

/** Memory, copies, modules and native libraries of the CUDA backend, on the emulator. */
class DriverLayerTest {
    private static final int DRIVER = 12080;
    private static final long MEBIBYTES = 4096;

    private final Emulator emulator = Emulator.required();

    @BeforeEach
    void load() {
        NativeLibraries.load();
    }

    @AfterEach
    void restore() {
        emulator.deferred(false);
        emulator.driver(DRIVER);
        emulator.memory(MEBIBYTES);
        assertEquals(0, emulator.liveBytes(), "device memory that was not given back");
    }

    /** More data than all staging buffers hold, with copies that run only when something waits for them. */
    @Test
    void uploadsKeepTheirPlaceInTheStream() {
        emulator.deferred(true);
        int count = 5 << 20;
        try (CudaDevice device = CudaDevice.open(0, Precision.FP32);
                Scope scope = new Scope(device.pool(), "test");
                Arena arena = Arena.ofConfined()) {
            Tensor x = scope.empty(DType.I32, count);
            Tensor y = scope.empty(DType.I32, count);
            MemorySegment host = arena.allocate(4L * count, 64);
            for (int round = 1; round <= 2; round++) {
                for (int i = 0; i < count; i++) {
                    host.setAtIndex(ValueLayout.JAVA_INT, i, i * round);
                }
                device.pool().memory().upload(x.address(), host);
                host.fill((byte) 0); // the segment is the caller's again
                device.pool().memory().copy(y.address(), x.address(), x.bytes());
                x.zero();
                device.pool().memory().download(y.address(), host);
                for (int i = 0; i < count; i++) {
                    if (host.getAtIndex(ValueLayout.JAVA_INT, i) != i * round) {
                        throw new AssertionError("element " + i + " of round " + round);
                    }
                }
            }
        }
    }

    @Test
    void namesWhatDoesNotFit() {
        emulator.memory(64);
        try (CudaDevice device = CudaDevice.open(0, Precision.FP32);
                MemoryPool pool = new MemoryPool(device.pool().memory(), false)) {
            Block most = pool.allocate(40L << 20, "test");
            MemoryException e = assertThrows(MemoryException.class, () -> pool.allocate(40L << 20, "test"));
            assertTrue(
                    e.getMessage().startsWith("the device cuda:0 has no 41943040 bytes of memory left: of 64 MiB 24"),
                    e.getMessage());
            most.release();
            // What was given back is kept for blocks of its size, and returned to the device where another size needs
            // it.
            assertEquals(40L << 20, pool.statistics().reservedBytes());
            pool.allocate(48L << 20, "test").release();
            assertEquals(48L << 20, pool.statistics().reservedBytes());
        }
    }

    @Test
    void aLeakFailsTheDevice() {
        CudaDevice device = CudaDevice.open(0, Precision.FP32);
        device.pool().allocate(100, "forgotten");
        MemoryException e = assertThrows(MemoryException.class, device::close);
        assertTrue(e.getMessage().contains("{forgotten=1}"), e.getMessage());
        // The context went with the device, and the block with it.
        CudaDevice.open(0, Precision.FP32).close();
    }

    @Test
    void countsByTag() {
        try (CudaDevice device = CudaDevice.open(0, Precision.FP32)) {
            MemoryPool pool = device.pool();
            try (Scope scope = new Scope(pool, "activation")) {
                scope.empty(DType.F32, 1000);
                assertEquals(0, scope.empty(DType.F64, 3).address() % 64);
            }
            assertTrue(pool.statistics().peakByTag().get("activation") >= 4000);
            assertEquals(0, pool.statistics().liveBytes());
        }
    }

    /** The emulator takes no fatbin, like a driver that is older than the compiler: PTX with the lowered header remains. */
    @Test
    void fallsBackToPtx() {
        Assumptions.assumeTrue(
                CudaModules.class.getResource("pointwise.fatbin") != null, "no kernels were compiled: it needs nvcc");
        Assumptions.assumeTrue(System.getProperty(CudaModules.REPLACEMENT) == null);
        String image = System.clearProperty(CudaModules.IMAGE);
        try (CudaDevice device = CudaDevice.open(0, Precision.FP32);
                CudaModules modules = new CudaModules()) {
            assertEquals("cuda:0", device.name());
            modules.function("pointwise", "silu_f32");
            assertEquals(
                    Map.of(
                            "pointwise",
                            "PTX, compiled by the driver; the driver refused the fatbin: CUDA_ERROR_UNSUPPORTED_PTX_VERSION"),
                    modules.images());
        } finally {
            if (image != null) {
                System.setProperty(CudaModules.IMAGE, image);
            }
        }
    }

    @Test
    void namesADriverThatIsTooOld() {
        emulator.driver(10020);
        try (CudaDevice device = CudaDevice.open(0, Precision.FP32)) {
            CudaKernel kernel = device.queue().kernel("pointwise", "silu", DType.F32);
            CudaException e = assertThrows(CudaException.class, kernel::function);
            assertTrue(e.getMessage().startsWith("the NVIDIA driver is too old for these kernels"), e.getMessage());
            assertEquals(1, e.getMessage().lines().count());
        }
    }

    @Test
    void describesItself() {
        try (CudaDevice device = CudaDevice.open(0, Precision.FP32)) {
            String text = device.description();
            assertTrue(text.startsWith("cuda:0: Unitcell emulator (CPU), compute capability 9.0"), text);
            assertTrue(text.contains("driver for CUDA 12.8"), text);
        }
    }

    /** JCuda unpacks its library to a fixed name and would load what another JVM has half written. */
    @Test
    void severalProcessesMayStartAtOnce(@TempDir Path folder) throws IOException, InterruptedException {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-Djava.io.tmpdir=" + folder));
            for (String property : List.of(NativeLibraries.LIBRARY, CudaModules.REPLACEMENT)) {
                if (System.getProperty(property) != null) {
                    command.add("-D" + property + "=" + System.getProperty(property));
                }
            }
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), OpenAndClose.class.getName()));
            File log = folder.resolve("log" + i).toFile();
            processes.add(new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log)
                    .start());
        }
        for (int i = 0; i < 4; i++) {
            int status = processes.get(i).waitFor();
            assertEquals(0, status, Files.readString(folder.resolve("log" + i)));
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertArrayEquals(
                    new String[] {"log0", "log1", "log2", "log3"},
                    left.map(p -> p.getFileName().toString())
                            .filter(name -> !name.startsWith("hsperfdata"))
                            .sorted()
                            .toArray());
        }
    }

    /** What each of the processes does. */
    static final class OpenAndClose {
        private OpenAndClose() {}

        public static void main(String[] args) {
            NativeLibraries.load();
            try (CudaDevice device = CudaDevice.open(0, Precision.FP32)) {
                device.synchronise();
            }
        }
    }

    @Test
    void refusesOtherElementTypes() {
        try (CudaDevice device = CudaDevice.open(0, Precision.FP32)) {
            assertThrows(IllegalArgumentException.class, () -> device.kernels(DType.I32));
            assertFalse(device.pool().memory().hostAccessible());
        }
    }
}
