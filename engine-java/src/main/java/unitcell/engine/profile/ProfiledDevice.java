package unitcell.engine.profile;

import java.util.EnumMap;
import java.util.Map;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.memory.MemoryPool;

/** A device whose kernels are timed. Closing it closes the device behind it. */
final class ProfiledDevice implements Device {
    private final Device device;
    private final KernelProfile profile;
    private final Map<DType, Kernels> kernels = new EnumMap<>(DType.class);

    ProfiledDevice(Device device, KernelProfile profile) {
        this.device = device;
        this.profile = profile;
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public String description() {
        return device.description();
    }

    @Override
    public MemoryPool pool() {
        return device.pool();
    }

    @Override
    public Kernels kernels(DType dtype) {
        return kernels.computeIfAbsent(dtype, t -> new ProfiledKernels(device, device.kernels(t), profile));
    }

    @Override
    public void synchronise() {
        device.synchronise();
    }

    @Override
    public void close() {
        device.close();
    }
}
