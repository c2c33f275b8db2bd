package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.reconstruct.MaskChoice;
import unitcell.trainer.reconstruct.ReconstructionCounts;
import unitcell.trainer.reconstruct.ReconstructionRun;
import unitcell.trainer.reconstruct.ReconstructionRun.HiddenSite;
import unitcell.trainer.reconstruct.ReconstructionRun.Outcome;
import unitcell.trainer.reconstruct.ReconstructionScore;
import unitcell.trainer.reconstruct.Reconstructor;
import unitcell.trainer.reconstruct.TrainedModel;
import unitcell.trainer.reconstruct.guide.Guidance;
import unitcell.trainer.run.Progress;
import unitcell.trainer.run.ProgressOutput;
import unitcell.trainer.run.StopSignal;

/** {@code reconstruct}: completes crystals with a pre-trained network. */
final class ReconstructCommand implements Command {
    private static final int SHOWN = 20;

    private static final CommandOption<String> INPUT = SharedOptions.INPUT.mandatory();
    private static final CommandOption<Path> CHECKPOINT = SharedOptions.CHECKPOINT.mandatory();
    private static final CommandOption<Path> OUT = SharedOptions.OUT.byDefault("runs/reconstruct");

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
            --mask-sites, --mask-ratio or --mask-species they are the only ones. Visible sites keep their species.

            Each hidden site gets its most probable species, unless something is wanted of them together: elements \
            allowed (--allow, --allow-at; probabilities are renormalised over them), a composition (--composition), \
            balanced charges (--neutral), one element for equivalent sites (--keep-symmetry), several candidates \
            (--candidates), in any combination. Then the assignment \
            with the highest sum of log-probabilities over the hidden sites is taken that fulfils all of it: an exact \
            search, not a correction of the single guesses. A crystal that cannot have the composition, or a site \
            that no allowed element fits, is skipped with the reason. A search for balanced charges ends after \
            --search-limit compositions; a crystal for which it found none is completed all the same, and \
            candidates.csv has neutral=no and says whether none exists or the limit was met.

            Candidates are different structures: of assignments that a symmetry of the sites (within 0.1 A) makes \
            equal only the most probable counts. They are the --candidates most probable ones. Their order is that of \
            log-probability; with --discriminator, a fine-tuned classifier of stability, of log-probability plus the \
            logarithm of P(stable); with --target of the distance of the predicted property from the value, equal \
            ones as before; with both, candidates with a P(stable) of at least 0.5 come before the others.

            Writes cif/NAME.cif, one completed crystal each (space group P 1), or cif/NAME.candK.cif with K from 1; \
            species.csv, one row for each hidden site of each file with its true species if the input tells it, the \
            chosen one, and the most probable ones with the probabilities that the network gives them, whatever is \
            allowed; candidates.csv, one row for each file with rank, log-probability, and validity by the rules of \
            evaluate; skipped.csv, what could not be used and why. Results of an earlier run in --out are replaced.

            The table at the end compares with the input: how often the true species came first or among the first \
            five, how often the most frequent species of the training would have been right, and how far atoms are \
            from the input's positions before and after. Where species are guided, a line tells how often the chosen \
            one was the true one.

