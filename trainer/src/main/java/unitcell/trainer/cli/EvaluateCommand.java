package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import unitcell.crystal.io.CrystalSource;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.io.AtomicFiles;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.eval.ValidityCount;
import unitcell.trainer.eval.ValidityReport;

/** {@code evaluate}: which share of a set of crystals is valid. */
final class EvaluateCommand implements Command {
    private static final int WARNINGS = 10;

    private static final CommandOption<String> INPUT = SharedOptions.INPUT
            .mandatory()
            .explained("crystals: a file, a folder or a quoted glob; .cif, .csv (column cif; or composition or formula,"
                    + " for the charges alone), .jsonl, gzip understood");
    private static final CommandOption<OxidationStates> OXIDATION = CommandOption.of(
                    "oxidation", ValueType.choice(sets()), "oxidation states to balance charges with")
            .byDefault(OxidationStates.SMACT14.slug());
    private static final CommandOption<Path> DETAILS = CommandOption.of(
            "details", ValueType.path("FILE.csv"), "also write one verdict for each row, with the reason, to FILE.csv");

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
        return "tell which share of crystals is valid: atoms keep a distance, charges balance";
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
                same command and quote both.""";
    }

    @Override
    public List<CommandOption<?>> options() {
        return List.of(INPUT, OXIDATION, DETAILS, SharedOptions.THREADS, SharedOptions.STRICT, SharedOptions.JSON);
    }

    @Override
    public List<String> examples() {
        return List.of(
                "./unitcell evaluate --input generated.jsonl.gz",
                "./unitcell evaluate --input runs/reconstruct/cif --details verdicts.csv",
                "./unitcell evaluate --input compositions.csv --oxidation icsd24 --json validity.json");
    }

    @Override
    public ExitCode run(Arguments arguments, Console console) throws IOException {
        OxidationStates set = arguments.get(OXIDATION);
        CrystalSource source = CrystalSource.of(arguments.get(INPUT));
        int[] refused = {0};
        ValidityReport report = new ValidityReport(
                ValidityRules.of(set),
                SharedOptions.threads(arguments),
                arguments.get(SharedOptions.STRICT),
                arguments.find(DETAILS),
                message -> {
                    if (++refused[0] <= WARNINGS) {
                        console.warn("skipped " + message);
                    }
                });
        ValidityCount count = report.judge(source);
        if (refused[0] > WARNINGS) {
            console.warn("and " + (refused[0] - WARNINGS) + " more"
                    + (arguments.isGiven(DETAILS)
                            ? ", all listed in " + arguments.find(DETAILS).get()
                            : "; --details lists all"));
        }
        console.table(ValidityCount.HEADER, count.table());
        console.print("%d judged, %d skipped; oxidation states %s", count.judged(), count.skipped(), set.slug());
        Optional<Path> json = arguments.find(SharedOptions.JSON);
        if (json.isPresent()) {
            AtomicFiles.replace(json.get(), count.toJson().pretty());
        }
        return ExitCode.OK;
    }
}
