package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import unitcell.crystal.io.CrystalSource;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.io.AtomicFiles;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.eval.ValidityCount;
import unitcell.trainer.eval.ValidityReport;

/** {@code evaluate}: which share of a set of crystals is valid. */
final class EvaluateCommand implements Command {
    private static final int WARNINGS = 10;

    private static final CommandOption<String> INPUT = SharedOptions.INPUT
            .mandatory()
            .explained(
                    "crystals: a file, a folder or a quoted glob; .cif, .csv (column cif or structure; or composition"
                            + " or formula, for the charges alone), .json, .jsonl, gzip understood");
    static final CommandOption<OxidationStates> OXIDATION = CommandOption.of(
                    "oxidation", ValueType.choice(sets()), "oxidation states to balance charges with")
            .byDefault(OxidationStates.SMACT14.slug());
    private static final CommandOption<Path> DETAILS = CommandOption.of(
            "details",
            ValueType.path("FILE.csv"),
            "also write one verdict for each row, with the reason, to FILE.csv; with --checkpoint one row for each"
                    + " trial");

    private static Map<String, OxidationStates> sets() {
        Map<String, OxidationStates> sets = new LinkedHashMap<>();
        for (OxidationStates set : OxidationStates.values()) {
            sets.put(set.slug(), set);
        }
        return sets;
    }

    @Override
    public String name() {
        return "evaluate";
    }

    @Override
    public String summary() {
        return "tell which share of crystals is valid, or how well a model completes them";
    }

    @Override
    public String description() {
        return """
            Judges crystals by the two rules that generative models are compared by since CDVAE (arXiv 2110.06197). \
            Structure: sites keep a distance of 0.5 A over all periodic images, and the cell has a volume of 0.1 A^3. \
            Composition: charges balance for some choice of one oxidation state for each element, with anions more \
            electronegative than cations; elements alone and metals among themselves pass. Cells and coordinates that \
            make no structure count as invalid.

            Oxidation states: smact14, SMACT's original set, is what most published numbers mean; icsd24 is SMACT's \
            default since version 3 and stricter; smact-2.2.1 repeats the release that CDVAE pins, which passes most \
            compounds of promethium. Results under different sets must not be compared.

            About one real crystal in ten fails the rule of charges: judge the crystals a model learnt from with the \
            same command and quote both.

            With --checkpoint the input is the truth: a pre-trained network completes spoilt copies of it. For each \
            mask and noise one row tells how often the hidden species came first or among the first five, how often \
            the most frequent species of the training would have been right, and the mean distance of atoms from \
            where they belong before and after; then the validity of the truth, of the completed crystals, and of \
            the spoilt ones with the most frequent species. Take crystals that the network was not trained on.\
            """;
    }

    @Override
    public List<CommandOption<?>> options() {
        List<CommandOption<?>> options = new ArrayList<>(List.of(INPUT, OXIDATION, DETAILS, EvaluateModel.CHECKPOINT));
        options.addAll(EvaluateModel.OPTIONS);
        options.addAll(List.of(SharedOptions.THREADS, SharedOptions.STRICT, SharedOptions.JSON));
        return options;
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell evaluate --input generated.jsonl.gz",
                "./unitcell evaluate --input runs/reconstruct/cif --details verdicts.csv",
                "./unitcell evaluate --input compositions.csv --oxidation icsd24 --json validity.json",
                "./unitcell evaluate --input test.csv.gz --checkpoint runs/mp --noise 0.1,0.2 --details trials.csv");
    }

    @Override
    public Set<ExitCode> furtherExitCodes() {
        return Set.of(ExitCode.DEVICE, ExitCode.NON_FINITE, ExitCode.STOPPED);
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        boolean completes = arguments.find(EvaluateModel.CHECKPOINT).isPresent();
        for (CommandOption<?> option : EvaluateModel.OPTIONS) {
            if (!completes && arguments.isGiven(option)) {
                throw TrainerException.usage(
                        "--" + option.name() + " goes only with --" + EvaluateModel.CHECKPOINT.name());
            }
        }
        CrystalSource source = CrystalSource.of(arguments.get(INPUT));
        OxidationStates set = arguments.get(OXIDATION);
        long[] skipped = {0};
        Consumer<String> warn = message -> {
            if (++skipped[0] <= WARNINGS) {
                console.warn("skipped " + message);
            } else if (skipped[0] == WARNINGS + 1) {
                console.warn("skipped more, not warned of one by one"
                        + arguments
                                .find(DETAILS)
                                .map(file -> "; all are listed in " + file)
                                .orElse(""));
            }
        };
        if (completes) {
            return EvaluateModel.run(arguments, console, source, set, arguments.find(DETAILS), warn);
        }
        judge(arguments, console, source, set, warn);
        return ExitCode.OK;
    }

    private static void judge(
            Arguments arguments, Console console, CrystalSource source, OxidationStates set, Consumer<String> skipped)
            throws IOException {
        ValidityCount count = new ValidityReport(
                        ValidityRules.of(set),
                        SharedOptions.threads(arguments),
                        arguments.get(SharedOptions.STRICT),
                        arguments.find(DETAILS),
                        skipped)
                .judge(source);
        console.table(ValidityCount.HEADER, count.table());
        console.print("%d judged, %d skipped; oxidation states %s", count.judged(), count.skipped(), set.slug());
        Optional<Path> json = arguments.find(SharedOptions.JSON);
        if (json.isPresent()) {
            AtomicFiles.replace(json.get(), count.toJson().pretty());
        }
    }
}
