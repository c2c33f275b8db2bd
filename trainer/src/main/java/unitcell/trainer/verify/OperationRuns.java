package unitcell.trainer.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.check.GradCheck;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Launched;
import unitcell.engine.Precision;
import unitcell.engine.Tensor;

/**
 * Operations with their gradients on a device and on the specification, from the same inputs. Bounds are those of
 * {@link KernelVerifier}; where the device multiplied in TF32, results may besides be off by four times what the
 * specification's results change when every input is changed at random by as much as a factor in TF32 may be: some
 * operations multiply two or three times in a row, and a sign that all changes share adds up.
 */
final class OperationRuns {
    /** Random changes that are tried. */
    private static final int TRIALS = 8;

    private static final double ROOM = 4;

    private final Device oracle;
    private final Device device;
    private final long seed;
    private final int repeats;

    OperationRuns(Device oracle, Device device, long seed, int repeats) {
        this.oracle = oracle;
        this.device = device;
        this.seed = seed;
        this.repeats = repeats;
    }

    /** Compares one case. */
    KernelCheck check(String name, OpCase op, DType dtype) {
        List<double[]> exact = run(oracle, DType.F64, op, null);
        List<double[]> plain = run(oracle, DType.F32, op, null);
        boolean[] rough = new boolean[1];
        device.observe(launched -> rough[0] |= launched instanceof Launched.Product p
                && p.dtype() == DType.F32
                && device.precision() == Precision.TF32);
        List<double[]> found;
        try {
            found = run(device, dtype, op, null);
        } finally {
            device.observe(null);
        }
        double[] allowed = rough[0] ? changes(op, exact) : new double[exact.size()];
        double worstError = 0;
        double worstBound = dtype == DType.F64 ? KernelVerifier.FLOAT64 : KernelVerifier.FORWARD;
        for (int i = 0; i < exact.size(); i++) {
            double error = Check.relativeError(found.get(i), exact.get(i));
            double base = i == 0 ? KernelVerifier.FORWARD : KernelVerifier.BACKWARD;
            double lost = 2 * Check.relativeError(plain.get(i), exact.get(i));
            double bound = dtype == DType.F64 ? KernelVerifier.FLOAT64 : Math.max(base, Math.max(lost, allowed[i]));
            if (!(error * worstBound <= worstError * bound)) {
                worstError = error;
                worstBound = bound;
            }
        }
        return new KernelCheck(
                name,
                dtype,
                op.name() + (rough[0] ? "; tf32" : ""),
                worstError,
                worstBound,
                differing(op, dtype, found),
                "");
    }

    private int differing(OpCase op, DType dtype, List<double[]> first) {
        int differing = 0;
        for (int r = 1; r < repeats; r++) {
            List<double[]> again = run(device, dtype, op, null);
            for (int i = 0; i < first.size(); i++) {
                if (!Arrays.equals(first.get(i), again.get(i))) {
                    differing++;
                    break;
                }
            }
        }
        return differing;
    }

    /** How much results change with inputs that are off as factors in TF32 are. */
    private double[] changes(OpCase op, List<double[]> exact) {
        double[] largest = new double[exact.size()];
        for (int trial = 0; trial < TRIALS; trial++) {
            List<double[]> changed = run(oracle, DType.F64, op, new SplittableRandom(trial));
            for (int i = 0; i < largest.length; i++) {
                largest[i] = Math.max(largest[i], ROOM * Check.relativeError(changed.get(i), exact.get(i)));
            }
        }
        return largest;
    }

    /**
     * The result and the gradients of the inputs for random gradients of the result.
     *
     * @param change changes every number by up to what a factor loses in TF32; null for none
     */
    private List<double[]> run(Device where, DType dtype, OpCase op, SplittableRandom change) {
        try (Tape tape = new Tape(where, dtype, Tape.Mode.EVALUATE)) {
            List<Var> inputs = new ArrayList<>();
            for (GradCheck.Input input : op.inputs()) {
                inputs.add(Var.input(tape.of(rounded(input.values(), change), input.shape())));
            }
            Var result = op.function().apply(tape, inputs);
            double[] gradient = new double[Math.toIntExact(result.value().size())];
            SplittableRandom random = new SplittableRandom(seed + op.name().hashCode());
            Arrays.setAll(gradient, i -> random.nextDouble(-1, 1));
            Tensor arriving = tape.of(rounded(gradient, change), result.value().shape());
            tape.backward(result, arriving);
            List<double[]> out = new ArrayList<>();
            out.add(result.value().toDoubles());
            for (Var input : inputs) {
                out.add(
                        input.grad() == null
                                ? new double[Math.toIntExact(input.value().size())]
                                : input.grad().toDoubles());
            }
            return out;
        }
    }

    /** Numbers that float32 holds. */
    private static double[] rounded(double[] values, SplittableRandom change) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            double factor = change == null ? 1 : 1 + change.nextDouble(-1, 1) * Precision.TF32_FACTOR;
            out[i] = (float) (values[i] * factor);
        }
        return out;
    }
}
