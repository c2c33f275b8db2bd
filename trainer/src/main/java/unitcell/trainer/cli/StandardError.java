package unitcell.trainer.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Gives the process its own standard error back. The JVM announces incubating modules on standard error before any
 * Java code runs and cannot be told not to. The launcher therefore starts it with a filter as standard error, which
 * drops that one line, and keeps the real one open under another number; from here on the filter is not needed.
 */
final class StandardError {
    private static final int STDERR = 2;

    private StandardError() {}

    /** Puts the real standard error in its place, if the launcher has kept one; otherwise does nothing. */
    static void restore() {
        Integer kept = Integer.getInteger("unitcell.stderr");
        if (kept == null) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        MethodHandle dup2 = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("dup2"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        int result;
        try {
            result = (int) dup2.invokeExact((int) kept, STDERR);
        } catch (Throwable e) {
            throw new IllegalStateException("dup2 cannot be called", e);
        }
        if (result != STDERR) {
            // The filter stays in place and passes everything on: nothing is lost.
            System.err.println("unitcell: warning: standard error stays behind the launcher's filter");
        }
    }
}
