package unitcell.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import unitcell.engine.DeviceException;
import unitcell.engine.DeviceProvider;
import unitcell.engine.DeviceProvider.Availability;
import unitcell.engine.Devices;
import unitcell.engine.Precision;

/** The answer about CUDA: one line, and where it is a no, the true reason. */
class CudaDeviceProviderTest {
    @Test
    void isFoundAndAnswers() {
        DeviceProvider provider = ServiceLoader.load(DeviceProvider.class)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no provider is registered"));
        assertEquals("cuda", provider.kind());
        Availability answer = provider.probe(0);
        assertEquals(1, answer.reason().lines().count());
        assumeFalse(answer.usable(), "this machine has a GPU that can be used");
        DeviceException e = assertThrows(DeviceException.class, () -> Devices.open("cuda", 1));
        assertTrue(e.getMessage().contains(answer.reason()), e.getMessage());
        e = assertThrows(DeviceException.class, () -> provider.open(0, 1, Precision.FP32));
        assertEquals("device cuda:0 cannot be used: " + answer.reason(), e.getMessage());
    }

    @Test
    void namesAMissingDriver() {
        CudaDeviceProvider provider = new CudaDeviceProvider("libno-such-driver.so.1");
        assertEquals(
                "the NVIDIA driver is not installed (libno-such-driver.so.1 cannot be loaded)",
                provider.probe(0).reason());
        DeviceException e = assertThrows(DeviceException.class, () -> provider.open(0, 1, Precision.FP32));
        assertTrue(e.getMessage().startsWith("device cuda:0 cannot be used: the NVIDIA driver"), e.getMessage());
    }

    @Test
    void namesALibraryThatIsNoDriver() {
        CudaDeviceProvider provider = new CudaDeviceProvider("libc.so.6");
        assertEquals(
                "libc.so.6 has no cuInit: not an NVIDIA driver",
                provider.probe(0).reason());
    }

    @Test
    void autoFallsBackInTheOpen() {
        assumeFalse(new CudaDeviceProvider().probe(0).usable(), "this machine has a GPU that can be used");
        Devices.Choice choice = Devices.choose("auto", 1);
        try (var device = choice.device()) {
            assertEquals("cpu", device.name());
            assertTrue(choice.line().contains("no cuda: "), choice.line());
        }
    }
}
