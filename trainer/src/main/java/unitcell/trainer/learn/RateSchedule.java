package unitcell.trainer.learn;

import unitcell.autograd.optim.LearningRate.WarmupCosine;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;

/**
 * Learning rate of a run as a multiple of its base rate: a linear warm-up, then half a cosine down to the last step.
 *
 * <p>Where the number of steps is known in advance, the cosine spans all of them. Where only the time is limited, the
 * rate stays up after the warm-up until {@link #COOL_DOWN_SHARE} of the time is left; then the number of steps that this
 * time allows is estimated, once, and the cosine spans those. Until that moment the rate does not depend on how fast the
 * machine is, so that two runs agree bit for bit although one was interrupted; from then on the estimate is part of the
 * state that a checkpoint keeps.
 */
public final class RateSchedule {
    /** Share of the time limit that the cosine takes. */
    static final double COOL_DOWN_SHARE = 0.5;

    /** Share of the time limit after which the speed is measured: before it, data were read and the JVM compiled. */
    private static final double SETTLED_SHARE = 0.25;

    private static final long UNKNOWN = -1;

    private final long warmup;
    private final double start;
    private final double end;
    private long coolDownStart;
    private long coolDownEnd;
    private long settledStep = UNKNOWN;
    private double settledAt;

    private RateSchedule(long warmup, double start, double end, long coolDownStart, long coolDownEnd) {
        this.warmup = warmup;
        this.start = start;
        this.end = end;
        this.coolDownStart = coolDownStart;
        this.coolDownEnd = coolDownEnd;
    }

    /**
     * A schedule over a known number of steps.
     *
     * @param warmup steps of linear increase
     * @param start factor of the first step
     * @param end factor of the last step
     */
    public static RateSchedule ofSteps(long warmup, long total, double start, double end) {
        long rise = Math.min(warmup, total);
        return new RateSchedule(rise, start, end, rise, total);
    }

    /** A schedule over a time that {@link #observe} tells. */
    public static RateSchedule ofTime(long warmup, double start, double end) {
        return new RateSchedule(warmup, start, end, UNKNOWN, UNKNOWN);
    }

    /** Factor of update {@code step}, 0 being the first: the smaller of the warm-up's and the cosine's. */
    public double factor(long step) {
        double rise = step < warmup ? start + (1 - start) * step / warmup : 1;
        if (coolDownStart == UNKNOWN || step < coolDownStart) {
            return rise;
        }
        return Math.min(rise, new WarmupCosine(0, coolDownEnd - coolDownStart, 1, end).factor(step - coolDownStart));
    }

    /**
     * Tells how far a time-limited run is; fixes the cool-down when it is due.
     *
     * @param step updates done
     * @param used seconds used so far, resumed runs included
     * @param limit seconds allowed
     * @return whether the cool-down was fixed by this call
     */
    public boolean observe(long step, double used, double limit) {
        if (coolDownStart != UNKNOWN || step == 0) {
            return false;
        }
        if (settledStep == UNKNOWN && used >= SETTLED_SHARE * limit) {
            settledStep = step;
            settledAt = used;
        }
        if (used < (1 - COOL_DOWN_SHARE) * limit) {
            return false;
        }
        double stepsPerSecond = step > settledStep ? (step - settledStep) / (used - settledAt) : step / used;
        // A little less than the time allows, so that the rate has come down before the limit cuts it off.
        long left = Math.round(0.97 * stepsPerSecond * Math.max(0, limit - used));
        coolDownStart = step;
        coolDownEnd = step + Math.max(1, left);
        return true;
    }

    /** Whether the last step of the schedule has been done. */
    public boolean isFinished(long step) {
        return coolDownEnd != UNKNOWN && step >= coolDownEnd;
    }

    /** The step after which the schedule ends, or -1 while that is open. */
    public long end() {
        return coolDownEnd;
    }

    /** Everything, so that a run that goes on follows the same schedule. */
    public JsonObject toJson() {
        return JsonObject.builder()
                .put("warmup", warmup)
                .put("start", start)
                .put("end", end)
                .put("cool_down_start", coolDownStart)
                .put("cool_down_end", coolDownEnd)
                .build();
    }

    /** What {@link #toJson} wrote. */
    public static RateSchedule fromJson(JsonObject json) throws JsonException {
        return new RateSchedule(
                json.getLong("warmup"),
                json.getDouble("start"),
                json.getDouble("end"),
                json.getLong("cool_down_start"),
                json.getLong("cool_down_end"));
    }
}
