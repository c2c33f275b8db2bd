package unitcell.cuda;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.OptimiserKernels;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.memory.Scope;

/**
 * {@link OptimiserKernels} on the GPU: {@code optimiser.cu}.
 *
 * <p>Memory convention: flat arenas in device memory, updated in place; partial sums in scratch memory of the call.
 */
final class CudaOptimiserKernels implements OptimiserKernels {
    private static final int THREADS = 256;
    /** Elements behind one partial sum of squares, and the most sums: the same on every device. */
    private static final long SUM_ELEMENTS = 1 << 13;

    private static final long MOST_SUMS = 1024;

    private final CudaQueue queue;
    private final DType dtype;
    private final CudaKernel adamW;
    private final CudaKernel sumOfSquares;
    private final CudaKernel sumPartials;
    private final CudaKernel sumPartialsWide;
    private final CudaKernel clip;
    private final CudaKernel exponentialMovingAverage;

    CudaOptimiserKernels(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        adamW = queue.kernel("optimiser", "adam_w", dtype);
        sumOfSquares = queue.kernel("optimiser", "sum_of_squares", dtype);
        sumPartials = queue.kernel("losses", "sum_partials", DType.F32);
        sumPartialsWide = queue.kernel("losses", "sum_partials", DType.F64);
        clip = queue.kernel("optimiser", "clip", dtype);
        exponentialMovingAverage = queue.kernel("optimiser", "exponential_moving_average", dtype);
    }

    private Shapes any(String kernel, String name, Tensor first) {
        return Shapes.ofAny(kernel, name, first).that(first.dtype() == dtype, name, first, "a tensor of " + dtype);
    }

    /** A launch over elements, in vectors of 16 bytes. */
    private void over(Launch launch, long elements) {
        launch.over((elements + CudaQueue.wide(dtype) - 1) / CudaQueue.wide(dtype), THREADS);
    }

    @Override
    public void adamW(AdamStep step, Tensor parameter, Tensor gradient, Tensor m, Tensor v) {
        any("adamW", "parameter", parameter)
                .same("gradient", gradient, parameter)
                .same("m", m, parameter)
                .same("v", v, parameter)
                .that(step.step() >= 1, "step", step.step(), "at least 1");
        double correction1 = 1 - Math.pow(step.beta1(), (double) step.step());
        double correction2 = 1 - Math.pow(step.beta2(), (double) step.step());
        Launch launch = queue.launch(adamW)
                .real(step.gradientScale())
                .real(1 - step.beta1())
                .real(1 - step.beta2())
                .real(step.rate() * step.weightDecay())
                .real(step.rate() / correction1)
                .real(1 / Math.sqrt(correction2))
                .real(step.eps())
                .tensor(parameter)
                .tensor(gradient)
                .tensor(m)
                .tensor(v)
                .wide(parameter.size());
        over(launch, parameter.size());
    }

    @Override
    public void sumOfSquares(Tensor x, Tensor out) {
        any("sumOfSquares", "x", x);
        Shapes.ofAny("sumOfSquares", "out", out).single("out", out);
        long sums = Math.clamp((x.size() + SUM_ELEMENTS - 1) / SUM_ELEMENTS, 1, MOST_SUMS);
        try (Scope scratch = queue.scratch()) {
            Tensor parts = scratch.empty(DType.F64, sums);
            queue.launch(sumOfSquares).tensor(x).wide(x.size()).tensor(parts).blocks(sums, THREADS);
            queue.launch(out.dtype() == DType.F64 ? sumPartialsWide : sumPartials)
                    .tensor(parts)
                    .wide(sums)
                    .real(1)
                    .tensor(out)
                    .blocks(1, THREADS);
        }
    }

    @Override
    public void clip(double limit, Tensor values) {
        any("clip", "values", values).that(limit > 0, "limit", limit, "a positive number");
        over(queue.launch(clip).real(limit).tensor(values).wide(values.size()), values.size());
    }

    @Override
    public void exponentialMovingAverage(double decay, Tensor value, Tensor average) {
        any("exponentialMovingAverage", "value", value).same("average", average, value);
        Launch launch = queue.launch(exponentialMovingAverage)
                .real(1 - decay)
                .tensor(value)
                .tensor(average)
                .wide(value.size());
        over(launch, value.size());
    }
}
