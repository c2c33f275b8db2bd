package unitcell.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import unitcell.autograd.NonFiniteException;
import unitcell.crystal.io.Finding;
import unitcell.crystal.io.InputException;
import unitcell.crystal.io.Location;
import unitcell.engine.DeviceException;
import unitcell.engine.memory.MemoryException;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;

/** Every kind of failure ends in the documented status. */
class FailuresTest {
    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(TrainerException.usage("m"), ExitCode.USAGE, "m"),
                Arguments.of(TrainerException.input("m"), ExitCode.INPUT, "m"),
                Arguments.of(new DeviceException("no GPU"), ExitCode.DEVICE, "no GPU"),
                Arguments.of(new MemoryException("pool\nfull"), ExitCode.DEVICE, "pool full"),
                Arguments.of(
                        new InputException(new Finding(Finding.Kind.TRUNCATED, Location.of("a.cif"), "no such file")),
                        ExitCode.INPUT,
                        "a.cif: no such file"),
                Arguments.of(new NonFiniteException("exp made a NaN"), ExitCode.NON_FINITE, "exp made a NaN"),
                Arguments.of(new IOException("odd"), ExitCode.INPUT, "odd"),
                Arguments.of(new UncheckedIOException(new IOException("odd")), ExitCode.INPUT, "odd"),
                Arguments.of(
                        new NoSuchFileException("a.cif"),
                        ExitCode.INPUT,
                        "cannot use a.cif: no such file or directory; check the path"),
                Arguments.of(new ExecutionException(new DeviceException("lost")), ExitCode.DEVICE, "lost"),
                Arguments.of(
                        new ArithmeticException("/ by zero"),
                        ExitCode.INTERNAL,
                        "internal error: java.lang.ArithmeticException: / by zero; run again with --debug for the"
                                + " details"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void statusAndLine(Throwable thrown, ExitCode code, String line) {
        assertEquals(new Failures(code, line), Failures.of(thrown));
    }

    @Test
    void outOfMemoryIsADeviceFailureWithAdvice() {
        Failures failure = Failures.of(new OutOfMemoryError("Java heap space"));
        assertEquals(ExitCode.DEVICE, failure.exitCode());
        assertEquals(
                true,
                failure.line().contains("Java heap space") && failure.line().contains("UNITCELL_JAVA_OPTS"));
    }
}
