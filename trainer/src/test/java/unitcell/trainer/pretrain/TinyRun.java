package unitcell.trainer.pretrain;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import unitcell.crystal.Crystal;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.pretrain.PretrainRun.Environment;
import unitcell.trainer.pretrain.PretrainRun.Resume;
import unitcell.trainer.run.ProgressOutput;

/** A run of a tiny network for tests of what uses checkpoints. */
public final class TinyRun {
    private TinyRun() {}

    /** Options of such a run. */
    public static PretrainOptions options(List<String> inputs, int steps, double rate) {
        PretrainOptions base =
                PretrainRunTest.options(OptionalLong.of(steps), OptionalLong.empty(), Optional.empty(), rate);
        PretrainOptions.Data data = base.data();
        return new PretrainOptions(
                new PretrainOptions.Data(
                        inputs, data.exclude(), data.filter(), data.validationFraction(), data.validationLimit()),
                base.model(),
                base.corruption(),
                base.loss(),
                base.optimiser(),
                base.schedule(),
                base.referenceConstants(),
                base.edgesPerBatch(),
                base.seed());
    }

    /** Trains for some steps on crystals, a fifth of whose compositions validate; returns the last checkpoint's folder. */
    public static Path train(List<Crystal> crystals, int steps, Path out) throws IOException {
        PretrainOptions options = options(List.of("test"), steps, 1e-2);
        ProgressOutput quiet =
                new ProgressOutput(new PrintStream(new ByteArrayOutputStream()), false, System::nanoTime);
        try (Device device = Devices.open("cpu-scalar", 1)) {
            Environment environment = new Environment(device, 1, quiet, line -> {}, () -> false, false);
            return new PretrainRun(options, PretrainData.of(CrystalStore.of(crystals), options), environment, out)
                    .train(new Resume.None(), System.nanoTime())
                    .checkpoint();
        }
    }
}
