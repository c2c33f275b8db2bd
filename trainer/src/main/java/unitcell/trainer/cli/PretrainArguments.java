package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import unitcell.net.EquiformerV2Config;
import unitcell.net.ModelConfigJson;
import unitcell.net.ModelPresets;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.Corruption.Rules;
import unitcell.trainer.data.DatasetReader;
import unitcell.trainer.learn.OptimiserOptions;
import unitcell.trainer.pretrain.PretrainLoss;
import unitcell.trainer.pretrain.PretrainOptions;

/**
 * The options of {@code pretrain} and what they resolve to. {@code --paper-faithful} exchanges the defaults of some for
 * what the published code does; options that are given win over it.
 */
final class PretrainArguments {
    private static final double MANY = Double.MAX_VALUE;

    static final CommandOption<String> DATA = SharedOptions.DATA
            .mandatory()
            .explained(SharedOptions.DATA.help() + "; or " + DatasetReader.BUNDLED
                    + ", the crystals of the program itself");

    private static final CommandOption<String> PRESET = CommandOption.of(
                    "preset", ValueType.choice(ModelPresets.names().toArray(String[]::new)), "sizes of the network")
            .byDefault("small");
    private static final CommandOption<Path> MODEL_CONFIG = CommandOption.of(
            "model-config",
            ValueType.path("FILE"),
            "sizes of the network as JSON with EquiformerV2's keys, in place of --preset");
    static final CommandOption<Boolean> PAPER_FAITHFUL = CommandOption.flag(
            "paper-faithful",
            "do as the published code does where this program differs on purpose: masks, noise scale, target of the"
                    + " displacement, S2 grid, plain Adam at 1e-4 without schedule, clipping or average, constants of"
                    + " OC20");
    static final List<CommandOption<?>> MODEL = List.of(PRESET, MODEL_CONFIG, PAPER_FAITHFUL);

    private static final CommandOption<Integer> STEPS =
            CommandOption.of("steps", ValueType.integer(1, Integer.MAX_VALUE), "optimiser steps in all");
    private static final CommandOption<Integer> EPOCHS = CommandOption.of(
                    "epochs", ValueType.integer(1, Integer.MAX_VALUE), "passes over the training crystals")
            .without(PretrainOptions.DEFAULT_EPOCHS + ", if neither --steps nor --time-limit is given");
    private static final CommandOption<Duration> TIME_LIMIT =
            CommandOption.of("time-limit", ValueType.duration(), "end the run after this time");
    static final List<CommandOption<?>> LENGTH = List.of(STEPS, EPOCHS, TIME_LIMIT);

    private static final CommandOption<Path> EXCLUDE = CommandOption.of(
            "exclude",
            ValueType.path("FILE"),
            "never train on these: text with one id or formula on each line, or a table of crystals; all polymorphs of"
                    + " a composition are excluded with it");
    private static final CommandOption<Double> VALIDATION_FRACTION = CommandOption.of(
                    "validation-fraction", ValueType.number(0, 0.9), "share of compositions kept for validation")
            .byDefault("0.05");
    private static final CommandOption<Integer> VALIDATION_LIMIT = CommandOption.of(
                    "validation-limit", ValueType.integer(0, Integer.MAX_VALUE), "most crystals a validation looks at")
            .byDefault("500");
    static final List<CommandOption<?>> SELECTION = selection();

    static final CommandOption<Double> MASK_RATIO = CommandOption.of(
                    "mask-ratio", ValueType.number(0, 1), "share of a crystal's sites that a random mask hides")
            .byDefault("0.15");
    static final CommandOption<Double> WHOLE_SPECIES = CommandOption.of(
                    "whole-species", ValueType.number(0, 1), "probability of hiding one whole species instead")
            .byDefault("0.5");
    static final CommandOption<Double> NOISE = CommandOption.of(
                    "noise", ValueType.number(0, 10), "standard deviation of displacements, in shortest distances")
            .byDefault("0.1");
    static final CommandOption<Double> POSITION_WEIGHT = CommandOption.of(
                    "position-weight",
                    ValueType.number(0, MANY),
                    "weight of the displacement's squared error in the loss")
            .byDefault("200");
    static final CommandOption<Double> MASKED_WEIGHT = CommandOption.of(
                    "masked-weight",
                    ValueType.number(0, MANY),
                    "weight of a hidden atom's species, a visible one's being 1")
            .byDefault("1");
    static final List<CommandOption<?>> TASK =
            List.of(MASK_RATIO, WHOLE_SPECIES, NOISE, POSITION_WEIGHT, MASKED_WEIGHT);

    static final CommandOption<Integer> EDGES = CommandOption.of(
                    "edges-per-batch", ValueType.integer(1, Integer.MAX_VALUE), "most edges of a batch")
            .byDefault("4000");
    static final CommandOption<Double> RATE = CommandOption.of("lr", ValueType.number(0, 1), "base learning rate")
            .without("1e-3; 1e-4 with --paper-faithful");
    static final CommandOption<Double> WEIGHT_DECAY = CommandOption.of(
                    "weight-decay", ValueType.number(0, 1), "decoupled weight decay")
            .without("1e-3; 0 with --paper-faithful");
    static final CommandOption<Integer> WARMUP = CommandOption.of(
                    "warmup", ValueType.integer(0, Integer.MAX_VALUE), "steps over which the learning rate rises")
            .without("100; 0 with --paper-faithful");
    static final CommandOption<Double> FINAL_FACTOR = CommandOption.of(
                    "final-factor", ValueType.number(0, 1), "learning rate at the end as a share of --lr")
            .without("0.01; 1 with --paper-faithful");
    static final CommandOption<Double> CLIP = CommandOption.of(
                    "clip", ValueType.number(1e-9, MANY), "largest global norm of the gradient")
            .without("10; no clipping with --paper-faithful");
    static final CommandOption<Double> AVERAGE = CommandOption.of(
                    "ema", ValueType.number(0, 0.999999), "decay of the parameters' moving average; 0 for none")
            .without("0.999; 0 with --paper-faithful");
    static final CommandOption<Integer> PATIENCE = CommandOption.of(
                    "patience", ValueType.integer(1, 1000), "steps in a row that are not finite before the run ends")
            .byDefault("5");
    static final List<CommandOption<?>> OPTIMISER =
            List.of(EDGES, RATE, WEIGHT_DECAY, WARMUP, FINAL_FACTOR, CLIP, AVERAGE, PATIENCE);

