package unitcell.tests.cuda;

import java.util.List;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.cpu.ParityBackend;
import unitcell.engine.memory.Memory;

/**
 * The CUDA kernels on the emulator, for the parity tests of the engine: float32 with threads in normal and in reversed
 * order, which shows missing barriers, and float64; pages behind tensors are closed, which shows missing checks of bounds.
 */
public final class EmulatedCuda implements ParityBackend {
    private static final String GUARDED = "unitcell.cuda.guarded";

    private final Emulator emulator;
    private final Device device;
    private final List<Variant> variants;

    private EmulatedCuda(Emulator opened) {
        emulator = opened;
        emulator.alignment(16);
        System.setProperty(GUARDED, "true");
        device = Devices.open("cuda", 1);
        Memory memory = device.pool().memory();
        Runnable normal = () -> emulator.order(Emulator.Order.NORMAL);
        Runnable reversed = () -> emulator.order(Emulator.Order.REVERSED);
        variants = List.of(
                new Variant("cuda float32", DType.F32, device.kernels(DType.F32), memory, normal),
                new Variant("cuda float32 reversed", DType.F32, device.kernels(DType.F32), memory, reversed),
                new Variant("cuda float64", DType.F64, device.kernels(DType.F64), memory, normal));
    }

    @Override
    public List<Variant> variants() {
        return variants;
    }

    @Override
    public void close() {
        device.close();
        System.clearProperty(GUARDED);
        emulator.alignment(256);
    }

    /** Found by {@link java.util.ServiceLoader}. */
    public static final class Provider implements ParityBackend.Provider {
        @Override
        public ParityBackend open() {
            return new EmulatedCuda(Emulator.required());
        }
    }
}
