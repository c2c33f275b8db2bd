package unitcell.autograd.optim;

import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import unitcell.autograd.ParameterStore;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.OptimiserKernels;
import unitcell.engine.kernel.OptimiserKernels.AdamStep;

/**
 * Adam with decoupled weight decay; with decay 0 it is Adam. Parameters that do not decay (biases, norms) are exempt.
 *
 * <p>Parameters may have rates of their own: multiples of the step's rate, by name. One whose factor is 0, or that the store
 * {@linkplain ParameterStore#setTrainable holds fixed}, is left alone bit for bit: it is neither moved nor decayed, and its
 * moments stay. One that learns only later starts with empty moments but the bias corrections of all steps so far, which
 * makes its first updates up to three times as large as a first step's; a warm-up of its rate evens that out.
 *
 * <p>Memory convention: both moment arenas belong to the parameter store.
 */
public final class AdamW {
    private final ParameterStore store;
    private final OptimiserKernels kernels;
    private final Settings settings;
    private final Tensor m;
    private final Tensor v;
    private ToDoubleFunction<String> factors = name -> 1;
    private Set<String> basis;
    private List<ArenaRuns.Run> runs;
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

    /**
     * Gives parameters rates of their own from the next step on. Each stretch of the arena with one factor is a kernel call
     * of its own.
     *
     * @param factorOf multiple of the rate for each name: 0 to leave it alone, 1 for the rate itself
     * @throws IllegalArgumentException naming a parameter whose factor is negative or not finite
     */
    public void setRateFactors(ToDoubleFunction<String> factorOf) {
        runs = ArenaRuns.of(store, factorOf);
        basis = store.trainable();
        factors = factorOf;
    }

    /** One update at a learning rate, with gradients multiplied by {@code gradientScale} first. */
    public void step(double rate, double gradientScale) {
        steps++;
        if (!store.trainable().equals(basis)) {
            setRateFactors(factors);
        }
        for (ArenaRuns.Run run : runs) {
            double decay = run.decays() ? settings.weightDecay() : 0;
            update(rate * run.factor(), gradientScale, decay, run.from(), run.to());
        }
    }

    private void update(double rate, double gradientScale, double decay, long from, long to) {
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
