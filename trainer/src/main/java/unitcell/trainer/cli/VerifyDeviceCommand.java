package unitcell.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import unitcell.engine.DeviceProvider.Requirement;
import unitcell.engine.Devices;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;

/** {@code unitcell verify device}. */
final class VerifyDeviceCommand implements Command {
    private static final CommandOption<String> DEVICE = CommandOption.of(
                    "device",
                    ValueType.matching("cuda[:k]", Pattern.compile("cuda(:[0-9]{1,3})?"), "cuda or cuda:k"),
                    "which one")
            .byDefault("cuda");

    @Override
    public String name() {
        return "verify device";
    }

    @Override
    public String summary() {
        return "look at everything that a GPU needs: driver, functions, compiled kernels, cuBLAS";
    }

    @Override
    public String description() {
        return """
                Looks at each thing by itself and prints a row for it: the driver's library; which functions that JCuda \
                binds the driver has; the device and its clock rates; every compiled kernel file, loaded as machine code \
                and as PTX text that the driver compiles; every way of multiplying matrices; where ranges for profilers \
                go. Nothing is computed: verify kernels does that.""";
    }

    @Override
    public List<CommandOption<?>> options() {
        return List.of(DEVICE);
    }

    @Override
    public List<String> examples() {
        return List.of("./unitcell verify device", "./unitcell verify device --device cuda:1");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.FAILED, ExitCode.DEVICE);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) {
        List<Requirement> found = Devices.inspect(arguments.get(DEVICE));
        List<List<String>> rows = new ArrayList<>();
        for (Requirement f : found) {
            rows.add(List.of(f.found() ? "ok" : "FAILED", f.what(), Console.oneLine(f.detail())));
        }
        console.table(List.of("", "what", "found"), rows);
        boolean passed = found.stream().allMatch(Requirement::found);
        return passed ? ExitCode.OK : ExitCode.FAILED;
    }
}
