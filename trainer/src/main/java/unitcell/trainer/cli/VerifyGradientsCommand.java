package unitcell.trainer.cli;

import java.util.List;
import java.util.Set;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.verify.CheckReport;
import unitcell.trainer.verify.GradientVerifier;

/** {@code unitcell verify gradients}. */
final class VerifyGradientsCommand implements Command {
    @Override
    public String name() {
        return "verify gradients";
    }

    @Override
    public String summary() {
        return "check the gradients of every operation and of whole networks by finite differences";
    }

    @Override
    public String description() {
        return """
                Compares the gradients of every operation, and of whole small networks with respect to every parameter, \
                the positions and the lattice, with central differences in float64: step 1e-6, tolerance 1e-5 plus 1e-3 \
                of the value; backward passes run twice must agree bit by bit. Inputs include edges along the y axis, \
                nodes without edges, self-images and empty batches.""";
    }

    @Override
    public List<CommandOption<?>> options() {
        return List.of(SharedOptions.SEED);
    }

    @Override
    public List<String> examples() {
        return List.of("./unitcell verify gradients", "./unitcell verify gradients --seed 3");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.FAILED);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) {
        try (Device oracle = Devices.open("cpu-scalar", 1)) {
            CheckReport report = new CheckReport(console.out());
            GradientVerifier verifier = new GradientVerifier(oracle, report, arguments.get(SharedOptions.SEED));
            verifier.operations();
            verifier.networks();
            return report.close() == 0 ? ExitCode.OK : ExitCode.FAILED;
        }
    }
}
