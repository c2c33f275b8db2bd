package unitcell.trainer.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;

/**
 * The process's output streams, in UTF-8 whatever the locale. A reader that goes away ({@code ./unitcell ... | head}) is
 * no error: the rest is discarded and the command goes on, because a training run must not die of its log. Any other
 * failure to write, a full disk say, is told of at the end.
 */
final class StandardStreams {
    private final Watched out;
    private final Console console;

    private StandardStreams(Watched out, PrintStream err) {
        this.out = out;
        PrintStream printer = new PrintStream(out, true, StandardCharsets.UTF_8);
        this.console = new Console(printer, err, isTerminal());
        System.setOut(printer);
        System.setErr(err);
    }

    /** Takes over the streams of the process; {@code System.out} and {@code System.err} follow. */
    static StandardStreams open() {
        StandardError.restore();
        return new StandardStreams(
                new Watched(new FileOutputStream(FileDescriptor.out)),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
    }

    // JDK 22 to 24 have a console without a terminal too; from 25 on there is none.
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        java.io.Console console = System.console();
        return console != null && console.isTerminal();
    }

    Console console() {
        return console;
    }

    /** Flushes; tells of output that was lost, and turns success into failure then. */
    ExitCode close(ExitCode code) {
        console.out().flush();
        if (out.failure == null || brokenPipe(out.failure)) {
            return code;
        }
        console.err().println("unitcell: cannot write standard output: " + Console.oneLine(out.failure.getMessage()));
        return code == ExitCode.OK ? ExitCode.INPUT : code;
    }

    private static boolean brokenPipe(IOException e) {
        return e.getMessage() != null && e.getMessage().toLowerCase(Locale.ROOT).contains("broken pipe");
    }

    /** Remembers the first failure and discards everything after it. */
    private static final class Watched extends OutputStream {
        private final OutputStream target;
        private volatile IOException failure;

        Watched(OutputStream target) {
            this.target = target;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            if (failure == null) {
                try {
                    target.write(bytes, offset, length);
                } catch (IOException e) {
                    failure = e; // told of in close(): a print in the middle of a command cannot fail
                }
            }
        }
    }
}
