package unitcell.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real signals to a real child process that runs a loop like a training run. */
class StopSignalTest {
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "USR1"})
    void theFirstSignalFinishesTheStepAndExitsWith75(String signal) throws Exception {
        Process child = Children.start(Loop.class, "20");
        try (BufferedReader out = child.inputReader()) {
            assertEquals("step 1", out.readLine());
            Children.signal(child, signal);
            List<String> rest = new ArrayList<>(out.readAllLines());
            assertTrue(child.waitFor(20, TimeUnit.SECONDS));
            assertEquals(75, child.exitValue(), rest.toString());
            assertTrue(
                    rest.contains("received SIG" + signal + ": stopping after this step with a checkpoint;"
                            + " a second signal stops at once, without one"),
                    rest.toString());
            // The loop may notice before the handler has said so.
            assertTrue(rest.contains("checkpoint because of SIG" + signal), rest.toString());
        } finally {
            child.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130", "USR1, 138"})
    void theSecondSignalExitsAtOnce(String signal, int code) throws Exception {
        Process child = Children.start(Loop.class, "60000"); // one step takes a minute
        try (BufferedReader out = child.inputReader()) {
            assertEquals("step 1", out.readLine());
            Children.signal(child, signal);
            assertTrue(out.readLine().startsWith("received SIG"));
            Children.signal(child, signal);
            assertTrue(child.waitFor(10, TimeUnit.SECONDS), "still running after the second signal");
            assertEquals(code, child.exitValue());
            assertEquals(List.of(), out.readAllLines());
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void aProgramCanAskTooAndTheFirstReasonStays() {
        try (StopSignal stop = StopSignal.install(line -> {})) {
            assertFalse(stop.requested());
            stop.request("time limit of 20 min");
            stop.request("something else");
            assertTrue(stop.requested());
            assertEquals("time limit of 20 min", stop.reason().orElseThrow());
        }
    }

    /** Steps of the given length until told to stop. */
    static final class Loop {
        public static void main(String[] args) throws InterruptedException {
            try (StopSignal stop = StopSignal.install(line -> System.out.println(line))) {
                for (int step = 1; !stop.requested() && step < 1000; step++) {
                    System.out.println("step " + step);
                    Thread.sleep(Long.parseLong(args[0]));
                }
                System.out.println("checkpoint because of " + stop.reason().orElse("nothing"));
            }
            System.exit(StopSignal.EXIT_CODE);
        }
    }
}
