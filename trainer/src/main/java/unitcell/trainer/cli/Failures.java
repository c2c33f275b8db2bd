package unitcell.trainer.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import unitcell.autograd.NonFiniteException;
import unitcell.crystal.io.InputException;
import unitcell.engine.DeviceException;
import unitcell.engine.io.FileFault;
import unitcell.engine.memory.MemoryException;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;

/**
 * The one place that says how an exception ends the program.
 *
 * @param line what to tell the user, without the program's name
 */
record Failures(ExitCode exitCode, String line) {

    /** What to do about an exception that left a command. */
    static Failures of(Throwable thrown) {
        Failures failure = classify(thrown);
        return new Failures(failure.exitCode(), Console.oneLine(failure.line()));
    }

    private static Failures classify(Throwable thrown) {
        return switch (thrown) {
            case TrainerException e -> new Failures(e.exitCode(), e.getMessage());
            case DeviceException e -> new Failures(ExitCode.DEVICE, e.getMessage());
            case MemoryException e -> new Failures(ExitCode.DEVICE, e.getMessage());
            case OutOfMemoryError e ->
                new Failures(
                        ExitCode.DEVICE,
                        "out of memory for Java objects (" + e.getMessage() + "; limit "
                                + (Runtime.getRuntime().maxMemory() >> 20)
                                + " MiB): raise it, as in UNITCELL_JAVA_OPTS=-Xmx8g, or lower --batch or --threads");
            case InputException e -> new Failures(ExitCode.INPUT, e.getMessage());
            case NonFiniteException e -> new Failures(ExitCode.NON_FINITE, e.getMessage());
            case UncheckedIOException e -> classify(e.getCause());
            case FileFault e -> new Failures(ExitCode.INPUT, e.getMessage());
            case FileSystemException e
            when e.getFile() != null ->
                new Failures(
                        ExitCode.INPUT,
                        FileFault.of("use", Path.of(e.getFile()), e).getMessage());
            case IOException e when e.getMessage() != null -> new Failures(ExitCode.INPUT, e.getMessage());
            case ExecutionException e when e.getCause() != null -> classify(e.getCause());
            case CompletionException e when e.getCause() != null -> classify(e.getCause());
            default ->
                new Failures(
                        ExitCode.INTERNAL, "internal error: " + thrown + "; run again with --debug for the details");
        };
    }
}
