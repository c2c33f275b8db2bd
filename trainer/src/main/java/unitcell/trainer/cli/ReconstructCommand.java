package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import unitcell.crystal.Element;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.reconstruct.MaskChoice;
import unitcell.trainer.reconstruct.ReconstructionRun;
import unitcell.trainer.reconstruct.ReconstructionRun.HiddenSite;
import unitcell.trainer.reconstruct.ReconstructionRun.Outcome;
import unitcell.trainer.reconstruct.ReconstructionScore;
import unitcell.trainer.reconstruct.Reconstructor;
import unitcell.trainer.reconstruct.TrainedModel;
import unitcell.trainer.run.Progress;
import unitcell.trainer.run.ProgressOutput;
import unitcell.trainer.run.StopSignal;

/** {@code reconstruct}: completes crystals with a pre-trained network. */
final class ReconstructCommand implements Command {
    private static final int SHOWN = 20;
    private static final int WARNINGS = 10;

    private static final CommandOption<String> INPUT = SharedOptions.INPUT.mandatory();
    private static final CommandOption<Path> CHECKPOINT = SharedOptions.CHECKPOINT.mandatory();
    private static final CommandOption<Path> OUT = SharedOptions.OUT.byDefault("runs/reconstruct");
    private static final CommandOption<List<Element>> MASK = CommandOption.of(
            "mask",
            new ValueType<>(
                            "ELEMENT",
                            "an element's symbol such as Fe",
                            text -> Element.ofSymbol(text).filter(e -> !e.isUnknown()))
                    .list(),
            "hide all sites of these elements");
    private static final CommandOption<List<Integer>> SITES = CommandOption.of(
            "mask-sites",
            ValueType.integer(0, Integer.MAX_VALUE).list(),
            "hide these atoms, counted from 0 in the order of the file, each site followed by its symmetry images: the"
                    + " order of the CIF that is written");
    private static final CommandOption<Double> RATIO = CommandOption.of(
            "mask-ratio",
            ValueType.number(0, 1),
            "hide this share of each crystal's sites at random, as training does; 0 hides none, so that only positions"
                    + " are restored");
    private static final CommandOption<Double> NOISE = CommandOption.of(
                    "noise",
                    ValueType.number(0, 10),
                    "displace atoms first: standard deviation of each coordinate in shortest distances")
            .byDefault("0");
    private static final CommandOption<Integer> ROUNDS = CommandOption.of(
                    "rounds",
                    ValueType.integer(1, 100),
                    "passes through the network; each further one sees the positions of the one before and hides the"
                            + " same sites again")
            .byDefault("1");
    private static final CommandOption<Integer> TOP = CommandOption.of(
                    "top", ValueType.integer(1, Element.MAX_Z), "species to tell for each hidden site")
            .byDefault("5");
    private static final CommandOption<Boolean> ALL_SPECIES = CommandOption.flag(
            "all-species", "let the network choose the species of visible sites too, as the published code does");
    private static final CommandOption<Integer> EDGES = CommandOption.of(
                    "edges-per-batch", ValueType.integer(1, Integer.MAX_VALUE), "most edges and atoms of a batch")
            .byDefault(Long.toString(Reconstructor.EDGES_PER_BATCH));

    @Override
    public String name() {
        return "reconstruct";
    }

    @Override
    public String summary() {
        return "complete crystals: tell the species of hidden sites and restore positions";
    }

    @Override
    public String description() {
        return """
                Reads crystals, hides sites if asked to, and lets a pre-trained network tell the species of every hidden \
                site and the displacement of every atom. Sites with the element X are hidden always; without --mask, \
                --mask-sites or --mask-ratio they are the only ones. Visible sites keep their species.

                Writes cif/NAME.cif, one completed crystal each (space group P 1); species.csv, one row for each hidden \
                site with its true species if the input tells it, and the most probable ones with their probabilities; \
                skipped.csv, what could not be used and why. Results of an earlier run in --out are replaced.

                The table at the end compares with the input: how often the true species came first or among the first \
                five, how often the most frequent species of the training would have been right, and how far atoms are \
                from the input's positions before and after.

                A signal ends the run after the crystals in hand with status 75; what is complete is kept.""";
    }

