package unitcell.trainer.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.DeviceProvider.Requirement;
import unitcell.engine.Devices;
import unitcell.engine.profile.KernelTrace;
import unitcell.engine.profile.Operation;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.explain.Explanation;
import unitcell.trainer.verify.KernelVerifier;

/** {@code unitcell explain}. */
final class ExplainCommand implements Command {
    private static final CommandOption<Integer> BATCH =
            BenchBatch.BATCH.byDefault("4").explained("crystals in the training step: the first of the data");

    @Override
    public String name() {
        return "explain";
    }

    @Override
    public String summary() {
        return "tell what would compute here and why, and which kernel serves each operation";
    }

    @Override
    public String description() {
        return """
                Says what --device auto would choose and what CUDA needs of this machine and this build. Then does one \
                training step of the network on a few crystals and watches it: for each operation of the kernel contract, \
                how often it was called and what served it. On a CPU that is a class of kernels and their vector width; \
                on a GPU the kernels that were launched, from which kernel file, with the largest of their grids, threads \
                of a block and dynamic shared memory, and matrix products with their sizes. Operations that this network \
                does not use are called afterwards with arguments of the same sizes.

                For CUDA it also says which form of each kernel file the driver took: machine code from the fatbin, or \
                PTX that the driver compiled, and why; verify device tries both forms of every file.""";
    }

    @Override
    public List<CommandOption<?>> options() {
        return List.of(
                BenchBatch.MODEL_CONFIG,
                BenchBatch.PRESET,
                BenchBatch.DATA,
                BATCH,
                BenchBatch.CUTOFF,
                BenchBatch.MAX_NEIGHBORS,
                SharedOptions.DEVICE,
                SharedOptions.PRECISION,
                SharedOptions.THREADS,
                SharedOptions.SEED);
    }

    @Override
    public List<String> examples() {
        return List.of("./unitcell explain", "./unitcell explain --device cuda --preset medium --batch 32");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.DEVICE);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        printSurvey(console);
        Devices.Choice choice = SharedOptions.device(arguments);
        BenchBatch work = BenchBatch.of(arguments, console);
        try (Device device = choice.device()) {
            console.line(choice.line());
            printTypes(console, device);
            Explanation explanation = Explanation.of(
                    device,
                    work.config(),
                    work.crystals(),
                    work.rule(),
                    work.batch(),
                    arguments.get(SharedOptions.SEED));
            print(console, work, explanation);
        }
        return ExitCode.OK;
    }

    private static void printSurvey(Console console) {
        Devices.Survey survey = Devices.survey();
        console.line("auto would choose " + survey.name() + ": " + survey.reason());
        List<List<String>> rows = new ArrayList<>();
        survey.requirements()
                .forEach((kind, requirements) -> requirements.forEach(requirement -> rows.add(row(kind, requirement))));
        if (!rows.isEmpty()) {
            console.table(List.of("needs", "", "here", ""), rows);
        }
        console.line("");
    }

    private static List<String> row(String kind, Requirement requirement) {
        return List.of(kind, requirement.what(), requirement.found() ? "yes" : "no", requirement.detail());
    }

    private static void printTypes(Console console, Device device) {
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            String type = dtype == DType.F32 ? "float32" : "float64";
            console.line(
                    KernelVerifier.computes(device, dtype)
                            ? type + ": kernels " + device.kernels(dtype).name()
                                    + (dtype == DType.F32
                                            ? ", matrix products in "
                                                    + device.precision().key()
                                            : "")
                            : type + ": not computed in");
        }
    }

    private static void print(Console console, BenchBatch work, Explanation explanation) {
        explanation.providers().forEach(provider -> console.line("matrix products: " + provider));
        explanation
                .images()
                .forEach(
                        (image, files) -> console.line("kernel files from " + image + ": " + String.join(", ", files)));
        console.line("");
        console.print(
                "a training step on %d crystals, %d atoms, %d edges:",
                work.batch().crystals(), work.batch().nodes(), work.batch().edges());
        table(console, explanation.step());
        console.line("");
        console.line("operations that this network does not use:");
        table(console, explanation.others());
        for (Operation operation : explanation.unseen()) {
            console.warn("nothing was seen to serve " + operation);
        }
    }

    private static void table(Console console, List<KernelTrace.Served> part) {
        Explanation.Table table = Explanation.Table.of(part);
        console.table(table.header(), table.rows());
    }
}
