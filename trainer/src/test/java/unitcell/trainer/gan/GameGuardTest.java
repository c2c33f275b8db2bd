package unitcell.trainer.gan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import unitcell.engine.io.JsonException;
import unitcell.trainer.pretrain.Validation;

class GameGuardTest {
    private static final GuardOptions OPTIONS = new GuardOptions(2, 0.99, 10, 1.5);

    private static GanValidation.Result result(double species, double position, Contest contest) {
        return new GanValidation.Result(
                new Validation.Result(species + position, species, position, species, 0.5, 0.7, 0.2, 0.1), contest);
    }

    private static final Contest EVEN = new Contest(0.8, 0.6, 1, 0);
    private static final Contest WON = new Contest(0.995, 1, 5, -4);
    private static final Contest APART = new Contest(0.8, 0.6, 6, -5);

    @Test
    void aGameThatStaysInBoundsGoesOn() {
        GameGuard guard = new GameGuard(OPTIONS, true);
        for (double species : new double[] {1, 1.4, 0.5, 1.49}) {
            guard.observe(result(species, 2, EVEN));
            assertEquals(Optional.empty(), guard.lost());
        }
    }

    @Test
    void losesWhereTheGeneratorForgets() {
        GameGuard guard = new GameGuard(OPTIONS, true);
        guard.observe(result(1, 2, EVEN));
        guard.observe(result(1.6, 2, EVEN));
        assertEquals(Optional.empty(), guard.lost());
        guard.observe(result(1.2, 2, EVEN)); // recovers: the count begins anew
        guard.observe(result(1, 3.1, EVEN));
        assertEquals(Optional.empty(), guard.lost());
        guard.observe(result(1, Double.NaN, EVEN));
        assertEquals(
                "the generator's position loss rose from 2.000 to NaN (out of bounds in 2 validations in a row)",
                guard.lost().orElseThrow());
    }

    @Test
    void losesWhereTheDiscriminatorIsAlwaysRightButOnlyIfThatIsTheEnd() {
        GameGuard paper = new GameGuard(OPTIONS, true);
        GameGuard critic = new GameGuard(OPTIONS, false);
        for (int k = 0; k < 2; k++) {
            paper.observe(result(1, 2, WON));
            critic.observe(result(1, 2, WON));
        }
        assertTrue(paper.lost().orElseThrow().contains("99.5 % of real and 100.0 % of fake"), paper.lost() + "");
        assertEquals(Optional.empty(), critic.lost());
    }

    @Test
    void losesWhereScoresRunAwayAndRemembersAcrossAnInterruption() throws JsonException {
        GameGuard guard = new GameGuard(OPTIONS, false);
        guard.observe(result(1, 2, EVEN));
        guard.observe(result(1, 2, APART));
        GameGuard resumed = new GameGuard(OPTIONS, false);
        resumed.restore(guard.toJson());
        assertEquals(Optional.empty(), resumed.lost());
        resumed.observe(result(1.6, 2, APART)); // still compared with the start before
        assertEquals(
                "the mean scores lie 11.0 apart; the generator's species loss rose from 1.000 to 1.600 (out of bounds"
                        + " in 2 validations in a row)",
                resumed.lost().orElseThrow());
        GameGuard patient = new GameGuard(new GuardOptions(0, 0.99, 10, 1.5), false);
        patient.restore(resumed.toJson());
        assertEquals(Optional.empty(), patient.lost());
    }
}