    @Override
    public List<CommandOption<?>> options() {
        return List.of(
                INPUT,
                CHECKPOINT,
                OUT,
                MASK,
                SITES,
                RATIO,
                NOISE,
                ROUNDS,
                TOP,
                ALL_SPECIES,
                EDGES,
                SharedOptions.SEED,
                SharedOptions.THREADS,
                SharedOptions.DEVICE,
                SharedOptions.STRICT,
                SharedOptions.JSON);
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell reconstruct --input unknown.cif --checkpoint runs/mp",
                "./unitcell reconstruct --input data/cifs --checkpoint runs/mp --mask Fe --top 3",
                "./unitcell reconstruct --input 'data/*.csv.gz' --checkpoint runs/mp --mask-ratio 0.15 --noise 0.1");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.DEVICE, ExitCode.NON_FINITE, ExitCode.STOPPED);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        MaskChoice mask = mask(arguments);
        CrystalSource source = CrystalSource.of(arguments.get(INPUT));
        Devices.Choice choice = SharedOptions.device(arguments);
        console.line(choice.line());
        try (Device device = choice.device();
                TrainedModel model = TrainedModel.open(arguments.get(CHECKPOINT), device, console::warn);
                StopSignal stop = StopSignal.install(
                        "stopping after the crystals in hand; a second signal stops at once", console::warn)) {
            console.line(model.line());
            ReconstructionScore score =
                    new ReconstructionScore(model.baseline(), ValidityRules.of(OxidationStates.SMACT14));
            Outcome outcome = run(arguments, console, mask, source, model, score, stop);
            report(arguments, console, model, score, outcome);
            return outcome.stopped() ? ExitCode.STOPPED : ExitCode.OK;
        }
    }

    private static MaskChoice mask(Arguments arguments) {
        List<MaskChoice> choices = new ArrayList<>();
        arguments.find(MASK).ifPresent(elements -> choices.add(new MaskChoice.Elements(elements)));
        arguments.find(SITES).ifPresent(sites -> choices.add(new MaskChoice.Sites(sites)));
        arguments.find(RATIO).ifPresent(ratio -> choices.add(new MaskChoice.Random(ratio)));
        if (choices.size() > 1) {
            throw TrainerException.usage("--mask, --mask-sites and --mask-ratio: found " + choices.size()
                    + " of them, expected one at most");
        }
        return choices.isEmpty() ? new MaskChoice.Unknown() : choices.get(0);
    }

    private static Outcome run(
            Arguments arguments,
            Console console,
            MaskChoice mask,
            CrystalSource source,
            TrainedModel model,
            ReconstructionScore score,
            StopSignal stop)
            throws IOException {
        Reconstructor reconstructor = new Reconstructor(
                model,
                new Reconstructor.Options(arguments.get(ROUNDS), arguments.get(ALL_SPECIES), arguments.get(EDGES)));
        ReconstructionRun.Options options = new ReconstructionRun.Options(
                mask,
                arguments.get(NOISE),
                arguments.get(SharedOptions.SEED),
                arguments.get(TOP),
                arguments.get(SharedOptions.STRICT),
                SHOWN);
        try (CrystalRecords records = source.open();
                Progress progress = ProgressOutput.on(console.err()).start("reconstruct", "crystals", 0, -1)) {
            ReconstructionRun.Environment environment = new ReconstructionRun.Environment(progress, stop::requested);
            return new ReconstructionRun(reconstructor, options, score, environment, arguments.get(OUT)).run(records);
        }
    }

    private static void report(
            Arguments arguments, Console console, TrainedModel model, ReconstructionScore score, Outcome outcome)
            throws IOException {
        outcome.skipped().stream().limit(WARNINGS).forEach(s -> console.warn("skipped " + s.detail()));
        if (outcome.skipped().size() > WARNINGS) {
            console.warn("and " + (outcome.skipped().size() - WARNINGS) + " more, all listed in "
                    + arguments.get(OUT).resolve("skipped.csv"));
        }
        List<List<String>> rows = new ArrayList<>();
        for (HiddenSite site : outcome.shown()) {
            rows.add(List.of(
                    site.crystal(),
                    Integer.toString(site.site()),
                    site.truth().isUnknown() ? "?" : site.truth().symbol(),
                    String.join(
                            "  ",
                            site.guesses().stream()
                                    .map(g -> String.format(
                                            Locale.ROOT,
                                            "%s %.1f %%",
                                            g.element().symbol(),
                                            100 * g.probability()))
                                    .toList())));
        }
        if (!rows.isEmpty()) {
            console.table(List.of("crystal", "site", "true", "most probable"), rows);
        }
        if (outcome.hidden() > rows.size()) {
            console.line("and " + (outcome.hidden() - rows.size()) + " more sites in "
                    + arguments.get(OUT).resolve("species.csv"));
        }
        scores(console, score);
        console.print(
                "%s%d crystals completed, %d skipped; results in %s",
                outcome.stopped() ? "stopped: " : "",
                outcome.completed(),
                outcome.skipped().size(),
                arguments.get(OUT));
        Optional<Path> file = arguments.find(SharedOptions.JSON);
        if (file.isPresent()) {
            AtomicFiles.replace(
                    file.get(),
                    JsonObject.builder()
                            .put("stopped", outcome.stopped())
                            .put("completed", outcome.completed())
                            .put("skipped", outcome.skipped().size())
                            .put("hidden", outcome.hidden())
                            .put("model", model.toJson())
                            .put("score", score.toJson())
                            .put("out", arguments.get(OUT).toString())
                            .build()
                            .pretty());
        }
    }

    /** Species and positions only where there is a truth to compare with. */
    private static void scores(Console console, ReconstructionScore score) {
        boolean compares = score.conditions().stream()
                .anyMatch(condition -> score.row(condition).hidden() > 0 || condition.noise() > 0);
        if (compares) {
            console.line("");
            console.table(ReconstructionScore.HEADER, score.table());
            score.baseline().ifPresent(b -> console.line("most frequent species: " + b));
        }
        console.line("");
        console.table(ReconstructionScore.VALIDITY_HEADER, score.validityTable());
    }
}
