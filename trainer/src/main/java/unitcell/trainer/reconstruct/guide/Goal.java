package unitcell.trainer.reconstruct.guide;

/**
 * A property that completed crystals should have.
 *
 * @param scorer predicts it
 * @param aim which values are good
 */
public record Goal(CandidateScorer scorer, Aim aim) {
    /** Which values are good. */
    public sealed interface Aim {
        /** Near a value. */
        record Near(double value) implements Aim {}

        /** The lower the better. */
        record Lowest() implements Aim {}

        /** The higher the better. */
        record Highest() implements Aim {}
    }

    /** How far a value is from the goal: lower is better. */
    public double miss(double value) {
        return switch (aim) {
            case Aim.Near near -> Math.abs(value - near.value());
            case Aim.Lowest _ -> value;
            case Aim.Highest _ -> -value;
        };
    }
}
