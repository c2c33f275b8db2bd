package unitcell.trainer.cli;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.Precision;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.verify.KernelCheck;
import unitcell.trainer.verify.KernelVerifier;
import unitcell.trainer.verify.KernelVerifier.Row;

/** {@code unitcell verify kernels}. */
final class VerifyKernelsCommand implements Command {
    static final CommandOption<Integer> REPEATS = CommandOption.of(
                    "repeats", ValueType.integer(1, 1_000_000), "calls of each kernel with the same arguments")
            .byDefault("100");
    private static final CommandOption<String> FILTER = CommandOption.of(
                    "filter",
                    ValueType.text("NAME"),
                    "only kernels with this in their family or name, as norm, so2 or Backward; case is ignored")
            .without("all kernels");
    private static final CommandOption<Boolean> ALL =
            CommandOption.flag("all", "a row for every case, not only for the one nearest to its bound");

    private static final String ROW = "%-37s %-8s %5s  %9s  %8s  %-10s %-6s  %s";

    /** Failing cases of a kernel that are shown. */
    private static final int SHOWN = 5;

    /** What a verification came to. */
    record Result(int passed, int failed) {
        int checks() {
            return passed + failed;
        }

        ExitCode exitCode() {
            return failed == 0 && passed > 0 ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    @Override
    public String name() {
        return "verify kernels";
    }

    @Override
    public String summary() {
        return "compare every kernel of a device with the float64 specification, and with itself";
    }

    @Override
    public String description() {
        return """
                Calls every kernel of the device, forward and backward, at the sizes of networks, at odd sizes, with \
                degrees up to 6, with single numbers and with nothing; with gradients overwritten and added, arguments \
                left out and extreme numbers; then whole operations with their gradients. Each result is compared with \
                the float64 scalar kernels' from the same arguments, and each call is repeated, which must give the same \
                bits. Arguments that a kernel must not change are compared bit by bit.

                Bounds, relative to the largest magnitude of a result: in float32 1e-5 forward and 3e-4 backward, or \
                twice what the specification loses when it computes in float32 itself; in float64 1e-10. With --precision \
                tf32, results of matrix products may be off by (2^-9 + k 2^-24) of the largest sum of magnitudes, k being \
                the length of the sums; rows that used it say so.

                A row shows, of all cases of a kernel, the one nearest to its bound. Cases that fail are shown in its place, the \
                first few of them without --all.""";
    }

    @Override
    public List<CommandOption<?>> options() {
        return List.of(
                SharedOptions.DEVICE,
                SharedOptions.PRECISION,
                REPEATS,
                FILTER,
                SharedOptions.SEED,
                SharedOptions.THREADS,
                ALL);
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell verify kernels",
                "./unitcell verify kernels --device cuda --precision tf32",
                "./unitcell verify kernels --device cuda:1 --repeats 1000 --seed 7 --all");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.FAILED, ExitCode.DEVICE);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) {
        Devices.Choice choice = SharedOptions.device(arguments);
        try (Device device = choice.device();
                Device oracle = Devices.open("cpu-scalar", 1)) {
            console.line(choice.line());
            Result result = verify(
                    console,
                    oracle,
                    device,
                    arguments.get(SharedOptions.SEED),
                    arguments.get(REPEATS),
                    arguments.find(FILTER).orElse(""),
                    arguments.get(ALL));
            if (result.checks() == 0) {
                throw TrainerException.usage("--filter " + arguments.get(FILTER)
                        + " fits no kernel; expected a part of a family or a name, such as dense, so2 or Backward");
            }
            return result.exitCode();
        }
    }

    /** Verifies, printing the table. */
    static Result verify(
            Console console, Device oracle, Device device, long seed, int repeats, String filter, boolean all) {
        KernelVerifier verifier = new KernelVerifier(oracle, device, seed, repeats);
        if (!verifier.types().contains(DType.F64)) {
            console.line(
                    KernelVerifier.computes(device, DType.F64)
                            ? "float64: this device computes with the specification itself; there is nothing to compare"
                            : "float64: this device does not compute in it");
        }
        if (device.precision() == Precision.TF32) {
            console.line("tf32: bounds of products are (2^-9 + k 2^-24) of the largest sum of magnitudes");
        }
        console.print(ROW, "operation", "type", "cases", "error", "bound", "bit-equal", "ok", "case");
        int[] counts = new int[2];
        verifier.kernels(filter, row -> print(console, row, repeats, all, counts));
        verifier.operations(filter, row -> print(console, row, repeats, all, counts));
        console.print("%d passed, %d failed", counts[0], counts[1]);
        return new Result(counts[0], counts[1]);
    }

    private static void print(Console console, Row row, int repeats, boolean all, int[] counts) {
        List<KernelCheck> failed = row.failed();
        counts[0] += row.checks().size() - failed.size();
        counts[1] += failed.size();
        if (all) {
            row.checks().forEach(check -> print(console, row, check, "", repeats));
        } else if (failed.isEmpty()) {
            print(console, row, row.worst(), row.checks().size() + "", repeats);
        } else {
            failed.stream().limit(SHOWN).forEach(check -> print(console, row, check, "", repeats));
            if (failed.size() > SHOWN) {
                console.print("%s: %d more cases fail", row.operation(), failed.size() - SHOWN);
            }
        }
    }

    private static void print(Console console, Row row, KernelCheck check, String cases, int repeats) {
        String equal = repeats == 1 ? "not tried" : check.differing() == 0 ? "yes" : check.differing() + " differ";
        console.print(
                ROW,
                row.operation(),
                row.dtype() == DType.F32 ? "float32" : "float64",
                cases,
                String.format(Locale.ROOT, "%.2e", check.error()),
                String.format(Locale.ROOT, "%.1e", check.bound()),
                equal,
                check.passed() ? "ok" : "FAILED",
                check.which() + (check.fault().isEmpty() ? "" : "; " + Console.oneLine(check.fault())));
    }
}
