package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.OptimiserKernels;
import unitcell.engine.kernel.Shapes;

/**
 * {@link OptimiserKernels} over flat arenas.
 *
 * <p>Memory convention: everything in place. Averages are updated as a + (1 - b)(x - a), not as b a + (1 - b) x: the two
 * rounded factors of the latter do not add up to one, which for b = 0.9999 would leave a lasting error of 3e-4.
 */
final class VectorOptimiserKernels implements OptimiserKernels {
    private static final long GRAIN = 1 << 14;

    private final Workers workers;

    VectorOptimiserKernels(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void adamW(AdamStep step, Tensor parameter, Tensor gradient, Tensor m, Tensor v) {
        Shapes.ofAny("adamW", "parameter", parameter)
                .same("gradient", gradient, parameter)
                .same("m", m, parameter)
                .same("v", v, parameter)
                .that(step.step() >= 1, "step", step.step(), "at least 1");
        long count = parameter.size();
        long p = Args.floats("parameter", parameter, count);
        long g = Args.floats("gradient", gradient, count);
        long first = Args.floats("m", m, count);
        long second = Args.floats("v", v, count);
        AdamFactors factors = AdamFactors.of(step);
        workers.range(count, GRAIN, (from, to, scratch) -> {
            long at = 4 * from;
            adam(factors, p + at, g + at, first + at, second + at, (int) (to - from));
        });
    }

    /**
     * A step's numbers as the loop needs them.
     *
     * @param decay rate * weight decay, the part of a parameter that goes
     * @param rate rate / (1 - beta1^t)
     * @param root 1 / sqrt(1 - beta2^t)
     */
    private record AdamFactors(
            float scale, float fresh1, float fresh2, float decay, float rate, float root, float eps) {
        static AdamFactors of(AdamStep step) {
            double correction1 = 1 - Math.pow(step.beta1(), (double) step.step());
            double correction2 = 1 - Math.pow(step.beta2(), (double) step.step());
            return new AdamFactors(
                    (float) step.gradientScale(),
                    (float) (1 - step.beta1()),
                    (float) (1 - step.beta2()),
                    (float) (step.rate() * step.weightDecay()),
                    (float) (step.rate() / correction1),
                    (float) (1 / Math.sqrt(correction2)),
                    (float) step.eps());
        }
    }

    private static void adam(AdamFactors f, long p, long g, long m, long v, int count) {
        for (int i = 0; i < count; i += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, count - i));
            long at = 4L * i;
            FloatVector gradient = Lanes.load(g + at, mask).mul(f.scale);
            FloatVector first = Lanes.load(m + at, mask);
            first = Lanes.fma(gradient.sub(first), Lanes.broadcast(f.fresh1), first);
            FloatVector second = Lanes.load(v + at, mask);
            second = Lanes.fma(gradient.mul(gradient).sub(second), Lanes.broadcast(f.fresh2), second);
            FloatVector parameter = Lanes.load(p + at, mask);
            FloatVector update = first.mul(f.rate).div(second.sqrt().mul(f.root).add(f.eps));
            FloatVector decayed = Lanes.fma(parameter, Lanes.broadcast(-f.decay), parameter);
            Lanes.store(m + at, first, mask);
            Lanes.store(v + at, second, mask);
            Lanes.store(p + at, decayed.sub(update), mask);
        }
    }

    @Override
    public void sumOfSquares(Tensor x, Tensor out) {
        Shapes.ofAny("sumOfSquares", "x", x);
        Shapes.ofAny("sumOfSquares", "out", out).single("out", out);
        long address = Args.floats("x", x, x.size());
        Sums.store(out, Sums.of(workers, Sums.Kind.SQUARES, address, 0, x.size()));
    }

    @Override
    public void clip(double limit, Tensor values) {
        Shapes.ofAny("clip", "values", values).that(limit > 0, "limit", limit, "a positive number");
        long address = Args.floats("values", values, values.size());
        workers.range(values.size(), GRAIN, (first, last, scratch) -> {
            clip((float) limit, address + 4 * first, (int) (last - first));
        });
    }

    private static void clip(float limit, long x, int count) {
        for (int i = 0; i < count; i += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, count - i));
            long at = x + 4L * i;
            Lanes.store(at, Lanes.load(at, mask).min(limit).max(-limit), mask);
        }
    }

    @Override
    public void exponentialMovingAverage(double decay, Tensor value, Tensor average) {
        Shapes.ofAny("exponentialMovingAverage", "value", value).same("average", average, value);
        long from = Args.floats("value", value, value.size());
        long to = Args.floats("average", average, value.size());
        float fresh = (float) (1 - decay);
        workers.range(value.size(), GRAIN, (first, last, scratch) -> {
            average(fresh, from + 4 * first, to + 4 * first, (int) (last - first));
        });
    }

    private static void average(float fresh, long value, long average, int count) {
        for (int i = 0; i < count; i += Lanes.WIDTH) {
            VectorMask<Float> mask = Lanes.first(Math.min(Lanes.WIDTH, count - i));
            long at = 4L * i;
            FloatVector old = Lanes.load(average + at, mask);
            FloatVector change = Lanes.load(value + at, mask).sub(old);
            Lanes.store(average + at, Lanes.fma(change, Lanes.broadcast(fresh), old), mask);
        }
    }
}
