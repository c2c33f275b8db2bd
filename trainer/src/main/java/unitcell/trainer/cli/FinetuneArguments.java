package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import unitcell.net.EquiformerV2Config;
import unitcell.net.Heads;
import unitcell.net.ModelConfigJson;
import unitcell.net.ModelPresets;
import unitcell.trainer.TrainerException;
import unitcell.trainer.finetune.FinetuneOptions;
import unitcell.trainer.finetune.FinetuneOptions.Looks;
import unitcell.trainer.finetune.FinetuneOptions.Plan;
import unitcell.trainer.finetune.FinetuneOptions.Training;
import unitcell.trainer.finetune.StartingPoint;
import unitcell.trainer.finetune.TrainedPart;
import unitcell.trainer.label.SplitRule;
import unitcell.trainer.label.Task;
import unitcell.trainer.learn.Budget;
import unitcell.trainer.learn.OptimiserOptions;

/** The options of {@code finetune} and what they resolve to. */
final class FinetuneArguments {
    private static final double MANY = Double.MAX_VALUE;
    private static final long DEFAULT_EPOCHS = 20;

    static final CommandOption<String> TASK = CommandOption.of(
                    "task",
                    ValueType.text("NAME|FILE"),
                    "what to learn: " + String.join(", ", Task.names()) + ", or a JSON file like those")
            .mandatory();
    static final CommandOption<String> INPUT = SharedOptions.INPUT
            .mandatory()
            .explained("labelled crystals: a table, a folder or a quoted glob; the columns are the task's");
    static final CommandOption<Path> CHECKPOINT = SharedOptions.CHECKPOINT.explained(
            "what to start from: the folder of a pretrain, gan or finetune run, or of a checkpoint; without it every"
                    + " fit starts from scratch");

    private static final CommandOption<List<String>> COLUMNS = CommandOption.of(
                    "columns", ValueType.text("NAME").list(), "columns with the labels")
            .without("the task's");
    private static final CommandOption<Task.Loss> LOSS = CommandOption.of(
                    "loss", ValueType.choice(words(Task.Loss.values())), "what training lowers")
            .without("the task's");
    private static final CommandOption<Task.Transform> TRANSFORM = CommandOption.of(
                    "transform",
                    ValueType.choice(words(Task.Transform.values())),
                    "what is done to numbers before the network learns them")
            .without("the task's");
    private static final CommandOption<Heads.Pooling> POOLING = CommandOption.of(
                    "pooling",
                    ValueType.choice(words(Heads.Pooling.values())),
                    "how atoms become a crystal: mean for intensive properties, sum for extensive ones")
            .without("the task's");
    private static final CommandOption<List<Double>> BY_COMPOSITION = CommandOption.of(
                    "split-composition",
                    ValueType.number(0, 0.9).list(),
                    "divide by composition in place of the task's split: shares that validate and test, as 0.1,0.1")
            .without("the task's split");
    static final List<CommandOption<?>> OVERRIDES = List.of(COLUMNS, LOSS, TRANSFORM, POOLING, BY_COMPOSITION);

    private static final CommandOption<String> PRESET = CommandOption.of(
                    "preset", ValueType.choice(ModelPresets.names().toArray(String[]::new)), "sizes of the network")
            .without("those of --checkpoint; small without it");
    private static final CommandOption<Path> MODEL_CONFIG = CommandOption.of(
            "model-config",
            ValueType.path("FILE"),
            "sizes of the network as JSON with EquiformerV2's keys, in place of --preset");
    private static final CommandOption<Double> DROPOUT = CommandOption.of(
                    "dropout",
                    ValueType.number(0, 0.9),
                    "probability of dropping attention weights and channels, and half of it of dropping whole branches")
            .without("the network's own");
    static final List<CommandOption<?>> MODEL = List.of(PRESET, MODEL_CONFIG, DROPOUT);

    private static final CommandOption<Integer> REPEATS = CommandOption.of(
                    "repeats", ValueType.integer(1, 1000), "fits with different seeds, of which the mean is told")
            .byDefault("3");
    private static final CommandOption<Integer> FOLDS = CommandOption.of(
                    "folds",
                    ValueType.integer(1, 1000),
                    "parts of the data that test in turn, compositions kept together; 1 for the task's own split")
            .byDefault("1");
    private static final CommandOption<Integer> FOLD =
            CommandOption.of("fold", ValueType.integer(0, 999), "only this one of the folds, from 0");
    private static final CommandOption<Boolean> NO_SCRATCH =
            CommandOption.flag("no-scratch", "do not repeat every fit from fresh parameters for comparison");
    static final List<CommandOption<?>> PLAN = List.of(REPEATS, FOLDS, FOLD, NO_SCRATCH);

