package unitcell.autograd.optim;

import unitcell.autograd.ParameterStore;
import unitcell.engine.Tensor;
import unitcell.engine.memory.Scope;

/**
 * Clips by global norm and refuses steps whose loss or gradient is not finite: such a step changes no parameter, is
 * counted, and after {@code patience} of them in a row training must stop.
 *
 * <p>Memory convention: one scratch scalar for each call, released before it returns.
 */
public final class GradientGuard {
    private final ParameterStore store;
    private final double maxNorm;
    private final int patience;
    private int consecutive;
    private long skipped;

    /**
     * @param maxNorm largest global gradient norm; larger gradients are scaled down to it; infinity never clips
     * @param patience bad steps in a row that are tolerated before {@link Verdict.Stop}
     */
    public GradientGuard(ParameterStore store, double maxNorm, int patience) {
        if (!(maxNorm > 0) || patience < 1) {
            throw new IllegalArgumentException(
                    "clip norm " + maxNorm + " and patience " + patience + " must be positive");
        }
        this.store = store;
        this.maxNorm = maxNorm;
        this.patience = patience;
    }

    /** What to do with a step. */
    public sealed interface Verdict {
        /** Apply it with gradients times {@code scale}; {@code norm} is the norm before clipping. */
        record Apply(double norm, double scale) implements Verdict {}

        /** Leave the parameters alone and go on; {@code consecutive} such steps in a row so far. */
        record Skip(double norm, int consecutive) implements Verdict {}

        /** Leave the parameters alone and end training. */
        record Stop(double norm, int consecutive) implements Verdict {}
    }

    /** Judges a step by its loss and the gradients now in the store. */
    public Verdict inspect(double loss) {
        double norm = norm();
        if (Double.isFinite(loss) && Double.isFinite(norm)) {
            consecutive = 0;
            return new Verdict.Apply(norm, norm > maxNorm ? maxNorm / norm : 1);
        }
        skipped++;
        consecutive++;
        return consecutive >= patience ? new Verdict.Stop(norm, consecutive) : new Verdict.Skip(norm, consecutive);
    }

    private double norm() {
        try (Scope scope = new Scope(store.device().pool(), "scratch")) {
            Tensor sum = scope.empty(store.dtype(), 1);
            store.device().kernels(store.dtype()).optimiser().sumOfSquares(store.gradients(), sum);
            return Math.sqrt(sum.item());
        }
    }

    /** Steps skipped so far. */
    public long skipped() {
        return skipped;
    }

    /** Bad steps in a row, for checkpoints. */
    public int consecutive() {
        return consecutive;
    }

    /** Restores the counters from a checkpoint. */
    public void restore(long skippedSoFar, int consecutiveSoFar) {
        skipped = skippedSoFar;
        consecutive = consecutiveSoFar;
    }
}
