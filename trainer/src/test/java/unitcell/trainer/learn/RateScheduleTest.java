package unitcell.trainer.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import unitcell.engine.io.JsonException;

class RateScheduleTest {
    @Test
    void warmsUpThenFollowsACosine() {
        RateSchedule schedule = RateSchedule.ofSteps(10, 110, 0.2, 0.01);
        assertEquals(0.2, schedule.factor(0), 1e-12);
        assertEquals(0.6, schedule.factor(5), 1e-12);
        assertEquals(1, schedule.factor(10), 1e-12);
        assertEquals(0.01 + 0.99 * 0.5, schedule.factor(60), 1e-12);
        assertEquals(0.01, schedule.factor(110), 1e-12);
        assertFalse(schedule.isFinished(109));
        assertTrue(schedule.isFinished(110));
    }

    @Test
    void isLevelUntilTheTimeForTheCosineHasCome() throws JsonException {
        RateSchedule schedule = RateSchedule.ofTime(10, 0.2, 0.01);
        for (int step = 1; step < 50; step++) {
            assertFalse(schedule.observe(step, step, 100), "step " + step);
            assertEquals(step < 10 ? 0.2 + 0.08 * step : 1, schedule.factor(step), 1e-12);
        }
        assertTrue(schedule.observe(50, 50, 100));
        assertEquals(50 + Math.round(0.97 * 50), schedule.end());
        assertEquals(1, schedule.factor(50), 1e-12);
        assertEquals(0.01, schedule.factor(schedule.end()), 1e-12);
        assertFalse(schedule.observe(60, 70, 100), "fixed once");
        RateSchedule resumed = RateSchedule.fromJson(schedule.toJson());
        for (int step = 0; step < 120; step++) {
            assertEquals(schedule.factor(step), resumed.factor(step));
        }
    }

    @Test
    void slowFirstStepsDoNotShortenTheCoolDown() {
        RateSchedule schedule = RateSchedule.ofTime(10, 0.2, 0.01);
        assertFalse(schedule.observe(1, 20, 100), "the first step waits for data and the compiler");
        assertFalse(schedule.observe(6, 25, 100));
        assertTrue(schedule.observe(56, 50, 100));
        assertEquals(56 + Math.round(0.97 * 2 * 50), schedule.end(), "two steps a second since 25 s");
    }

    @Test
    void aCoolDownWithinTheWarmUpNeverRaisesTheRate() {
        RateSchedule schedule = RateSchedule.ofTime(100, 0.2, 0);
        assertTrue(schedule.observe(20, 50, 100));
        double peak = 0;
        for (int step = 20; step < 60; step++) {
            assertTrue(schedule.factor(step) <= 0.2 + 0.8 * step / 100 + 1e-12);
            peak = Math.max(peak, schedule.factor(step));
        }
        assertTrue(peak < 0.5);
        assertEquals(0, schedule.factor(schedule.end()), 1e-12);
    }

    @Test
    void fewStepsShortenTheWarmUp() {
        RateSchedule schedule = RateSchedule.ofSteps(100, 10, 0.2, 0.01);
        assertEquals(0.2 + 0.08 * 5, schedule.factor(5), 1e-12);
        assertEquals(0.01, schedule.factor(10), 1e-12);
    }
}
