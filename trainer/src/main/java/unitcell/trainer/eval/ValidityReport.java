package unitcell.trainer.eval;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.crystal.io.Plausibility;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.io.AtomicFiles;
import unitcell.trainer.TrainerException;

/**
 * Judges all crystals of an input and tells the outcome: counts, a table of all verdicts, and what could not be read.
 *
 * @param rules to judge by
 * @param threads to use
 * @param strict whether a row that cannot be read is a failure
 * @param details file for all verdicts, {@code row,id,formula,structure,composition,valid,reason} as CSV, one line for
 *     each record of the input; verdicts are {@code true}, {@code false} or, where there is none, empty
 * @param skipped hears of each row that cannot be read, one line
 */
public record ValidityReport(
        ValidityRules rules, int threads, boolean strict, Optional<Path> details, Consumer<String> skipped) {

    /**
     * Judges an input.
     *
     * @throws TrainerException if nothing can be read, or not everything and {@code strict}
     */
    public ValidityCount judge(CrystalSource source) throws IOException {
        ValidityCount count = new ValidityCount();
        if (details.isPresent()) {
            AtomicFiles.replace(details.get(), place -> {
                try (CsvWriter csv = CsvWriter.builder().build(place)) {
                    csv.writeRecord("row", "id", "formula", "structure", "composition", "valid", "reason");
                    judge(source, count, judgement -> csv.writeRecord(row(count, judgement)));
                }
            });
        } else {
            judge(source, count, judgement -> {});
        }
        return count;
    }

    private void judge(CrystalSource source, ValidityCount count, ValidityRun.Sink sink) throws IOException {
        String[] first = {""};
        try (CrystalRecords records = source.open(Plausibility.REPORTED)) {
            new ValidityRun(rules, threads).run(records, judgement -> {
                if (judgement instanceof Judgement.Unreadable u) {
                    if (strict) {
                        throw TrainerException.input(u.message());
                    }
                    first[0] = count.skipped() == 0 ? u.message() : first[0];
                    skipped.accept(u.message());
                }
                count.add(judgement);
                sink.judged(judgement);
            });
        }
        if (count.judged() == 0) {
            throw TrainerException.input(
                    first[0] + (count.skipped() > 1 ? " (and " + (count.skipped() - 1) + " more)" : "")
                            + ": nothing left to judge");
        }
    }

    private static List<String> row(ValidityCount count, Judgement judgement) {
        String number = Long.toString(count.judged() + count.skipped());
        return switch (judgement) {
            case Judgement.Judged j ->
                List.of(
                        number,
                        j.id(),
                        j.formula(),
                        j.structure().map(String::valueOf).orElse(""),
                        Boolean.toString(j.composition()),
                        Boolean.toString(j.valid()),
                        j.reason());
            case Judgement.Unreadable u -> List.of(number, u.id(), "", "", "", "", "skipped: " + u.message());
        };
    }
}
