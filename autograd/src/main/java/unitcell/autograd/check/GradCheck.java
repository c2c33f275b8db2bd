package unitcell.autograd.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Tensor;

/**
 * Compares gradients of a function in float64 with central differences, as PyTorch's gradcheck does and with its defaults.
 *
 * <p>Two modes: the whole Jacobian (every output against every input element), and projected (the gradient of one random
 * linear combination of the outputs). Each backward pass is run twice and must give the same bits.
 *
 * <p>Memory convention: inputs are Java arrays; every evaluation runs on a tape of its own that is closed afterwards.
 */
public final class GradCheck {
    private final Device device;
    private final Options options;

    public GradCheck(Device device, Options options) {
        this.device = device;
        this.options = options;
    }

    /** A check with the default options. */
    public GradCheck(Device device) {
        this(device, Options.DEFAULTS);
    }

    /**
     * @param eps step of the central difference
     * @param atol absolute tolerance
     * @param rtol relative tolerance: an element passes if |numeric - analytic| &lt;= atol + rtol * |numeric|
     * @param wholeJacobian false: one random projection of the outputs
     * @param maxElements elements of each input that are perturbed; more are sampled evenly, 0 means all
     * @param seed of the projection
     */
    public record Options(double eps, double atol, double rtol, boolean wholeJacobian, int maxElements, long seed) {
        /** eps 1e-6, atol 1e-5, rtol 1e-3, projected, every element. */
        public static final Options DEFAULTS = new Options(1e-6, 1e-5, 1e-3, false, 0, 1);

        /** The same with the whole Jacobian. */
        public Options whole() {
            return new Options(eps, atol, rtol, true, maxElements, seed);
        }

        /** The same, perturbing at most {@code elements} of each input. */
        public Options atMost(int elements) {
            return new Options(eps, atol, rtol, wholeJacobian, elements, seed);
        }
    }

    /** One differentiable input: values in row-major order under a shape. */
    public record Input(String name, double[] values, long... shape) {}

    /** The function under test. */
    @FunctionalInterface
    public interface Function {
        /** Computes a result from variables on the tape; called many times, must not keep state. */
        Var apply(Tape tape, List<Var> inputs);
    }

    /** Anything that can be evaluated and differentiated: for functions whose variables are not made by the check. */
    public interface Differentiable {
        /** Values of the result for the given inputs. */
        double[] values(List<Input> inputs);

        /** Gradients of sum(seed * result) with respect to each input, in their order. */
        List<double[]> gradients(List<Input> inputs, double[] seed);
    }

    /**
     * Outcome of a check.
     *
     * @param passed whether every element is within tolerance and both backward passes agreed bit by bit
     * @param compared number of comparisons
     * @param maxError largest |numeric - analytic|
     * @param worst where that was and the two numbers, or why the check failed
     */
    public record Report(boolean passed, long compared, double maxError, String worst) {}

    /** Checks the gradients of {@code function} with respect to all inputs. */
    public Report check(Function function, List<Input> inputs) {
        return check(new OnTape(function), inputs);
    }

    /** Checks the gradients of {@code function} with respect to all inputs. */
    public Report check(Differentiable function, List<Input> inputs) {
        double[] first = function.values(inputs);
        Worst worst = new Worst();
        SplittableRandom random = new SplittableRandom(options.seed());
        int projections = options.wholeJacobian() ? first.length : 1;
        for (int p = 0; p < projections; p++) {
            double[] seed = new double[first.length];
            for (int i = 0; i < seed.length; i++) {
                seed[i] = options.wholeJacobian() ? (i == p ? 1 : 0) : random.nextDouble(-1, 1);
            }
            List<double[]> analytic = function.gradients(inputs, seed);
            List<double[]> again = function.gradients(inputs, seed);
            for (int k = 0; k < inputs.size(); k++) {
                if (!java.util.Arrays.equals(analytic.get(k), again.get(k))) {
                    return new Report(
                            false,
                            worst.compared,
                            worst.error,
                            "two backward passes differ for " + inputs.get(k).name());
                }
            }
            compare(function, inputs, seed, analytic, worst);
        }
        return new Report(worst.failures == 0, worst.compared, worst.error, worst.where);
    }

    private void compare(
            Differentiable function, List<Input> inputs, double[] seed, List<double[]> analytic, Worst worst) {
        for (int k = 0; k < inputs.size(); k++) {
            Input input = inputs.get(k);
            int n = input.values().length;
            int count = options.maxElements() == 0 ? n : Math.min(n, options.maxElements());
            for (int i = 0; i < count; i++) {
                int element = (int) ((long) i * n / count);
                double numeric = (project(function, perturbed(inputs, k, element, options.eps()), seed)
                                - project(function, perturbed(inputs, k, element, -options.eps()), seed))
                        / (2 * options.eps());
                worst.add(input.name(), element, numeric, analytic.get(k)[element], options);
            }
        }
    }

    private static List<Input> perturbed(List<Input> inputs, int k, int element, double by) {
        List<Input> out = new ArrayList<>(inputs);
        Input old = inputs.get(k);
        double[] values = old.values().clone();
        values[element] += by;
        out.set(k, new Input(old.name(), values, old.shape()));
        return out;
    }

    private static double project(Differentiable function, List<Input> inputs, double[] seed) {
        double[] out = function.values(inputs);
        double sum = 0;
        for (int i = 0; i < out.length; i++) {
            sum += seed[i] * out[i];
        }
        return sum;
    }

    /** A function of variables, run on a tape of its own each time. */
    private final class OnTape implements Differentiable {
        private final Function function;

        OnTape(Function function) {
            this.function = function;
        }

        @Override
        public double[] values(List<Input> inputs) {
            try (Tape tape = new Tape(device, DType.F64, Tape.Mode.EVALUATE)) {
                return function.apply(tape, variables(tape, inputs)).value().toDoubles();
            }
        }

        @Override
        public List<double[]> gradients(List<Input> inputs, double[] seed) {
            try (Tape tape = new Tape(device, DType.F64, Tape.Mode.EVALUATE)) {
                List<Var> vars = variables(tape, inputs);
                Var result = function.apply(tape, vars);
                Tensor seedTensor = tape.of(seed, result.value().shape());
                tape.backward(result, seedTensor);
                List<double[]> out = new ArrayList<>();
                for (Var v : vars) {
                    out.add(
                            v.grad() == null
                                    ? new double[(int) v.value().size()]
                                    : v.grad().toDoubles());
                }
                return out;
            }
        }
    }

    private static List<Var> variables(Tape tape, List<Input> inputs) {
        List<Var> vars = new ArrayList<>();
        for (Input input : inputs) {
            vars.add(Var.input(tape.of(input.values(), input.shape())));
        }
        return vars;
    }

    private static final class Worst {
        private long compared;
        private long failures;
        private double error;
        private double excess = Double.NEGATIVE_INFINITY;
        private String where = "nothing compared";

        void add(String name, int element, double numeric, double analytic, Options options) {
            compared++;
            double difference = Math.abs(numeric - analytic);
            double bound = options.atol() + options.rtol() * Math.abs(numeric);
            boolean bad = !(difference <= bound);
            failures += bad ? 1 : 0;
            error = Math.max(error, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
            double over = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference - bound;
            if (over > excess) {
                excess = over;
                where = String.format(
                        Locale.ROOT, "%s[%d]: numeric %.9g, analytic %.9g", name, element, numeric, analytic);
            }
        }
    }
}
