package unitcell.engine.profile;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Launched;
import unitcell.engine.Precision;
import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.memory.MemoryPool;

/** A device whose kernel calls pass through an interceptor. Closing it closes the device behind it. */
final class InterceptedDevice implements Device {
    private final Device device;
    private final Function<DType, KernelInterceptor> interceptors;
    private final Map<DType, Kernels> kernels = new EnumMap<>(DType.class);

    /** @param interceptors one for the kernels of each element type */
    InterceptedDevice(Device device, Function<DType, KernelInterceptor> interceptors) {
        this.device = device;
        this.interceptors = interceptors;
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
        return kernels.computeIfAbsent(dtype, t -> new InterceptedKernels(device.kernels(t), interceptors.apply(t)));
    }

    @Override
    public Precision precision() {
        return device.precision();
    }

    @Override
    public void observe(Consumer<Launched> observer) {
        device.observe(observer);
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
    public Optional<DenseKernels> products(Precision precision) {
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
