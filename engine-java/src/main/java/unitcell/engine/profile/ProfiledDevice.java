package unitcell.engine.profile;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.kernel.DenseKernels;
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
    public Mark mark() {
        return device.mark();
    }

    @Override
    public void flushCaches() {
        device.flushCaches();
    }

    @Override
    public List<String> clocks() {
        return device.clocks();
    }

    @Override
    public Optional<DenseKernels> products(String precision) {
        return device.products(precision);
    }

    @Override
    public void pushRange(String name) {
        device.pushRange(name);
    }

    @Override
    public void popRange() {
        device.popRange();
    }

    @Override
    public void close() {
        device.close();
    }
}
