package unitcell.trainer.cli;

import java.util.List;
import java.util.Set;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.verify.CheckReport;
import unitcell.trainer.verify.GradientVerifier;
import unitcell.trainer.verify.KernelVerifier;

/** {@code unitcell verify gradients}. */
final class VerifyGradientsCommand implements Command {
    private static final CommandOption<String> DEVICE =
            SharedOptions.DEVICE.byDefault("cpu-scalar").explained("whose float64 kernels are checked");

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
                nodes without edges, self-images and empty batches.

                By default the scalar kernels, which are the specification, are checked. With --device a device's own \
                float64 kernels are; on a CPU these are the scalar ones.""";
    }

    @Override
    public List<CommandOption<?>> options() {
        return List.of(DEVICE, SharedOptions.THREADS, SharedOptions.SEED);
    }

    @Override
    public List<String> examples() {
        return List.of("./unitcell verify gradients", "./unitcell verify gradients --device cuda --seed 3");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.FAILED, ExitCode.DEVICE);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) {
        Devices.Choice choice = SharedOptions.device(arguments);
        try (Device device = choice.device()) {
            console.line(choice.line());
            requireFloat64(device);
            CheckReport report = new CheckReport(console.out());
            verify(device, report, arguments.get(SharedOptions.SEED));
            return report.close() == 0 ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private static void requireFloat64(Device device) {
        if (!KernelVerifier.computes(device, DType.F64)) {
            throw TrainerException.usage("--device " + device.name()
                    + " does not compute in float64, in which gradients are checked; expected another device, or none");
        }
    }

    /** Checks operations and networks on a device that computes in float64. */
    static void verify(Device device, CheckReport report, long seed) {
        GradientVerifier verifier = new GradientVerifier(device, report, seed);
        verifier.operations();
        verifier.networks();
    }
}