    private static final CommandOption<Integer> STEPS =
            CommandOption.of("steps", ValueType.integer(1, Integer.MAX_VALUE), "optimiser steps of each fit");
    private static final CommandOption<Integer> EPOCHS = CommandOption.of(
                    "epochs", ValueType.integer(1, Integer.MAX_VALUE), "passes of each fit over its training crystals")
            .without(DEFAULT_EPOCHS + ", if neither --steps nor --time-limit is given");
    private static final CommandOption<Duration> TIME_LIMIT =
            CommandOption.of("time-limit", ValueType.duration(), "end each fit after this time");
    private static final CommandOption<Integer> EARLY_STOP = CommandOption.of(
                    "early-stop",
                    ValueType.integer(0, Integer.MAX_VALUE),
                    "end a fit after so many validations in a row without improvement; 0 never")
            .byDefault("0");
    static final List<CommandOption<?>> LENGTH = List.of(STEPS, EPOCHS, TIME_LIMIT, EARLY_STOP);

    private static final CommandOption<TrainedPart> TRAIN = CommandOption.of(
                    "train",
                    new ValueType<>("all|head|last-K", "all, head or last-K", TrainedPart::parse),
                    "what a pre-trained fit changes: the whole network, the head, or the head and the last K blocks")
            .byDefault("all");
    private static final CommandOption<Double> LAYER_DECAY = CommandOption.of(
                    "layer-decay",
                    ValueType.number(0.01, 1),
                    "learning rate of a block of a pre-trained network as a share of that of the block above it; the"
                            + " head has all of it")
            .byDefault("0.8");
    private static final CommandOption<Double> RATE = CommandOption.of(
                    "lr", ValueType.number(0, 1), "base learning rate of pre-trained fits")
            .byDefault("2e-3");
    private static final CommandOption<Double> SCRATCH_RATE = CommandOption.of(
                    "scratch-lr", ValueType.number(0, 1), "base learning rate of fits from scratch")
            .byDefault("3e-3");
    private static final CommandOption<Integer> EDGES = CommandOption.of(
                    "edges-per-batch", ValueType.integer(1, Integer.MAX_VALUE), "most edges of a batch")
            .byDefault("3000");
    private static final CommandOption<Double> WEIGHT_DECAY = CommandOption.of(
                    "weight-decay", ValueType.number(0, 1), "decoupled weight decay")
            .byDefault("1e-2");
    private static final CommandOption<Integer> WARMUP = CommandOption.of(
                    "warmup", ValueType.integer(0, Integer.MAX_VALUE), "steps over which the learning rate rises")
            .byDefault("50");
    private static final CommandOption<Double> FINAL_FACTOR = CommandOption.of(
                    "final-factor", ValueType.number(0, 1), "learning rate at the end as a share of the base rate")
            .byDefault("0.01");
    private static final CommandOption<Double> CLIP = CommandOption.of(
                    "clip", ValueType.number(1e-9, MANY), "largest global norm of the gradient")
            .byDefault("10");
    private static final CommandOption<Double> AVERAGE = CommandOption.of(
                    "ema", ValueType.number(0, 0.999999), "decay of the parameters' moving average; 0 for none")
            .byDefault("0.99");
    private static final CommandOption<Integer> PATIENCE = CommandOption.of(
                    "patience", ValueType.integer(1, 1000), "steps in a row that are not finite before the run ends")
            .byDefault("5");
    static final List<CommandOption<?>> OPTIMISER = List.of(
            TRAIN, LAYER_DECAY, RATE, SCRATCH_RATE, EDGES, WEIGHT_DECAY, WARMUP, FINAL_FACTOR, CLIP, AVERAGE, PATIENCE);

    private static final CommandOption<Integer> VALIDATE_EVERY = CommandOption.of(
                    "validate-every", ValueType.integer(1, Integer.MAX_VALUE), "steps between validations")
            .without("one after each epoch");
    private static final CommandOption<Duration> CHECKPOINT_EVERY = CommandOption.of(
                    "checkpoint-every",
                    ValueType.duration(),
                    "time between checkpoints besides those of improved validations")
            .byDefault("10m");
    static final List<CommandOption<?>> LOOKS = List.of(VALIDATE_EVERY, CHECKPOINT_EVERY);

    private final Arguments arguments;
    private final Optional<StartingPoint> start;

    private FinetuneArguments(Arguments arguments, Optional<StartingPoint> start) {
        this.arguments = arguments;
        this.start = start;
    }

    /** Constants by the words that tasks use. */
    private static <E extends Enum<E>> Map<String, E> words(E[] constants) {
        Map<String, E> words = new LinkedHashMap<>();
        Arrays.stream(constants)
                .forEach(c -> words.put(c.name().toLowerCase(Locale.ROOT).replace('_', '-'), c));
        return words;
    }

