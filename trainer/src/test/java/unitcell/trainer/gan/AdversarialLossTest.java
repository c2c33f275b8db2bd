package unitcell.trainer.gan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.check.GradCheck;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;

/** Both games by numbers worked out by hand. */
class AdversarialLossTest {
    private final Device device = Devices.open("cpu-scalar", 1);

    @AfterEach
    void close() {
        device.close();
    }

    private double value(AdversarialLoss loss, double[] outputs, double... labels) {
        try (Tape tape = new Tape(device, DType.F64, Tape.Mode.INFERENCE)) {
            Var out = Var.constant(tape.of(outputs, labels.length, 2));
            return loss.of(tape, out, labels, 1.0 / labels.length).value().item();
        }
    }

    @Test
    void thePapersIsTwiceTheProbabilityOfBeingWrong() {
        // Shares of the two outputs: 1/2 and 1/2; 1/4 and 3/4.
        double[] outputs = {5, 5, 1, 1 + Math.log(3)};
        assertEquals((1.0 + 0.5) / 2, value(AdversarialLoss.PAPER, outputs, 1, 1), 1e-14);
        assertEquals((1.0 + 1.5) / 2, value(AdversarialLoss.PAPER, outputs, 1, 0), 1e-14);
    }

    @Test
    void aCriticAddsScoresOfFakesAndSubtractsThoseOfRealCrystals() {
        double[] outputs = {0, 4, 3, 1, -1, 0.5}; // scores 4, -2, 1.5
        assertEquals((-4 + -2 - 1.5) / 3, value(AdversarialLoss.CRITIC, outputs, 1, 0, 1), 1e-14);
    }

    @Test
    void driftIsTheSumOfSquaredScores() {
        try (Tape tape = new Tape(device, DType.F64, Tape.Mode.INFERENCE)) {
            Var out = Var.constant(tape.of(new double[] {0, 4, 3, 1}, 2, 2));
            assertEquals(
                    0.5 * (16 + 4),
                    AdversarialLoss.drift(tape, out, 0.5).value().item(),
                    1e-14);
        }
    }

    @Test
    void gradientsAreThoseOfDifferences() {
        double[] outputs = {0.3, -0.2, 1.1, 0.4, -0.7, 0.9};
        double[] labels = {1, 0, 1};
        for (AdversarialLoss loss : AdversarialLoss.values()) {
            GradCheck.Report report = new GradCheck(device)
                    .check(
                            (tape, in) -> loss.of(tape, in.get(0), labels, 1.0 / 3),
                            List.of(new GradCheck.Input("outputs", outputs, 3, 2)));
            assertTrue(report.passed(), loss + ": " + report.worst());
        }
        GradCheck.Report drift = new GradCheck(device)
                .check(
                        (tape, in) -> AdversarialLoss.drift(tape, in.get(0), 0.2),
                        List.of(new GradCheck.Input("outputs", outputs, 3, 2)));
        assertTrue(drift.passed(), drift.worst());
    }

    @Test
    void theContestCountsWhatItsNamesSay() {
        Contest contest =
                Contest.of(new double[] {2, -1, -3, 0.5}, new double[] {1, 1, 0, 0}, new double[] {-1, 1, -3});
        assertEquals(0.5, contest.accuracyReal(), 1e-15); // the first and the third are right
        assertEquals(2.0 / 3, contest.accuracyFake(), 1e-15);
        assertEquals(0.5, contest.scoreReal(), 1e-15); // of the two labelled real
        assertEquals(-1, contest.scoreFake(), 1e-15);
        assertEquals(1.5, contest.wasserstein(), 1e-15);
        assertArrayEquals(
                new double[] {0.5, 2.0 / 3, 1.0 / 3, 0.5, -1, 1.5},
                contest.values().values().stream().mapToDouble(x -> x).toArray(),
                1e-15);
    }
}
