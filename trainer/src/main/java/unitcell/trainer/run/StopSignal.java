package unitcell.trainer.run;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jline.utils.Signals;

/**
 * Turns SIGTERM, SIGINT and SIGUSR1 into a flag that a loop reads between steps: the first signal asks the loop to
 * finish its step, write a checkpoint and leave with exit code {@link #EXIT_CODE}; a second one ends the process at
 * once, with the shell's code for that signal (128 + its number).
 *
 * <p>Handlers rather than a shutdown hook, because a hook starts when the JVM is already leaving with code 143, sees no
 * second signal, and knows nothing of SIGUSR1, which batch systems send ahead of their time limit and which would
 * otherwise kill the JVM outright. A signal that was ignored when the process started (nohup) stays ignored.
 */
public final class StopSignal implements AutoCloseable {
    /** EX_TEMPFAIL: stopped by a signal after a checkpoint; running again resumes. The caller exits with it. */
    public static final int EXIT_CODE = 75;

    private static final Map<String, Integer> NUMBERS = Map.of("TERM", 15, "INT", 2, "USR1", 10);

    private final AtomicReference<String> reason = new AtomicReference<>();
    private final Map<String, Object> previous = new LinkedHashMap<>();
    private final String manner;
    private final Consumer<String> messages;

    private StopSignal(String manner, Consumer<String> messages) {
        this.manner = manner;
        this.messages = messages;
    }

    /**
     * Installs the handlers until {@link #close}.
     *
     * @param messages receives one line when the first signal comes; called on another thread
     */
    public static StopSignal install(Consumer<String> messages) {
        return install(
                "stopping after this step with a checkpoint; a second signal stops at once, without one", messages);
    }

    /**
     * Installs the handlers until {@link #close}.
     *
     * @param manner what the first signal brings about, and what a second one would, to follow "received SIGINT: "
     * @param messages receives one line when the first signal comes; called on another thread
     */
    public static StopSignal install(String manner, Consumer<String> messages) {
        StopSignal stop = new StopSignal(manner, messages);
        NUMBERS.keySet().stream().sorted().forEach(name -> {
            // The result is the handler before; null where this platform has no such signal.
            Object handler = Signals.register(name, () -> stop.received(name));
            if (handler != null) {
                stop.previous.put(name, handler);
            }
        });
        return stop;
    }

    /** Whether to stop after the current step. Cheap enough for every step. */
    public boolean requested() {
        return reason.get() != null;
    }

    /** Why to stop: "SIGTERM", or the reason a program gave. */
    public Optional<String> reason() {
        return Optional.ofNullable(reason.get());
    }

    /** Asks for a stop as a first signal does, from within the program: a time limit, say. */
    public void request(String why) {
        reason.compareAndSet(null, why);
    }

    /** Puts back the handlers from before. */
    @Override
    public void close() {
        previous.forEach(Signals::unregister);
        previous.clear();
    }

    private void received(String name) {
        String signal = "SIG" + name;
        if (reason.compareAndSet(null, signal)) {
            messages.accept("received " + signal + ": " + manner);
        } else {
            // halt, not exit: hooks and other threads may be what hangs.
            Runtime.getRuntime().halt(128 + NUMBERS.get(name));
        }
    }
}
