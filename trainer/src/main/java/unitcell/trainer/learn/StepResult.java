package unitcell.trainer.learn;

import java.util.List;
import java.util.Optional;
import unitcell.autograd.optim.GradientGuard;
import unitcell.autograd.optim.GradientGuard.Verdict;
import unitcell.trainer.TrainerException;

/**
 * What one step did.
 *
 * @param losses as {@link LossBatch#losses} gives them, on this batch, before the update
 * @param verdict whether the update was applied, with the gradient's norm before clipping
 */
public record StepResult(List<Double> losses, Verdict verdict) {
    public StepResult {
        losses = List.copyOf(losses);
    }

    /** What was minimised. */
    public double loss() {
        return losses.get(0);
    }

    /** Global norm of the gradient before clipping. */
    public double gradientNorm() {
        return switch (verdict) {
            case Verdict.Apply v -> v.norm();
            case Verdict.Skip v -> v.norm();
            case Verdict.Stop v -> v.norm();
        };
    }

    /**
     * A line about a step that changed no parameter; empty for one that was applied.
     *
     * @param step number of the step, from 1
     * @param guard which gave the verdict
     * @param checkpoint where the parameters before are, for people
     * @throws TrainerException if training must end
     */
    public Optional<String> complaint(long step, GradientGuard guard, String checkpoint) {
        return switch (verdict) {
            case Verdict.Apply _ -> Optional.empty();
            case Verdict.Skip skip ->
                Optional.of("step " + step + " skipped: loss " + loss() + ", gradient norm " + skip.norm() + " ("
                        + skip.consecutive() + " in a row, " + guard.skipped() + " in all)");
            case Verdict.Stop stop ->
                throw TrainerException.nonFinite("training stopped at step " + step + ": loss " + loss()
                        + ", gradient norm " + stop.norm() + " in " + stop.consecutive()
                        + " steps in a row; the parameters before them are in " + checkpoint
                        + "; lower --lr, or run with --detect-anomaly to see where it begins");
        };
    }
}