    /**
     * The task with what options change of it.
     *
     * @throws TrainerException if there is no such task, or a change does not suit it
     * @throws IOException if its file cannot be read
     */
    static Task task(Arguments arguments) throws IOException {
        Task task = Task.find(arguments.get(TASK));
        try {
            task = arguments.find(COLUMNS).map(task::withColumns).orElse(task);
            task = arguments.find(TRANSFORM).map(task::withTransform).orElse(task);
            task = arguments.find(LOSS).map(task::withLoss).orElse(task);
            task = arguments.find(POOLING).map(task::withPooling).orElse(task);
            Optional<List<Double>> shares = arguments.find(BY_COMPOSITION);
            return shares.isPresent() ? task.withSplit(byComposition(task, shares.get())) : task;
        } catch (IllegalArgumentException e) {
            throw TrainerException.usage(e.getMessage());
        }
    }

    private static SplitRule byComposition(Task task, List<Double> shares) {
        if (shares.size() != 2) {
            throw TrainerException.usage("--split-composition: found " + shares.size()
                    + " shares, expected two: what validates and what tests");
        }
        return new SplitRule(
                new SplitRule.ByComposition(shares.get(0), shares.get(1)),
                task.split().trainSystems());
    }

    /**
     * Resolves everything.
     *
     * @param start what fits start from, if anything
     * @throws IOException if the model's configuration cannot be read
     * @throws TrainerException if options contradict each other
     */
    static FinetuneOptions resolve(Arguments arguments, Task task, Optional<StartingPoint> start) throws IOException {
        return new FinetuneArguments(arguments, start).resolve(task);
    }

    private FinetuneOptions resolve(Task task) throws IOException {
        return new FinetuneOptions(
                task,
                List.of(arguments.get(INPUT)),
                FilterOptions.filter(arguments),
                model(),
                plan(),
                new Training(optimiser(RATE), arguments.get(TRAIN), arguments.get(LAYER_DECAY)),
                new Training(optimiser(SCRATCH_RATE), TrainedPart.ALL, 1),
                budget(),
                new Looks(number(VALIDATE_EVERY), arguments.get(EARLY_STOP), arguments.get(CHECKPOINT_EVERY)),
                arguments.get(EDGES),
                arguments.get(SharedOptions.SEED));
    }

    private Plan plan() {
        boolean noScratch = arguments.get(NO_SCRATCH);
        if (noScratch && start.isEmpty()) {
            throw TrainerException.usage(
                    "--no-scratch without --checkpoint leaves nothing to train, expected one of" + " them at most");
        }
        int folds = arguments.get(FOLDS);
        Optional<Integer> fold = arguments.find(FOLD);
        if (fold.isPresent() && (folds < 2 || fold.get() >= folds)) {
            throw TrainerException.usage("--fold " + fold.get() + ": expected "
                    + (folds < 2 ? "--folds with it" : "a whole number from 0 to " + (folds - 1)));
        }
        return new Plan(
                arguments.get(REPEATS),
                folds,
                fold.isPresent() ? OptionalInt.of(fold.get()) : OptionalInt.empty(),
                !noScratch);
    }

    private EquiformerV2Config model() throws IOException {
        List<String> given = new ArrayList<>();
        start.ifPresent(s -> given.add("--checkpoint"));
        arguments.find(PRESET).ifPresent(p -> given.add("--preset"));
        arguments.find(MODEL_CONFIG).ifPresent(p -> given.add("--model-config"));
        if (given.size() > 1) {
            throw TrainerException.usage(String.join(" and ", given)
                    + " each say the sizes of the network, expected one of them (a checkpoint's sizes are its own)");
        }
        EquiformerV2Config config;
        if (start.isPresent()) {
            config = start.get().metadata().config();
        } else if (arguments.find(MODEL_CONFIG).isPresent()) {
            config = ModelConfigJson.readFile(arguments.find(MODEL_CONFIG).get());
        } else {
            config = ModelPresets.of(arguments.find(PRESET).orElse("small"));
        }
        Optional<Double> dropout = arguments.find(DROPOUT);
        return dropout.isPresent() ? ModelPresets.withDropout(config, dropout.get()) : config;
    }

    private Budget budget() {
        OptionalLong steps = number(STEPS);
        OptionalLong epochs = number(EPOCHS);
        Optional<Duration> time = arguments.find(TIME_LIMIT);
        boolean open = steps.isEmpty() && epochs.isEmpty() && time.isEmpty();
        return new Budget(steps, open ? OptionalLong.of(DEFAULT_EPOCHS) : epochs, time);
    }

    private OptimiserOptions optimiser(CommandOption<Double> rate) {
        return new OptimiserOptions(
                arguments.get(rate),
                arguments.get(WEIGHT_DECAY),
                arguments.get(WARMUP),
                arguments.get(FINAL_FACTOR),
                arguments.get(CLIP),
                arguments.get(AVERAGE),
                arguments.get(PATIENCE));
    }

    private OptionalLong number(CommandOption<Integer> option) {
        Optional<Integer> value = arguments.find(option);
        return value.isPresent() ? OptionalLong.of(value.get()) : OptionalLong.empty();
    }
}
