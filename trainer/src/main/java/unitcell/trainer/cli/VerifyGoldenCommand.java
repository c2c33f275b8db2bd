package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.verify.CheckReport;
import unitcell.trainer.verify.GoldenVerifier;

/** {@code unitcell verify golden DIR}. */
final class VerifyGoldenCommand implements Command {
    @Override
    public String name() {
        return "verify golden";
    }

    @Override
    public String summary() {
        return "compare modules and whole models with reference vectors of the original programs";
    }

    @Override
    public String description() {
        return """
                Recomputes every reference file in DIR (safetensors: spherical harmonics, Wigner matrices, edge frames, \
                single modules, whole models with all activations and gradients, the optimiser) and prints one row for \
                each quantity.

                The float64 oracle must agree within 1e-9 on modules and 1e-8 on whole models; the device's float32 \
                kernels within 1e-5 forward and 3e-4 backward, or twice what plain float32 loses on the same numbers. \
                Where the device has float64 kernels of its own, they are held to the bounds of the oracle.""";
    }

    @Override
    public List<Operand> operands() {
        return List.of(new Operand("DIR", "folder of reference files"));
    }

    @Override
    public List<CommandOption<?>> options() {
        return List.of(SharedOptions.DEVICE, SharedOptions.THREADS);
    }

    @Override
    public List<String> examples() {
        return List.of("./unitcell verify golden tests/golden");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.FAILED, ExitCode.DEVICE);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        Path folder = Path.of(arguments.operands().get(0));
        requireFolder(folder);
        Devices.Choice choice = SharedOptions.device(arguments);
        try (Device device = choice.device();
                Device oracle = Devices.open("cpu-scalar", 1)) {
            console.line(choice.line());
            CheckReport report = new CheckReport(console.out());
            verify(oracle, device, report, folder);
            return report.close() == 0 ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    static void requireFolder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw TrainerException.input(folder + ": " + (Files.exists(folder) ? "not a folder" : "no such folder")
                    + "; expected a folder of reference files");
        }
    }

    /** Checks every reference file of a folder that holds at least one. */
    static void verify(Device oracle, Device device, CheckReport report, Path folder) throws IOException {
        if (new GoldenVerifier(oracle, device, report).verify(folder) == 0) {
            throw TrainerException.input(folder + ": holds no reference file; expected *.safetensors");
        }
    }
}
