package unitcell.trainer.learn;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How long training goes on. Steps win over epochs; time ends it in any case.
 *
 * @param steps optimiser steps in all
 * @param epochs passes over the training crystals
 * @param timeLimit wall time in all, resumed parts included
 */
public record Budget(OptionalLong steps, OptionalLong epochs, Optional<Duration> timeLimit) {
    public Budget {
        if (steps.orElse(1) < 1 || epochs.orElse(1) < 1) {
            throw new IllegalArgumentException("steps and epochs must be at least 1");
        }
        if (steps.isEmpty() && epochs.isEmpty() && timeLimit.isEmpty()) {
            throw new IllegalArgumentException("training needs a number of steps or epochs, or a time limit");
        }
    }

    /** Whether the schedule of the learning rate has to follow the time. */
    public boolean followsTime() {
        return steps.isEmpty() && epochs.isEmpty();
    }

    /**
     * The schedule of a fresh run.
     *
     * @param batchesInEpoch epochs differ by a batch or so; one stands for all
     */
    public RateSchedule schedule(OptimiserOptions optimiser, long batchesInEpoch) {
        if (followsTime()) {
            return RateSchedule.ofTime(optimiser.warmup(), OptimiserOptions.START_FACTOR, optimiser.finalFactor());
        }
        long planned = steps.orElseGet(() -> Math.multiplyExact(epochs.orElseThrow(), batchesInEpoch));
        return RateSchedule.ofSteps(
                optimiser.warmup(), planned, OptimiserOptions.START_FACTOR, optimiser.finalFactor());
    }

    /**
     * Whether it is used up.
     *
     * @param step steps done
     * @param epoch epochs done
     * @param used seconds used
     */
    public boolean isOver(long step, long epoch, double used, RateSchedule schedule) {
        boolean bySchedule = followsTime()
                ? schedule.isFinished(step)
                : steps.isPresent() ? step >= steps.getAsLong() : epoch >= epochs.getAsLong();
        return bySchedule || timeLimit.isPresent() && used >= seconds();
    }

    /**
     * Tells a schedule that follows the time how far training is.
     *
     * @return whether the learning rate begins to fall with this step
     */
    public boolean observe(RateSchedule schedule, long step, double used) {
        return followsTime() && schedule.observe(step, used, seconds());
    }

    /** The time limit in seconds. */
    public double seconds() {
        return timeLimit.orElseThrow().toMillis() * 1e-3;
    }
}
