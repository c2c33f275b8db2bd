package unitcell.autograd.optim;

import unitcell.autograd.ParameterStore;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.OptimiserKernels;
import unitcell.engine.kernel.OptimiserKernels.AdamStep;

/**
 * Adam with decoupled weight decay; with decay 0 it is Adam. Parameters that do not decay (biases, norms) are exempt.
 *
 * <p>Memory convention: both moment arenas belong to the parameter store.
 */
public final class AdamW {
    private final ParameterStore store;
    private final OptimiserKernels kernels;
    private final Settings settings;
    private final Tensor m;
    private final Tensor v;
    private long steps;

    /**
     * @param beta1 decay of the first moment
     * @param beta2 decay of the second moment
     * @param eps added to the root of the second moment
     * @param weightDecay decoupled decay for each step, times the learning rate
     */
    public record Settings(double beta1, double beta2, double eps, double weightDecay) {
        /** PyTorch's Adam: 0.9, 0.999, 1e-8, no decay. */
        public static final Settings ADAM = new Settings(0.9, 0.999, 1e-8, 0);
    }

    public AdamW(ParameterStore store, Settings settings) {
        this.store = store;
        this.settings = settings;
        this.kernels = store.device().kernels(store.dtype()).optimiser();
        this.m = store.newArena();
        this.v = store.newArena();
    }

    /** One update at a learning rate, with gradients multiplied by {@code gradientScale} first. */
    public void step(double rate, double gradientScale) {
        steps++;
        long split = store.decaying();
        update(rate, gradientScale, settings.weightDecay(), 0, split);
        update(rate, gradientScale, 0, split, store.values().size());
    }

    private void update(double rate, double gradientScale, double decay, long from, long to) {
        if (from == to) {
            return;
        }
        AdamStep step =
                new AdamStep(rate, settings.beta1(), settings.beta2(), settings.eps(), decay, steps, gradientScale);
        kernels.adamW(
                step,
                store.values().rows(from, to),
                store.gradients().rows(from, to),
                m.rows(from, to),
                v.rows(from, to));
    }

    /** Updates done so far. */
    public long steps() {
        return steps;
    }

    /** Sets the number of updates done, when resuming. */
    public void setSteps(long done) {
        steps = done;
    }

    /** First-moment arena, for checkpoints. */
    public Tensor firstMoment() {
        return m;
    }

    /** Second-moment arena, for checkpoints. */
    public Tensor secondMoment() {
        return v;
    }
}