    private static final CommandOption<Integer> VALIDATE_EVERY = CommandOption.of(
                    "validate-every", ValueType.integer(1, Integer.MAX_VALUE), "steps between validations")
            .byDefault("500");
    private static final CommandOption<Duration> CHECKPOINT_EVERY = CommandOption.of(
                    "checkpoint-every", ValueType.duration(), "time between checkpoints besides those at validations")
            .byDefault("10m");
    private static final CommandOption<Integer> KEEP = CommandOption.of(
                    "keep", ValueType.integer(1, 1000), "newest checkpoints to keep besides the best")
            .byDefault("3");
    static final List<CommandOption<?>> LOOKS = List.of(VALIDATE_EVERY, CHECKPOINT_EVERY, KEEP);

    private static final OptimiserOptions USUAL = new OptimiserOptions(1e-3, 1e-3, 100, 0.01, 10, 0.999, 5);

    private final Arguments arguments;
    private final boolean paper;

    private static List<CommandOption<?>> selection() {
        List<CommandOption<?>> options = new ArrayList<>();
        options.add(EXCLUDE);
        options.addAll(FilterOptions.ALL);
        options.addAll(List.of(VALIDATION_FRACTION, VALIDATION_LIMIT));
        return List.copyOf(options);
    }

    PretrainArguments(Arguments arguments) {
        this.arguments = arguments;
        this.paper = arguments.get(PAPER_FAITHFUL);
    }

    /** Whether to do as the published code does. */
    boolean isPaperFaithful() {
        return paper;
    }

    /**
     * Resolves everything.
     *
     * @throws IOException if the model's configuration cannot be read
     * @throws TrainerException if options contradict each other
     */
    static PretrainOptions resolve(Arguments arguments) throws IOException {
        return new PretrainArguments(arguments).resolve();
    }

    private PretrainOptions resolve() throws IOException {
        return new PretrainOptions(
                data(),
                model(),
                corruption(),
                loss(paper),
                optimiser(USUAL),
                schedule(),
                paper,
                arguments.get(EDGES),
                arguments.get(SharedOptions.SEED));
    }

    /** How crystals are spoilt. */
    Corruption corruption() {
        return new Corruption(
                arguments.get(MASK_RATIO),
                arguments.get(WHOLE_SPECIES),
                arguments.get(NOISE),
                paper ? Rules.RELEASED_CODE : Rules.CORRECTED);
    }

    /** Weights of the losses. */
    PretrainLoss.Settings loss(boolean rawDisplacement) {
        return new PretrainLoss.Settings(arguments.get(POSITION_WEIGHT), arguments.get(MASKED_WEIGHT), rawDisplacement);
    }

    /** How long a run goes on and how often it looks up. */
    PretrainOptions.Schedule schedule() {
        return new PretrainOptions.Schedule(
                number(STEPS),
                number(EPOCHS),
                arguments.find(TIME_LIMIT),
                arguments.get(VALIDATE_EVERY),
                arguments.get(CHECKPOINT_EVERY),
                arguments.get(KEEP));
    }

    /** What to read. */
    PretrainOptions.Data data() {
        return new PretrainOptions.Data(
                List.of(arguments.get(DATA)),
                arguments.find(EXCLUDE),
                FilterOptions.filter(arguments),
                arguments.get(VALIDATION_FRACTION),
                arguments.get(VALIDATION_LIMIT));
    }

    private EquiformerV2Config model() throws IOException {
        Optional<Path> file = arguments.find(MODEL_CONFIG);
        if (file.isPresent() && arguments.isGiven(PRESET)) {
            throw TrainerException.usage("--preset and --model-config are both given, expected one of them");
        }
        EquiformerV2Config config =
                file.isPresent() ? ModelConfigJson.readFile(file.get()) : ModelPresets.of(arguments.get(PRESET));
        return paper ? ModelPresets.withReferenceGrid(config) : config;
    }

    /**
     * How parameters are updated.
     *
     * @param usual in place of options that are not given
     */
    OptimiserOptions optimiser(OptimiserOptions usual) {
        return new OptimiserOptions(
                either(RATE, usual.rate(), 1e-4),
                either(WEIGHT_DECAY, usual.weightDecay(), 0.0),
                either(WARMUP, (int) usual.warmup(), 0),
                either(FINAL_FACTOR, usual.finalFactor(), 1.0),
                either(CLIP, usual.clipNorm(), Double.POSITIVE_INFINITY),
                either(AVERAGE, usual.averageDecay(), 0.0),
                arguments.get(PATIENCE));
    }

    private <T> T either(CommandOption<T> option, T usual, T faithful) {
        return arguments.find(option).orElse(paper ? faithful : usual);
    }

    private OptionalLong number(CommandOption<Integer> option) {
        Optional<Integer> value = arguments.find(option);
        return value.isPresent() ? OptionalLong.of(value.get()) : OptionalLong.empty();
    }
}
