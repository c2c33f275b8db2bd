package unitcell.engine.profile;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import unitcell.engine.kernel.DenseKernels;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.kernel.NormKernels;
import unitcell.engine.kernel.OptimiserKernels;
import unitcell.engine.kernel.PointwiseKernels;
import unitcell.engine.kernel.RadialKernels;
import unitcell.engine.kernel.SegmentKernels;
import unitcell.engine.kernel.SphericalKernels;

/**
 * Kernels whose calls pass through an interceptor.
 *
 * <p>The only place with reflection: proxies of the seven families, so that a kernel added to the contract is seen without
 * a line here. A call costs about a microsecond more through them.
 */
final class InterceptedKernels implements Kernels {
    private final KernelInterceptor interceptor;
    private final String name;
    private final DenseKernels dense;
    private final PointwiseKernels pointwise;
    private final RadialKernels radial;
    private final SphericalKernels spherical;
    private final SegmentKernels segment;
    private final NormKernels norm;
    private final OptimiserKernels optimiser;

    InterceptedKernels(Kernels kernels, KernelInterceptor interceptor) {
        this.interceptor = interceptor;
        name = kernels.name();
        dense = proxy("dense", DenseKernels.class, kernels.dense());
        pointwise = proxy("pointwise", PointwiseKernels.class, kernels.pointwise());
        radial = proxy("radial", RadialKernels.class, kernels.radial());
        spherical = proxy("spherical", SphericalKernels.class, kernels.spherical());
        segment = proxy("segment", SegmentKernels.class, kernels.segment());
        norm = proxy("norm", NormKernels.class, kernels.norm());
        optimiser = proxy("optimiser", OptimiserKernels.class, kernels.optimiser());
    }

    /** Every operation of the contract. */
    static List<Operation> contract() {
        List<Operation> operations = new ArrayList<>();
        for (Method family : Kernels.class.getMethods()) {
            Class<?> kernels = family.getReturnType();
            if (kernels.getPackage() == Kernels.class.getPackage()) {
                Arrays.stream(kernels.getMethods())
                        .map(kernel -> new Operation(family.getName(), kernel.getName()))
                        .forEach(operations::add);
            }
        }
        operations.sort(Comparator.comparingInt((Operation o) -> FAMILIES.indexOf(o.family()))
                .thenComparing(Operation::name));
        return operations;
    }

    /** The order of {@link Kernels}; a family that is missing here would come first. */
    private static final List<String> FAMILIES =
            List.of("dense", "pointwise", "radial", "spherical", "segment", "norm", "optimiser");

    private <T> T proxy(String family, Class<T> type, T kernels) {
        Object proxy = Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> call(family, kernels, method, arguments));
        return type.cast(proxy);
    }

    private Object call(String family, Object kernels, Method method, Object[] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return invoke(kernels, method, arguments);
        }
        Operation operation = new Operation(family, method.getName());
        return interceptor.around(new KernelInterceptor.Call(
                operation, arguments, kernels.getClass(), () -> invoke(kernels, method, arguments)));
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