            A signal ends the run after the crystals in hand with status 75; what is complete is kept.\
            """;
    }

    @Override
    public List<CommandOption<?>> options() {
        List<CommandOption<?>> options = new ArrayList<>(List.of(INPUT, CHECKPOINT, OUT));
        options.addAll(ReconstructArguments.SPOIL);
        options.addAll(ReconstructArguments.GUIDE);
        options.addAll(ReconstructArguments.RANK);
        options.addAll(ReconstructArguments.PASSES);
        options.addAll(List.of(
                SharedOptions.SEED,
                SharedOptions.THREADS,
                SharedOptions.DEVICE,
                SharedOptions.STRICT,
                SharedOptions.JSON));
        return options;
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell reconstruct --input unknown.cif --checkpoint runs/mp",
                "./unitcell reconstruct --input data/cifs --checkpoint runs/mp --mask Fe --top 3",
                "./unitcell reconstruct --input unknown.cif --checkpoint runs/mp --allow Fe,Co,Ni --neutral",
                "./unitcell reconstruct --input unknown.cif --checkpoint runs/mp --allow-at '0=Fe,Co;3=O' --candidates"
                        + " 5",
                "./unitcell reconstruct --input frame.cif --checkpoint runs/mp --composition LiFePO4",
                "./unitcell reconstruct --input frame.cif --checkpoint runs/mp --candidates 20 --neutral"
                        + " --discriminator runs/stability --target runs/bulk=max",
                "./unitcell reconstruct --input 'data/*.csv.gz' --checkpoint runs/mp --mask-ratio 0.15 --noise 0.1");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.DEVICE, ExitCode.NON_FINITE, ExitCode.STOPPED);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        MaskChoice mask = ReconstructArguments.mask(arguments);
        Guidance guidance = ReconstructArguments.guidance(arguments);
        CrystalSource source = CrystalSource.of(arguments.get(INPUT));
        Devices.Choice choice = SharedOptions.device(arguments);
        console.line(choice.line());
        try (Device device = choice.device();
                TrainedModel model = TrainedModel.open(arguments.get(CHECKPOINT), device, console::warn);
                ReconstructScorers scorers = ReconstructScorers.open(arguments, device, console);
                StopSignal stop = StopSignal.install(
                        "stopping after the crystals in hand; a second signal stops at once", console::warn)) {
            console.line(model.line());
            ReconstructionScore score =
                    new ReconstructionScore(model.baseline(), ReconstructArguments.rules(arguments));
            Outcome outcome = run(arguments, console, mask, guidance, source, model, scorers, score, stop);
            report(arguments, console, guidance, model, scorers, score, outcome);
            return outcome.stopped() ? ExitCode.STOPPED : ExitCode.OK;
        }
    }

    private static Outcome run(
            Arguments arguments,
            Console console,
            MaskChoice mask,
            Guidance guidance,
            CrystalSource source,
            TrainedModel model,
            ReconstructScorers scorers,
            ReconstructionScore score,
            StopSignal stop)
            throws IOException {
        Reconstructor reconstructor = new Reconstructor(model, ReconstructArguments.passes(arguments), guidance);
        ReconstructionRun.Options options = new ReconstructionRun.Options(
                mask,
                arguments.get(ReconstructArguments.NOISE),
                arguments.get(SharedOptions.SEED),
                guidance.candidates() > 1,
                scorers.ranking(),
                ReconstructArguments.rules(arguments),
                arguments.get(ReconstructArguments.TOP),
                arguments.get(SharedOptions.STRICT),
                SHOWN);
        try (CrystalRecords records = source.open();
                Progress progress = ProgressOutput.on(console.err()).start("reconstruct", "crystals", 0, -1)) {
            ReconstructionRun.Environment environment = new ReconstructionRun.Environment(progress, stop::requested);
            return new ReconstructionRun(reconstructor, options, score, environment, arguments.get(OUT)).run(records);
        }
    }

    private static void report(
            Arguments arguments,
            Console console,
            Guidance guidance,
            TrainedModel model,
            ReconstructScorers scorers,
            ReconstructionScore score,
            Outcome outcome)
            throws IOException {
        Path out = arguments.get(OUT);
        ReconstructionCounts counts = outcome.counts();
        SkippedWarnings.say(console, outcome.skipped(), counts.skipped(), out.resolve("skipped.csv"));
        List<List<String>> rows =
                outcome.shown().stream().map(ReconstructCommand::row).toList();
        if (!rows.isEmpty()) {
            console.table(List.of("crystal", "site", "true", "chosen", "most probable"), rows);
        }
        if (counts.hidden() > rows.size()) {
            console.line("and " + (counts.hidden() - rows.size()) + " more sites in " + out.resolve("species.csv"));
        }
        scores(console, score);
        guided(console, guidance, counts, out);
        console.print(
                "%s%d crystals completed, %d skipped; results in %s",
                outcome.stopped() ? "stopped: " : "", counts.completed(), counts.skipped(), out);
        Optional<Path> file = arguments.find(SharedOptions.JSON);
        if (file.isPresent()) {
            AtomicFiles.replace(
                    file.get(),
                    scorers.put(counts.put(JsonObject.builder().put("stopped", outcome.stopped())))
                            .put("model", model.toJson())
                            .put("score", score.toJson())
                            .put("out", out.toString())
                            .build()
                            .pretty());
        }
    }

    private static List<String> row(HiddenSite site) {
        List<String> guesses = site.guesses().stream()
                .map(g -> String.format(Locale.ROOT, "%s %.1f %%", g.element().symbol(), 100 * g.probability()))
                .toList();
        return List.of(
                site.crystal(),
                Integer.toString(site.site()),
                site.truth().isUnknown() ? "?" : site.truth().symbol(),
                site.chosen().symbol(),
                String.join("  ", guesses));
    }

    /** What guiding the species came to. */
    private static void guided(Console console, Guidance guidance, ReconstructionCounts counts, Path out) {
        if (guidance.isNone()) {
            return;
        }
        console.line("");
        if (counts.known() > 0) {
            console.print(
                    "chosen species: %d of %d right (%.1f %%)",
                    counts.right(), counts.known(), 100.0 * counts.right() / counts.known());
        }
        if (guidance.neutral().isPresent()) {
            console.print(
                    "neutral: %d of %d crystals%s",
                    counts.completed() - counts.charged(),
                    counts.completed(),
                    counts.charged() > 0 ? "; the others have neutral=no in " + out.resolve("candidates.csv") : "");
        }
        if (guidance.candidates() > 1) {
            console.print(
                    "candidates: %d of %d crystals%s",
                    counts.files(),
                    counts.completed(),
                    counts.fewer() > 0
                            ? "; " + counts.fewer() + " crystals have fewer than " + guidance.candidates()
                                    + ", see note in " + out.resolve("candidates.csv")
                            : "");
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
