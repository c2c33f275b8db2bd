package unitcell.trainer.cli;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.reconstruct.TrainedModel;
import unitcell.trainer.verify.CheckReport;
import unitcell.trainer.verify.EquivarianceVerifier;

/** {@code unitcell verify equivariance}. */
final class VerifyEquivarianceCommand implements Command {
    private static final CommandOption<Integer> CRYSTALS = CommandOption.of(
                    "crystals",
                    ValueType.integer(0, 1000),
                    "real crystals, with --checkpoint; a few made ones are always checked")
            .byDefault("2");

    @Override
    public String name() {
        return "verify equivariance";
    }

    @Override
    public String summary() {
        return "check that networks say the same of a crystal however it is turned or written down";
    }

    @Override
    public String description() {
        return """
                Describes crystals differently: positions and cell rotated together, all atoms translated and wrapped, \
                atoms and so edges in another order, another basis of the same lattice, two cells as one; and rolls the \
                edges' frames. Species logits (and their means over the cell) must stay, displacements must turn with \
                the crystal: within 1e-9 in float64 on the scalar kernels and 1e-3 in float32 on the device, relative to \
                the largest. Checked are small networks with every choice of options that changes what is computed, \
                fresh and trained for a few steps, or with --checkpoint the trained model instead.

                The crystals are small real ones, random cells, and cubic cells along the axes, whose edges point along \
                +y and -y and tie in shells.

                Activations on an S2 grid are equivariant only as far as the grid is fine. Networks that have them are \
                therefore checked twice: on a grid refined until nothing changes, where the tolerance holds; and on \
                their own grid, where the bound is the tolerance plus what the grid makes of each crystal and its other \
                description, measured against the refined grid in the same run. The bound says how equivariant such a \
                network is. Where 32 roundings of the coordinates change more \
                than the tolerance, that counts instead; it happens in crystals of high symmetry, under norms of single \
                degrees. A row shows the crystal nearest to its bound.

                Float64 kernels are plain: small networks take a minute or two, large ones with fine grids hours.""";
    }

    @Override
    public List<CommandOption<?>> options() {
        return List.of(
                SharedOptions.CHECKPOINT.without("small networks of all kinds"),
                CRYSTALS,
                SharedOptions.DEVICE,
                SharedOptions.THREADS,
                SharedOptions.SEED);
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell verify equivariance", "./unitcell verify equivariance --checkpoint runs/demo --crystals 5");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.FAILED, ExitCode.DEVICE);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        Devices.Choice choice = SharedOptions.device(arguments);
        try (Device device = choice.device();
                Device oracle = Devices.open("cpu-scalar", 1)) {
            console.line(choice.line());
            CheckReport report = new CheckReport(console.out());
            EquivarianceVerifier verifier =
                    new EquivarianceVerifier(oracle, device, report, arguments.get(SharedOptions.SEED));
            if (arguments.find(SharedOptions.CHECKPOINT).isPresent()) {
                try (TrainedModel model =
                        TrainedModel.open(arguments.get(SharedOptions.CHECKPOINT), oracle, console::warn)) {
                    console.line(model.line());
                    verifier.network("trained network", model.generator(), arguments.get(CRYSTALS));
                }
            } else {
                verifier.networks();
            }
            return report.close() == 0 ? ExitCode.OK : ExitCode.FAILED;
        }
    }
}
