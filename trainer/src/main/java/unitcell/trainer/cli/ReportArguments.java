package unitcell.trainer.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import unitcell.crystal.io.CrystalSource;
import unitcell.crystal.validity.OxidationStates;
import unitcell.trainer.TrainerException;
import unitcell.trainer.results.Comparison;
import unitcell.trainer.results.ModelRuns;
import unitcell.trainer.results.ResultsOptions;
import unitcell.trainer.results.Setting;
import unitcell.trainer.results.VisibleSpecies;

/** The options of {@code report} and what they resolve to. */
final class ReportArguments {
    private static final CommandOption<List<ModelRuns>> MODELS = CommandOption.several(
            "model",
            new ValueType<>(
                    "NAME=RUN[,RUN...]",
                    "a name of letters, digits, points, hyphens and underscores, '=', and runs or checkpoints"
                            + " separated by commas",
                    ReportArguments::model),
            "a model to measure: runs' folders (for their best checkpoint), RUN/latest or checkpoints; several are"
                    + " seeds of one model");
    private static final CommandOption<String> TEST = CommandOption.of(
            "test",
            ValueType.text("PATH"),
            "crystals to measure models on: a file, a folder or a quoted glob; .cif, .csv (column cif), .jsonl, gzip"
                    + " understood");
    private static final CommandOption<String> TRAIN = CommandOption.of(
            "train",
            ValueType.text("PATH"),
            "crystals that models were trained on, to tell new ones from; same formats");
    private static final CommandOption<List<Path>> FINETUNE = CommandOption.several(
            "finetune", ValueType.path("DIR"), "a fine-tuning run's folder, with its results.json");
    private static final CommandOption<Path> OUT = SharedOptions.OUT.byDefault("runs/report");
    private static final CommandOption<Integer> LIMIT = CommandOption.of(
                    "limit",
                    ValueType.integer(1, Integer.MAX_VALUE),
                    "most test crystals, spread evenly over the input")
            .without("all");
    private static final CommandOption<List<Double>> NOISE = CommandOption.of(
                    "noise",
                    ValueType.number(0, 10).list(),
                    "standard deviations of displacements, in shortest distances")
            .byDefault("0.1,0.2");
    private static final CommandOption<List<Double>> RATIOS = CommandOption.of(
                    "mask-ratio", ValueType.number(0, 1).list(), "shares of sites that random masks hide")
            .byDefault("0.15,0.3");
    private static final CommandOption<Integer> DRAWS = CommandOption.of(
                    "seeds-of-corruption",
                    ValueType.integer(1, 1000),
                    "how often each crystal is spoilt anew under each setting")
            .byDefault("1");
    private static final CommandOption<VisibleSpecies> CHOICE = CommandOption.of(
                    "visible-species",
                    ValueType.choice(choices()),
                    "species of visible sites in drawings, exchanges, matching and written crystals: free lets the"
                            + " network change them, as the paper does; kept does not; validity is told for both")
            .byDefault(VisibleSpecies.FREE.slug());
    private static final CommandOption<OxidationStates> OXIDATION = CommandOption.of(
                    "oxidation", ValueType.choice(oxidations()), "oxidation states to balance charges with")
            .byDefault(OxidationStates.SMACT14.slug());
    private static final CommandOption<List<Comparison>> COMPARE = CommandOption.several(
                    "compare",
                    new ValueType<>("A=B", "two names of models, as gan-0.1=gan-off", ReportArguments::comparison),
                    "also tell the differences A minus B")
            .without("gan-X with gan-off-X or gan-off");
    private static final CommandOption<Integer> MATCHED = CommandOption.of(
                    "matched",
                    ValueType.integer(0, Integer.MAX_VALUE),
                    "most test crystals, spread evenly, that a structure matcher compares; 0 for none")
            .byDefault("1000");
    private static final CommandOption<Boolean> NO_STRUCTURES =
            CommandOption.flag("no-structures", "do not write completed crystals");
    private static final CommandOption<Integer> CIFS = CommandOption.of(
                    "cifs",
                    ValueType.integer(0, 1_000_000),
                    "most completed crystals that also become CIF files of their own, for each model and setting")
            .byDefault("50");
    private static final CommandOption<Integer> SHOWN = CommandOption.of(
                    "shown", ValueType.integer(0, 50), "test crystals drawn for every model")
            .byDefault("6");

