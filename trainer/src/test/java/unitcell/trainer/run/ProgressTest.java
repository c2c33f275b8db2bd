package unitcell.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Plain lines on a clock of the test's own; the bar into a buffer. */
class ProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private long now = 1_000_000_007L;

    @Test
    void aLogGetsOneLineEveryThirtySecondsAndOneAtTheEnd() {
        try (Progress progress = new ProgressOutput(out, false, () -> now).start("pretrain", "steps", 0, 1000)) {
            for (int step = 1; step <= 100; step++) {
                now += Duration.ofMillis(700).toNanos();
                progress.rate(step + " crystals/s");
                progress.done(step);
            }
            progress.note("checkpoint written");
        }
        assertEquals(
                List.of(
                        "pretrain: 43/1000 steps (4 %), 30 s, ETA 11 min 9 s, 43 crystals/s",
                        "pretrain: 86/1000 steps (8 %), 1 min 0 s, ETA 10 min 39 s, 86 crystals/s",
                        "checkpoint written",
                        "pretrain: 100/1000 steps (10 %) in 1 min 10 s, 100 crystals/s"),
                lines());
    }

    @Test
    void theTimeLeftCountsOnlyWhatThisRunDid() {
        try (Progress progress = new ProgressOutput(out, false, () -> now).start("pretrain", "steps", 900, 1000)) {
            now += Duration.ofSeconds(40).toNanos();
            progress.done(910);
        }
        assertEquals("pretrain: 910/1000 steps (91 %), 40 s, ETA 6 min 0 s", lines().getFirst());
    }

    @Test
    void anUnknownTotalHasNoPercentAndNoTimeLeft() {
        try (Progress progress = new ProgressOutput(out, false, () -> now).start("read", "rows", 0, -1)) {
            now += Duration.ofHours(2).plusMinutes(5).toNanos();
            progress.done(12);
        }
        assertEquals(List.of("read: 12 rows, 2 h 5 min", "read: 12 rows in 2 h 5 min"), lines());
        try (Progress empty = new ProgressOutput(out, false, () -> now).start("read", "rows", 0, 0)) {
            empty.done(0);
        }
        assertEquals("read: 0/0 rows in 0 s", lines().getLast());
    }

    @Test
    void aTerminalGetsABarWithRateAndNotes() {
        try (Progress progress = new ProgressOutput(out, true, System::nanoTime).start("pretrain", "steps", 0, 8)) {
            progress.done(6);
            progress.note("checkpoint written");
            progress.rate("812 crystals/s");
            progress.done(8);
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("pretrain"), text);
        assertTrue(text.contains("100%"), text);
        assertTrue(text.contains("\r\u001b[2Kcheckpoint written" + System.lineSeparator()), text);
        assertTrue(text.contains("8/8"), text);
    }

    @Test
    void aPipeIsNoTerminal() throws Exception {
        Process child = Children.start(Ask.class);
        assertEquals("false", new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
        assertEquals(0, child.waitFor());
        assertFalse(ProgressOutput.isTerminal(12_345));
    }

    @Test
    void aBarOnARealTerminalLeavesTheInterruptToTheStopSignal() throws Exception {
        Path script = Path.of("/usr/bin/script");
        Assumptions.assumeTrue(Files.isExecutable(script), "no program 'script' to make a terminal with");
        String command =
                "exec " + String.join(" ", Children.command(BarLoop.class)).replace("$", "\\$");
        Process child = new ProcessBuilder(script.toString(), "-qec", command, "/dev/null")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader in = child.inputReader()) {
            String first = in.readLine();
            assertTrue(first.startsWith("terminal true pid "), first);
            String line = in.readLine();
            while (line != null && !line.contains("bar is there")) {
                line = in.readLine();
            }
            assertTrue(line != null, "the child ended before its bar");
            Children.signal(Long.parseLong(first.substring(18)), "INT");
            assertTrue(child.waitFor(20, TimeUnit.SECONDS));
            assertEquals(75, child.exitValue());
        } finally {
            child.destroyForcibly();
        }
    }

    private List<String> lines() {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /** Prints whether its standard error is a terminal; it is a pipe here. */
    static final class Ask {
        public static void main(String[] args) {
            System.out.println(ProgressOutput.isTerminal(2));
        }
    }

    /** A loop with a bar, stopped by a signal. */
    static final class BarLoop {
        public static void main(String[] args) throws InterruptedException {
            StopSignal stop = StopSignal.install(line -> {});
            ProgressOutput output = ProgressOutput.on(System.err);
            System.out.println("terminal " + output.terminal() + " pid "
                    + ProcessHandle.current().pid());
            try (Progress progress = output.start("loop", "steps", 0, 100_000)) {
                progress.note("bar is there");
                for (int step = 1; step < 1000 && !stop.requested(); step++) {
                    progress.done(step);
                    Thread.sleep(20);
                }
            }
            System.exit(stop.requested() ? StopSignal.EXIT_CODE : 1);
        }
    }
}
