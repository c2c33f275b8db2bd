package unitcell.engine.profile;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import unitcell.engine.Device;
import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.kernel.NormKernels;
import unitcell.engine.kernel.OptimiserKernels;
import unitcell.engine.kernel.PointwiseKernels;
import unitcell.engine.kernel.RadialKernels;
import unitcell.engine.kernel.SegmentKernels;
import unitcell.engine.kernel.SphericalKernels;

/**
 * Kernels that report every call's time to a profile: the device's own time where it computes asynchronously.
 *
 * <p>The only place with reflection: proxies of the seven families, so that a kernel added to the contract is timed without
 * a line here. A call costs about a microsecond more through them.
 */
final class ProfiledKernels implements Kernels {
    private final Device device;
    private final KernelProfile profile;
    private final String name;
    private final DenseKernels dense;
    private final PointwiseKernels pointwise;
    private final RadialKernels radial;
    private final SphericalKernels spherical;
    private final SegmentKernels segment;
    private final NormKernels norm;
    private final OptimiserKernels optimiser;

    ProfiledKernels(Device device, Kernels kernels, KernelProfile profile) {
        this.device = device;
        this.profile = profile;
        name = kernels.name();
        dense = timed(DenseKernels.class, kernels.dense());
        pointwise = timed(PointwiseKernels.class, kernels.pointwise());
        radial = timed(RadialKernels.class, kernels.radial());
        spherical = timed(SphericalKernels.class, kernels.spherical());
        segment = timed(SegmentKernels.class, kernels.segment());
        norm = timed(NormKernels.class, kernels.norm());
        optimiser = timed(OptimiserKernels.class, kernels.optimiser());
    }

    private <T> T timed(Class<T> family, T kernels) {
        Object proxy = Proxy.newProxyInstance(
                family.getClassLoader(),
                new Class<?>[] {family},
                (self, method, arguments) -> call(kernels, method, arguments));
        return family.cast(proxy);
    }

    private Object call(Object kernels, Method method, Object[] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return invoke(kernels, method, arguments);
        }
        KernelWork work = KernelWork.of(method.getName(), arguments);
        Device.Mark begin = device.mark();
        Object result = invoke(kernels, method, arguments);
        profile.add(method.getName(), begin, device.mark(), work);
        return result;
    }

    private static Object invoke(Object kernels, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(kernels, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DenseKernels dense() {
        return dense;
    }

    @Override
    public PointwiseKernels pointwise() {
        return pointwise;
    }

    @Override
    public RadialKernels radial() {
        return radial;
    }

    @Override
    public SphericalKernels spherical() {
        return spherical;
    }

    @Override
    public SegmentKernels segment() {
        return segment;
    }

    @Override
    public NormKernels norm() {
        return norm;
    }

    @Override
    public OptimiserKernels optimiser() {
        return optimiser;
    }
}
