package unitcell.trainer.verify;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.Launched;
import unitcell.engine.Precision;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.memory.MemoryPool;

/** The scalar kernels with something done to calls of some of them. */
final class AlteredDevice implements Device {
    private final Device device = Devices.open("cpu-scalar", 1);
    private final Precision precision;
    private final Alteration alteration;
    private Consumer<Launched> observer;

    /** What is done in place of a call. */
    @FunctionalInterface
    interface Alteration {
        void call(String kernel, Object[] arguments, Runnable proceed);
    }

    AlteredDevice(Precision precision, Alteration alteration) {
        this.precision = precision;
        this.alteration = alteration;
    }

    /** Says that something was started. */
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
    public Precision precision() {
        return precision;
    }

    @Override
    public String name() {
        return "altered";
    }

    @Override
    public String description() {
        return "altered: for tests";
    }

    @Override
    public MemoryPool pool() {
        return device.pool();
    }

    @Override
    public Kernels kernels(DType dtype) {
        if (dtype == DType.F64) {
            throw new IllegalArgumentException("float32 only");
        }
        Kernels kernels = device.kernels(dtype);
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (self, family, none) -> {
                    Object result = family.invoke(kernels);
                    return family.getReturnType().isInterface() ? altered(family.getReturnType(), result) : result;
                });
    }

    private Object altered(Class<?> type, Object family) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, kernel, arguments) -> {
            alteration.call(kernel.getName(), arguments, () -> invoke(family, kernel, arguments));
            return null;
        });
    }

    private static void invoke(Object family, Method kernel, Object[] arguments) {
        try {
            kernel.invoke(family, arguments);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(e.getCause().getMessage(), e);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        device.close();
    }
}
