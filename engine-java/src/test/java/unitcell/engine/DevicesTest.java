package unitcell.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.engine.Devices.Choice;
import unitcell.engine.cpu.CpuDevice;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.memory.Block;
import unitcell.engine.memory.MemoryException;
import unitcell.engine.memory.MemoryPool;

/** Which device a name opens, and what is said where it cannot be opened. */
class DevicesTest {
    /** A backend of kind cuda with a number of usable devices. */
    private record Backend(int devices, String reason) implements DeviceProvider {
        @Override
        public String kind() {
            return "cuda";
        }

        @Override
        public Availability probe(int index) {
            return new Availability(index < devices, reason);
        }

        @Override
        public Device open(int index, int threads, Precision precision) {
            return new Opened(CpuDevice.openScalar(), "cuda:" + index);
        }
    }

    /** A stand-in for the device that a backend opens. */
    private record Opened(Device memory, String name) implements Device {
        @Override
        public String description() {
            return name + ": test";
        }

        @Override
        public MemoryPool pool() {
            return memory.pool();
        }

        @Override
        public Kernels kernels(DType dtype) {
            return memory.kernels(dtype);
        }

        @Override
        public void close() {
            memory.close();
        }
    }

    private static Choice choose(String spec, DeviceProvider... providers) {
        return choose(spec, Precision.FP32, providers);
    }

    private static Choice choose(String spec, Precision precision, DeviceProvider... providers) {
        return Devices.choose(spec, 1, precision, () -> List.of(providers));
    }

    @Test
    void cpuHasBothElementTypes() {
        try (Device device = Devices.open("cpu", 2)) {
            assertEquals("cpu", device.name());
            assertTrue(device.description().contains("2 threads"), device.description());
            assertEquals("scalar", device.kernels(DType.F64).name());
            assertTrue(device.description()
                    .contains("kernels " + device.kernels(DType.F32).name() + " (float32)"));
            assertThrows(IllegalArgumentException.class, () -> device.kernels(DType.I32));
        }
        try (Device device = Devices.open("cpu-scalar", 0)) {
            assertEquals("scalar", device.kernels(DType.F32).name());
        }
    }

    @Test
    void closingFindsLeaks() {
        Device device = Devices.open("cpu", 1);
        Block block = device.pool().allocate(10, "forgotten");
        MemoryException e = assertThrows(MemoryException.class, device::close);
        assertTrue(e.getMessage().contains("forgotten"), e.getMessage());
        block.release();
    }

    @Test
    void autoTakesTheFirstUsableBackend() {
        Choice choice = choose("auto", new Backend(0, "nothing there"), new Backend(1, "a card"));
        assertEquals("cuda:0", choice.device().name());
        assertEquals("device cuda:0: test; chosen by auto: a card", choice.line());
        choice.device().close();
    }

    @Test
    void autoSaysWhyItTookTheCpu() {
        Choice choice = choose("auto", new Backend(0, "nothing there"));
        assertEquals("cpu", choice.device().name());
        assertEquals("chosen by auto: no cuda: nothing there", choice.reason());
        assertTrue(choice.line().startsWith("device cpu: "), choice.line());
        choice.device().close();
        choice = choose("auto");
        assertEquals("chosen by auto: no other backend is installed", choice.reason());
        choice.device().close();
    }

    @Test
    void cudaByNumber() {
        Choice choice = choose("cuda:1", new Backend(2, "a card"));
        assertEquals("cuda:1", choice.device().name());
        choice.device().close();
        DeviceException e = assertThrows(DeviceException.class, () -> choose("cuda:2", new Backend(2, "only two")));
        assertEquals("device cuda:2 cannot be used: only two; choose --device cpu or auto", e.getMessage());
        e = assertThrows(DeviceException.class, () -> choose("cuda"));
        assertTrue(
                e.getMessage().startsWith("device cuda:0 cannot be used: no cuda backend is installed"),
                e.getMessage());
    }

    @Test
    void aPrecisionThatTheCpuLacksIsRefused() {
        for (String spec : List.of("cpu", "cpu-scalar")) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> choose(spec, Precision.TF32));
            assertEquals(
                    "precision tf32: device " + spec + " multiplies in fp32 only; expected fp32, or a CUDA device",
                    e.getMessage());
        }
        DeviceException e = assertThrows(
                DeviceException.class, () -> choose("auto", Precision.TF32, new Backend(0, "nothing there")));
        assertEquals(
                "precision tf32 needs a CUDA device, and there is no cuda: nothing there; choose --precision fp32",
                e.getMessage());
        choose("auto", Precision.TF32, new Backend(1, "a card")).device().close();
    }

    @Test
    void aSurveyTellsWhatAutoWouldChooseAndWhatIsMissing() {
        Devices.Survey none = Devices.survey(() -> List.of(new Backend(0, "nothing there")));
        assertEquals("cpu", none.name());
        assertEquals("no cuda: nothing there", none.reason());
        assertEquals(Map.of("cuda", List.of()), none.requirements());
        assertEquals(
                "cuda:0",
                Devices.survey(() -> List.of(new Backend(1, "a card"))).name());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu", "", "cuda:", "cuda:-1", "cuda:x", "cuda:99999", "cpu:0", "CUDA", "auto "})
    void unknownNames(String spec) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> choose(spec, new Backend(1, "a card")));
        assertEquals(
                "device '" + spec + "' is unknown; expected auto, cpu, cpu-scalar, cuda or cuda:K with K = 0, 1, ...",
                e.getMessage());
    }

    @Test
    void negativeThreads() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Devices.open("cpu", -1));
        assertEquals("threads is -1; expected 1 or more, or 0 for all processors", e.getMessage());
    }
}
