package unitcell.engine.scalar;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.OptimiserKernels;
import unitcell.engine.kernel.Shapes;

/** Scalar {@link OptimiserKernels}. */
final class ScalarOptimiserKernels implements OptimiserKernels {
    @Override
    public void adamW(AdamStep step, Tensor parameter, Tensor gradient, Tensor m, Tensor v) {
        Shapes.ofAny("adamW", "parameter", parameter)
                .same("gradient", gradient, parameter)
                .same("m", m, parameter)
                .same("v", v, parameter)
                .that(step.step() >= 1, "step", step.step(), "at least 1");
        double correction1 = 1 - Math.pow(step.beta1(), (double) step.step());
        double correction2 = 1 - Math.pow(step.beta2(), (double) step.step());
        for (long i = 0; i < parameter.size(); i++) {
            double g = step.gradientScale() * gradient.get(i);
            double first = step.beta1() * m.get(i) + (1 - step.beta1()) * g;
            double second = step.beta2() * v.get(i) + (1 - step.beta2()) * g * g;
            double p = parameter.get(i);
            double decayed = p - step.rate() * step.weightDecay() * p;
            double update = first / correction1 / (Math.sqrt(second / correction2) + step.eps());
            m.set(i, first);
            v.set(i, second);
            parameter.set(i, decayed - step.rate() * update);
        }
    }

    @Override
    public void sumOfSquares(Tensor x, Tensor out) {
        Shapes.ofAny("sumOfSquares", "x", x);
        Shapes.ofAny("sumOfSquares", "out", out).single("out", out);
        double sum = 0;
        for (long i = 0; i < x.size(); i++) {
            sum += x.get(i) * x.get(i);
        }
        out.set(0, sum);
    }

    @Override
    public void clip(double limit, Tensor values) {
        Shapes.ofAny("clip", "values", values).that(limit > 0, "limit", limit, "a positive number");
        for (long i = 0; i < values.size(); i++) {
            values.set(i, Math.max(-limit, Math.min(limit, values.get(i))));
        }
    }

    @Override
    public void exponentialMovingAverage(double decay, Tensor value, Tensor average) {
        Shapes.ofAny("exponentialMovingAverage", "value", value).same("average", average, value);
        for (long i = 0; i < value.size(); i++) {
            average.set(i, decay * average.get(i) + (1 - decay) * value.get(i));
        }
    }
}
