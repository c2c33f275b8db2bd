package unitcell.trainer.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import unitcell.engine.Devices;
import unitcell.engine.Precision;
import unitcell.trainer.TrainerException;

/** Options that several commands have: the same words mean the same thing everywhere. */
final class SharedOptions {
    private SharedOptions() {}

    /** What is read: crystals. Also answers to {@code --data}. */
    static final CommandOption<String> INPUT = CommandOption.of(
                    "input",
                    ValueType.text("PATH"),
                    "crystals: a file, a folder or a quoted glob; .cif, .csv (column cif or structure), .json, .jsonl, gzip understood")
            .alias("data");

    /** As {@link #INPUT}, under the name that suits training; also answers to {@code --input}. */
    static final CommandOption<String> DATA =
            CommandOption.of("data", ValueType.text("PATH"), INPUT.help()).alias("input");

    static final CommandOption<Path> OUT = CommandOption.of("out", ValueType.path("DIR"), "folder to write results to");

    static final CommandOption<Path> CHECKPOINT = CommandOption.of(
            "checkpoint",
            ValueType.path("PATH"),
            "a trained model: a checkpoint's folder, or a run's for its best one, or RUN/latest for its newest");

    static final CommandOption<String> DEVICE = CommandOption.of(
                    "device",
                    ValueType.matching(
                            "auto|cpu|cpu-scalar|cuda[:k]",
                            Pattern.compile("auto|cpu|cpu-scalar|cuda(:[0-9]{1,3})?"),
                            "auto, cpu, cpu-scalar, cuda or cuda:k"),
                    "where to compute; auto takes the fastest usable one and says which")
            .byDefault("auto");

    static final CommandOption<Precision> PRECISION = CommandOption.of(
                    "precision",
                    ValueType.choice(precisions()),
                    "how float32 matrices are multiplied; tf32 needs a CUDA device: tensor cores that use 10 of the 23 bits"
                            + " of a factor's mantissa")
            .byDefault(Precision.FP32.key());

    private static Map<String, Precision> precisions() {
        Map<String, Precision> all = new LinkedHashMap<>();
        for (Precision precision : Precision.values()) {
            all.put(precision.key(), precision);
        }
        return all;
    }

    static final CommandOption<Integer> THREADS = CommandOption.of(
                    "threads", ValueType.integer(1, 1024), "CPU threads; results do not depend on it")
            .without("one for each processor");

    static final CommandOption<Long> SEED = CommandOption.of("seed", ValueType.seed(), "seed of all random choices")
            .byDefault("0");

    static final CommandOption<Path> JSON =
            CommandOption.of("json", ValueType.path("FILE"), "also write the results to FILE as JSON");

    static final CommandOption<Boolean> STRICT = CommandOption.flag(
            "strict",
            "end with status 3 if any input is refused; otherwise refused input is skipped, counted and listed");

    static final CommandOption<Boolean> DRY_RUN =
            CommandOption.flag("dry-run", "read and check everything, say what would be done, and do not do it");

    /** Every command has these. */
    static final CommandOption<Path> CONFIG = CommandOption.of(
            "config",
            ValueType.path("FILE"),
            "JSON object of option names and values, as {\"seed\": 1}; options on the command line win");

    static final CommandOption<Boolean> DEBUG =
            CommandOption.flag("debug", "print the stack trace of a failure, not only its line");

    static final CommandOption<Boolean> HELP = CommandOption.flag("help", "print this text");

    /**
     * Opens the device asked for, in the precision asked for where the command has that option.
     *
     * @throws TrainerException if the two do not go together
     */
    static Devices.Choice device(Arguments arguments) {
        String device = arguments.get(DEVICE);
        Precision precision = arguments.has(PRECISION) ? arguments.get(PRECISION) : Precision.FP32;
        if (precision != Precision.FP32 && device.startsWith("cpu")) {
            throw TrainerException.usage("--precision " + precision.key() + ": device " + device
                    + " multiplies in fp32 only; expected --precision fp32, or --device cuda");
        }
        return Devices.choose(device, threads(arguments), precision);
    }

    /** The number of threads asked for, or one for each processor. */
    static int threads(Arguments arguments) {
        return arguments.find(THREADS).orElseGet(() -> Runtime.getRuntime().availableProcessors());
    }
}
