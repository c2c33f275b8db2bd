package unitcell.autograd.optim;

import java.util.List;
import java.util.function.Predicate;
import unitcell.autograd.ParameterStore;
import unitcell.engine.kernel.OptimiserKernels;

/**
 * Holds parameters to [-limit, limit], as the first Wasserstein GAN does with its critic (M. Arjovsky et al., arXiv
 * 1701.07875). Call it after an update. Parameters that the store {@linkplain ParameterStore#setTrainable holds fixed} stay as
 * they are.
 *
 * <p>Memory convention: in place on the device; each stretch of the arena is one kernel call.
 */
public final class WeightClip {
    private final ParameterStore store;
    private final double limit;
    private final Predicate<String> applies;

    /**
     * @param limit largest magnitude, positive
     * @param applies to which names; norms start at 1 and cannot do their work within a small limit
     */
    public WeightClip(ParameterStore store, double limit, Predicate<String> applies) {
        if (!(limit > 0)) {
            throw new IllegalArgumentException("the limit of weights is " + limit + ", expected a positive number");
        }
        this.store = store;
        this.limit = limit;
        this.applies = applies;
    }

    /** Clips all parameters. */
    public WeightClip(ParameterStore store, double limit) {
        this(store, limit, name -> true);
    }

    /** Holds the parameters to the limit. */
    public void apply() {
        OptimiserKernels kernels = store.device().kernels(store.dtype()).optimiser();
        List<ArenaRuns.Run> runs = ArenaRuns.of(store, name -> applies.test(name) ? 1 : 0);
        for (ArenaRuns.Run run : runs) {
            kernels.clip(limit, store.values().rows(run.from(), run.to()));
        }
    }
}
