package unitcell.autograd.optim;

import unitcell.autograd.ParameterStore;
import unitcell.engine.Tensor;

/**
 * Exponential moving average of all parameters. The decay of early steps is limited to (1+t)/(10+t), so that the average
 * forgets the initialisation quickly.
 *
 * <p>Memory convention: the average's arena belongs to the parameter store.
 */
public final class ExponentialMovingAverage {
    private final ParameterStore store;
    private final double decay;
    private final Tensor average;

    public ExponentialMovingAverage(ParameterStore store, double decay) {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("EMA decay must lie in [0, 1), got " + decay);
        }
        this.store = store;
        this.decay = decay;
        this.average = store.newArena();
        average.copyFrom(store.values());
    }

    /** Moves the average towards the current values, after update number {@code step} (1 for the first). */
    public void update(long step) {
        double limited = Math.min(decay, (1.0 + step) / (10.0 + step));
        store.device().kernels(store.dtype()).optimiser().exponentialMovingAverage(limited, store.values(), average);
    }

    /** The averaged values, in the layout of the store. */
    public Tensor average() {
        return average;
    }

    /** Runs {@code body} with the averaged values in place of the parameters, then restores the parameters exactly. */
    public void with(Runnable body) {
        Tensor saved = store.newArena();
        try {
            saved.copyFrom(store.values());
            store.values().copyFrom(average);
            body.run();
        } finally {
            store.values().copyFrom(saved);
            store.release(saved);
        }
    }
}
