package unitcell.autograd.optim;

/**
 * Learning-rate schedules: multiples of a base rate as a function of the number of updates done.
 *
 * <p>{@link WarmupCosine} is EquiformerV2's: linear from {@code start} to 1 over the warm-up, then half a cosine to
 * {@code end} at the last step.
 */
public sealed interface LearningRate {
    /** Multiple of the base rate for update {@code step} (0 for the first). */
    double factor(long step);

    /** Always 1. */
    record Constant() implements LearningRate {
        @Override
        public double factor(long step) {
            return 1;
        }
    }

    /**
     * @param warmup updates of linear increase
     * @param total updates in all; afterwards the factor stays at {@code end}
     * @param start factor of update 0
     * @param end factor of the last update
     */
    record WarmupCosine(long warmup, long total, double start, double end) implements LearningRate {
        public WarmupCosine {
            if (warmup < 0 || total < warmup || !(start >= 0) || !(end >= 0)) {
                throw new IllegalArgumentException(
                        "schedule with warm-up " + warmup + " of " + total + " updates, from " + start + " to " + end);
            }
        }

        @Override
        public double factor(long step) {
            if (step < warmup) {
                double u = (double) step / warmup;
                return start * (1 - u) + u;
            }
            if (step >= total) {
                return end;
            }
            double u = (double) (step - warmup) / Math.max(1, total - warmup);
            return end + 0.5 * (1 - end) * (1 + Math.cos(Math.PI * u));
        }
    }
}
