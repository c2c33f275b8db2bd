package unitcell.trainer.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Launched;
import unitcell.engine.Tensor;
import unitcell.trainer.cases.KernelCase;
import unitcell.trainer.cases.Workspace;

/**
 * What a kernel made of the arguments of a case, once and again.
 *
 * @param before all arguments before the call
 * @param after all arguments after it
 * @param changed which of them the call changed by a bit
 * @param differing how many repeated calls gave other bits
 * @param longestSum length of the longest sums that the device gave to a library in float32; 0 where it did not
 */
record KernelRun(List<double[]> before, List<double[]> after, boolean[] changed, int differing, long longestSum) {
    /**
     * Runs a case.
     *
     * @param seed of the arguments
     * @param adds whether gradients are added
     * @param magnitudes whether arguments are made positive
     * @param repeats calls in all, at least 1; each starts from the same arguments
     */
    static KernelRun of(
            Device device, DType dtype, KernelCase kernel, long seed, boolean adds, boolean magnitudes, int repeats) {
        try (Workspace workspace = new Workspace(device, dtype, seed, adds, magnitudes)) {
            Runnable call = kernel.setup().prepare(workspace).run();
            List<Tensor> tensors = workspace.tensors();
            List<double[]> before = values(tensors);
            try (TensorBits start = new TensorBits(tensors)) {
                long[] longest = new long[1];
                device.observe(launched -> {
                    if (launched instanceof Launched.Product p && p.dtype() == DType.F32) {
                        longest[0] = Math.max(longest[0], p.k());
                    }
                });
                try {
                    call.run();
                    device.synchronise();
                } finally {
                    device.observe(null);
                }
                try (TensorBits first = new TensorBits(tensors)) {
                    boolean[] changed = new boolean[tensors.size()];
                    for (int i = 0; i < changed.length; i++) {
                        changed[i] = !first.same(start, i);
                    }
                    List<double[]> after = values(tensors);
                    int differing = repeats > 1 ? repeat(device, call, tensors, start, first, changed, repeats - 1) : 0;
                    return new KernelRun(before, after, changed, differing, longest[0]);
                }
            }
        }
    }

    private static List<double[]> values(List<Tensor> tensors) {
        List<double[]> values = new ArrayList<>();
        tensors.forEach(t -> values.add(t.toDoubles()));
        return values;
    }

    private static int repeat(
            Device device,
            Runnable call,
            List<Tensor> tensors,
            TensorBits start,
            TensorBits first,
            boolean[] changed,
            int times) {
        int differing = 0;
        List<Integer> results = new ArrayList<>();
        for (int i = 0; i < changed.length; i++) {
            if (changed[i]) {
                results.add(i);
            }
        }
        try (TensorBits again = new TensorBits(tensors)) {
            for (int r = 0; r < times; r++) {
                results.forEach(start::restore);
                call.run();
                device.synchronise();
                results.forEach(again::read);
                differing += results.stream().allMatch(i -> again.same(first, i)) ? 0 : 1;
            }
        }
        return differing;
    }

    /** Whether the specification, of which this is a run, changed anything in argument {@code i}. */
    private boolean isResult(int i) {
        return !Arrays.equals(before.get(i), after.get(i));
    }

    /** Arguments that the specification changed, of which this is a run. */
    List<Integer> results() {
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            if (isResult(i)) {
                out.add(i);
            }
        }
        return out;
    }

    /** The first argument that this run changed although the specification does not; -1 if there is none. */
    int wronglyChanged(KernelRun specification) {
        for (int i = 0; i < changed.length; i++) {
            if (changed[i] && !specification.isResult(i)) {
                return i;
            }
        }
        return -1;
    }

    /** Relative error of result {@code i}; where the specification leaves NaN, NaN is right. */
    double error(KernelRun specification, int i) {
        double[] exact = specification.after.get(i);
        double[] found = after.get(i);
        double difference = 0;
        double largest = 0;
        for (int k = 0; k < exact.length; k++) {
            if (Double.isNaN(exact[k]) || Double.isNaN(found[k])) {
                difference = Double.isNaN(exact[k]) == Double.isNaN(found[k]) ? difference : Double.POSITIVE_INFINITY;
            } else {
                difference = Math.max(difference, Math.abs(found[k] - exact[k]));
                largest = Math.max(largest, Math.abs(exact[k]));
            }
        }
        return largest == 0 ? difference : difference / largest;
    }

    /** Largest magnitude in result {@code i}. */
    double largest(int i) {
        return Arrays.stream(after.get(i))
                .filter(v -> !Double.isNaN(v))
                .map(Math::abs)
                .max()
                .orElse(0);
    }
}
