package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.S2GridTensors;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * SiLU on the sphere: {@code s2_activation.cu} and {@code s2_activation_backward.cu}.
 *
 * <p>Memory convention: a grid's tensors are read back at its first call only; from then on the tables of its {@link
 * CudaS2Plan} serve, so that a grid's contents must not change. No scratch memory.
 */
final class CudaS2Activation {
    private final CudaQueue queue;
    private final DType dtype;
    private final Map<S2GridTensors, CudaS2Plan> plans = new WeakHashMap<>();
    private final Map<String, CudaKernel> kernels = new HashMap<>();

    CudaS2Activation(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
    }

    void forward(S2GridTensors grid, Tensor x, Columns scalars, Tensor y) {
        check("s2Activation", grid, x, scalars).same("y", y, x);
        if (x.size() == 0) {
            return;
        }
        CudaS2Plan plan = plan(grid);
        plan.arguments(queue.launch(kernel("s2_activation", plan)))
                .tensor(x)
                .columns(scalars)
                .wide(stride(scalars))
                .tensor(y)
                .wide(x.dim(0))
                .wide(x.dim(2))
                .run(plan.blocks(x), 1, 1, plan.threads(), plan.sharedBytes(2));
    }

    void backward(
            S2GridTensors grid, Tensor dy, Tensor x, Columns scalars, Sink dx, Columns dscalars, boolean addScalars) {
        Shapes shapes = check("s2ActivationBackward", grid, x, scalars)
                .same("dy", dy, x)
                .same("dx", dx, x);
        if (dscalars != null) {
            shapes.that(scalars != null, "dscalars", dscalars, "null without scalars")
                    .columns("dscalars", dscalars, x.dim(0), x.dim(2));
        }
        if (x.size() == 0 || (dx == null && dscalars == null)) {
            return;
        }
        CudaS2Plan plan = plan(grid);
        plan.arguments(queue.launch(kernel("s2_activation_backward", plan)))
                .tensor(dy)
                .tensor(x)
                .columns(scalars)
                .wide(stride(scalars))
                .sink(dx)
                .columns(dscalars)
                .wide(stride(dscalars))
                .flag(addScalars)
                .wide(x.dim(0))
                .wide(x.dim(2))
                .run(plan.blocks(x), 1, 1, plan.threads(), plan.sharedBytes(3));
    }

    private Shapes check(String kernel, S2GridTensors grid, Tensor x, Columns scalars) {
        Shapes shapes = Shapes.of(kernel, "x", x, ANY, grid.coefficients(), ANY)
                .that(x.dtype() == dtype, "x", x, "a tensor of " + dtype)
                .that(x.dim(1) * x.dim(2) <= Integer.MAX_VALUE / dtype.bytes(), "x", x, "rows of less than 2 GiB")
                .tensor("grid.toGrid", grid.toGrid(), grid.points(), grid.coefficients())
                .tensor("grid.fromGrid", grid.fromGrid(), grid.points(), grid.coefficients())
                .tensor("grid.legendreTo", grid.legendreTo(), grid.latitudes(), grid.coefficients())
                .tensor("grid.legendreFrom", grid.legendreFrom(), grid.latitudes(), grid.coefficients())
                .tensor("grid.trig", grid.trig(), grid.longitudes(), 2L * grid.mmax() + 1);
        return scalars == null ? shapes : shapes.columns("scalars", scalars, x.dim(0), x.dim(2));
    }

    private CudaS2Plan plan(S2GridTensors grid) {
        return plans.computeIfAbsent(grid, g -> new CudaS2Plan(queue, dtype, g));
    }

    private CudaKernel kernel(String family, CudaS2Plan plan) {
        return kernels.computeIfAbsent(family + "_" + plan.kernel(), entry -> queue.kernel(family, entry, dtype));
    }

    private static long stride(Columns columns) {
        return columns == null ? 0 : columns.stride();
    }
}
