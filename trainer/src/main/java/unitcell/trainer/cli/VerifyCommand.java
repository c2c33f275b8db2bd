package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.Precision;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.verify.CheckReport;
import unitcell.trainer.verify.EquivarianceVerifier;
import unitcell.trainer.verify.KernelVerifier;

/** {@code unitcell verify}: everything that can be verified of a device. */
final class VerifyCommand implements Command {
    private static final CommandOption<Path> GOLDEN = CommandOption.of(
                    "golden",
                    ValueType.path("DIR"),
                    "also compare with the reference vectors of the original programs in this folder")
            .without("they are left out");

    private static final String KERNELS = "kernels";
    private static final String GRADIENTS = "gradients";
    private static final String EQUIVARIANCE = "equivariance";
    private static final String REFERENCES = "golden";
    private static final CommandOption<List<String>> ONLY = CommandOption.of(
                    "only",
                    ValueType.choice(KERNELS, GRADIENTS, EQUIVARIANCE, REFERENCES)
                            .list(),
                    "parts to run, separated by commas")
            .byDefault(String.join(",", KERNELS, GRADIENTS, EQUIVARIANCE, REFERENCES));

    /** A part of the verification and what it came to. */
    private record Part(String name, int passed, int failed, double seconds) {
        boolean succeeded() {
            return failed == 0 && passed > 0;
        }

        List<String> row() {
            return List.of(
                    name,
                    passed + "",
                    failed + "",
                    String.format(Locale.ROOT, "%.1f", seconds),
                    succeeded() ? "ok" : "FAILED");
        }
    }

    @Override
    public String name() {
        return "verify";
    }

    @Override
    public String summary() {
        return "verify a device: its kernels, their gradients, symmetries, and reference vectors if given";
    }

    @Override
    public String description() {
        return """
                Runs what the commands below check by themselves, one after the other: kernels; gradients, with the \
                device's own float64 kernels where it has any; equivariance; and with --golden DIR the reference \
                vectors. A table at the end sums up. --precision is that of the kernels; all else is checked in fp32.""";
    }

    @Override
    public List<CommandOption<?>> options() {
        return List.of(
                SharedOptions.DEVICE,
                SharedOptions.PRECISION,
                GOLDEN,
                ONLY,
                VerifyKernelsCommand.REPEATS,
                SharedOptions.SEED,
                SharedOptions.THREADS);
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell verify --device cuda",
                "./unitcell verify --golden tests/src/test/resources/golden --only kernels,golden");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.FAILED, ExitCode.DEVICE);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        arguments.find(GOLDEN).ifPresent(VerifyGoldenCommand::requireFolder);
        List<Part> parts = new ArrayList<>();
        try (Device oracle = Devices.open("cpu-scalar", 1)) {
            Devices.Choice choice = SharedOptions.device(arguments);
            try (Device device = choice.device()) {
                console.line(choice.line());
                if (asked(arguments, KERNELS)) {
                    parts.add(kernels(console, oracle, device, arguments));
                }
                if (device.precision() == Precision.FP32) {
                    networks(console, oracle, device, arguments, parts);
                }
            }
            if (arguments.get(SharedOptions.PRECISION) != Precision.FP32) {
                console.line("");
                console.line("the rest in fp32: only kernels have bounds for other precisions");
                try (Device device =
                        Devices.open(arguments.get(SharedOptions.DEVICE), SharedOptions.threads(arguments))) {
                    networks(console, oracle, device, arguments, parts);
                }
            }
        }
        console.line("");
        console.table(
                List.of("verified", "passed", "failed", "seconds", ""),
                parts.stream().map(Part::row).toList());
        if (asked(arguments, REFERENCES) && arguments.find(GOLDEN).isEmpty()) {
            console.line("reference vectors were left out: give their folder with --golden DIR");
        }
        return parts.stream().allMatch(Part::succeeded) ? ExitCode.OK : ExitCode.FAILED;
    }

    private static boolean asked(Arguments arguments, String part) {
        return arguments.get(ONLY).contains(part);
    }

    /** What is verified of whole networks. */
    private static void networks(Console console, Device oracle, Device device, Arguments arguments, List<Part> parts)
            throws IOException {
        long seed = arguments.get(SharedOptions.SEED);
        if (asked(arguments, GRADIENTS)) {
            Device differentiated = KernelVerifier.computes(device, DType.F64) ? device : oracle;
            parts.add(part(console, GRADIENTS, report -> {
                console.line("float64 kernels of " + differentiated.name());
                VerifyGradientsCommand.verify(differentiated, report, seed);
            }));
        }
        if (asked(arguments, EQUIVARIANCE)) {
            parts.add(part(
                    console,
                    EQUIVARIANCE,
                    report -> new EquivarianceVerifier(oracle, device, report, seed).networks()));
        }
        Optional<Path> golden = arguments.find(GOLDEN);
        if (asked(arguments, REFERENCES) && golden.isPresent()) {
            parts.add(part(
                    console, REFERENCES, report -> VerifyGoldenCommand.verify(oracle, device, report, golden.get())));
        }
    }

    private static Part kernels(Console console, Device oracle, Device device, Arguments arguments) {
        console.line("");
        console.line(KERNELS);
        long begin = System.nanoTime();
        var result = VerifyKernelsCommand.verify(
                console,
                oracle,
                device,
                arguments.get(SharedOptions.SEED),
                arguments.get(VerifyKernelsCommand.REPEATS),
                "",
                false);
        return new Part(KERNELS, result.passed(), result.failed(), (System.nanoTime() - begin) * 1e-9);
    }

    /** Checks that fill a report. */
    @FunctionalInterface
    private interface Checks {
        void run(CheckReport report) throws IOException;
    }

    private static Part part(Console console, String name, Checks checks) throws IOException {
        console.line("");
        console.line(name);
        long begin = System.nanoTime();
        CheckReport report = new CheckReport(console.out());
        checks.run(report);
        report.close();
        int failed = report.failed();
        return new Part(name, report.checks().size() - failed, failed, (System.nanoTime() - begin) * 1e-9);
    }
}