    static final List<CommandOption<?>> OPTIONS = List.of(
            MODELS,
            TEST,
            TRAIN,
            FINETUNE,
            OUT,
            LIMIT,
            NOISE,
            RATIOS,
            DRAWS,
            CHOICE,
            OXIDATION,
            COMPARE,
            MATCHED,
            NO_STRUCTURES,
            CIFS,
            SHOWN,
            SharedOptions.SEED,
            SharedOptions.THREADS,
            SharedOptions.DEVICE,
            SharedOptions.STRICT);

    private ReportArguments() {}

    private static Optional<ModelRuns> model(String text) {
        int equals = text.indexOf('=');
        if (equals < 0 || !text.substring(0, equals).matches(ModelRuns.NAME)) {
            return Optional.empty();
        }
        List<Path> runs = new ArrayList<>();
        for (String run : text.substring(equals + 1).split(",", -1)) {
            if (run.isBlank()) {
                return Optional.empty();
            }
            try {
                runs.add(Path.of(run.strip()));
            } catch (InvalidPathException e) {
                return Optional.empty();
            }
        }
        return Optional.of(new ModelRuns(text.substring(0, equals), runs));
    }

    private static Optional<Comparison> comparison(String text) {
        String[] names = text.split("=", -1);
        boolean fits = names.length == 2 && names[0].matches(ModelRuns.NAME) && names[1].matches(ModelRuns.NAME);
        return fits && !names[0].equals(names[1]) ? Optional.of(new Comparison(names[0], names[1])) : Optional.empty();
    }

    private static Map<String, VisibleSpecies> choices() {
        Map<String, VisibleSpecies> choices = new LinkedHashMap<>();
        for (VisibleSpecies choice : VisibleSpecies.values()) {
            choices.put(choice.slug(), choice);
        }
        return choices;
    }

    private static Map<String, OxidationStates> oxidations() {
        Map<String, OxidationStates> sets = new LinkedHashMap<>();
        for (OxidationStates set : OxidationStates.values()) {
            sets.put(set.slug(), set);
        }
        return sets;
    }

    /**
     * Resolves everything.
     *
     * @throws TrainerException if options contradict each other
     * @throws unitcell.crystal.io.InputException if an input names nothing that can be read
     */
    static ResultsOptions resolve(Arguments arguments) {
        List<ModelRuns> models = arguments.find(MODELS).orElse(List.of());
        List<Path> tuned = arguments.find(FINETUNE).orElse(List.of());
        if (models.isEmpty() && tuned.isEmpty()) {
            throw TrainerException.usage(
                    "nothing to report on: expected --model NAME=RUN with --test, or --finetune DIR, or both");
        }
        if (models.isEmpty() == arguments.find(TEST).isPresent()) {
            throw TrainerException.usage(
                    models.isEmpty()
                            ? "--test is given without a model to measure: expected --model NAME=RUN"
                            : "--model is given without crystals to measure it on: expected --test PATH");
        }
        if (arguments.isGiven(TRAIN) && arguments.get(MATCHED) == 0) {
            throw TrainerException.usage(
                    "--train tells new crystals from known ones, which --matched 0 forbids: leave one"
                            + " of them out");
        }
        for (CommandOption<?> option : List.of(TRAIN, COMPARE)) {
            if (models.isEmpty() && arguments.isGiven(option)) {
                throw TrainerException.usage("--" + option.name() + " goes only with --" + MODELS.name());
            }
        }
        return new ResultsOptions(
                models,
                arguments.find(TEST).map(CrystalSource::of),
                arguments.find(TRAIN).map(CrystalSource::of),
                tuned,
                Setting.grid(
                        List.copyOf(new TreeSet<>(arguments.get(NOISE))),
                        List.copyOf(new TreeSet<>(arguments.get(RATIOS)))),
                arguments.get(CHOICE),
                arguments.get(OXIDATION),
                arguments.find(COMPARE).orElse(List.of()),
                arguments.find(LIMIT).orElse(Integer.MAX_VALUE),
                arguments.get(DRAWS),
                arguments.get(MATCHED),
                !arguments.get(NO_STRUCTURES),
                arguments.get(CIFS),
                arguments.get(SHOWN),
                arguments.get(SharedOptions.SEED),
                arguments.get(SharedOptions.STRICT),
                arguments.get(OUT));
    }
}
