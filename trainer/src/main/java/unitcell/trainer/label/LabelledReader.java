package unitcell.trainer.label;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.crystal.io.RowFields;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.data.DataFilter;
import unitcell.trainer.data.DatasetReader.Skipped;
import unitcell.trainer.data.Exclusions;

/**
 * Reads crystals with the labels of a task: what can be read, is fit for training, is not excluded, and has every label
 * the task asks for. Whatever is left out is counted by its reason. Rows of the same id are separate rows. A row's crystal
 * system is what the table says in {@code crystal_system} or {@code spacegroup.number}, otherwise what the atoms say.
 */
public final class LabelledReader {
    private final Task task;
    private final DataFilter filter;
    private final Exclusions exclusions;
    private final RowLabels labels;
    private final CrystalStore.Builder crystals = new CrystalStore.Builder();
    private final List<double[]> values = new ArrayList<>();
    private final List<CrystalSystem> systems = new ArrayList<>();
    private final List<String> words = new ArrayList<>();
    private final List<Skipped> skipped = new ArrayList<>();

    private LabelledReader(Task task, DataFilter filter, Exclusions exclusions) {
        this.task = task;
        this.filter = filter;
        this.exclusions = exclusions;
        this.labels = new RowLabels(task);
    }

    /**
     * What was read.
     *
     * @param data rows with labels, in the order of the input
     * @param skipped everything left out, in the order of the input; its rule is the reason it is counted under
     */
    public record Result(LabelledCrystals data, List<Skipped> skipped) {
        /** How many were left out for each reason. */
        public Map<String, Integer> skippedByReason() {
            return count(skipped);
        }

        /** One line: rows read, and what was left out. */
        public String summary() {
            return data.size() + " rows with labels; left out: " + (skipped.isEmpty() ? "none" : skippedByReason());
        }
    }

    private static Map<String, Integer> count(List<Skipped> skipped) {
        Map<String, Integer> counts = new TreeMap<>();
        skipped.forEach(s -> counts.merge(s.rule(), 1, Integer::sum));
        return counts;
    }

    /**
     * Reads everything that is named.
     *
     * @param inputs files, folders or globs
     * @throws unitcell.crystal.io.InputException if one of them names nothing that can be read
     * @throws TrainerException if no row has labels
     */
    public static Result read(Task task, List<String> inputs, DataFilter filter) {
        return read(task, inputs, filter, Exclusions.NONE);
    }

    /** As {@link #read(Task, List, DataFilter)}, without crystals that are excluded. */
    public static Result read(Task task, List<String> inputs, DataFilter filter, Exclusions exclusions) {
        LabelledReader reader = new LabelledReader(task, filter, exclusions);
        try (CrystalRecords records =
                CrystalSource.of(inputs.toArray(String[]::new)).open()) {
            while (records.hasNext()) {
                reader.add(records.next());
            }
        }
        return reader.result(inputs);
    }

    private void add(CrystalRecord record) {
        switch (record) {
            case CrystalRecord.Accepted a -> add(a);
            case CrystalRecord.Refused r -> skip(r, "refused", r.message());
            case CrystalRecord.CompositionOnly c ->
                skip(c, "refused", c.where() + ": a composition without a structure");
        }
    }

    private void add(CrystalRecord.Accepted record) {
        Crystal crystal = record.crystal();
        double[] label;
        try {
            label = labels.of(record.fields());
        } catch (RowLabels.Refusal e) {
            skip(record, e.reason(), record.where() + ": " + e.getMessage());
            return;
        }
        if (exclusions.excludes(crystal)) {
            skip(record, "excluded", "its id or composition is excluded");
            return;
        }
        Optional<DataFilter.Refusal> refusal = filter.refusal(crystal);
        if (refusal.isPresent()) {
            skip(
                    record,
                    refusal.get().rule(),
                    record.where() + ": " + refusal.get().detail());
            return;
        }
        crystals.add(crystal);
        values.add(label);
        systems.add(CrystalSystems.of(crystal, record.fields()));
        words.add(word(record.fields()));
    }

    private String word(RowFields fields) {
        return task.split().by() instanceof SplitRule.ByColumn c
                ? fields.text(c.column()).map(String::strip).orElse(null)
                : null;
    }

    private void skip(CrystalRecord record, String rule, String detail) {
        skipped.add(new Skipped(record.id(), rule, detail));
    }

    private Result result(List<String> inputs) {
        if (values.isEmpty()) {
            String first =
                    skipped.isEmpty() ? "there are no rows" : skipped.get(0).detail();
            throw TrainerException.input("no row of " + String.join(", ", inputs) + " has labels for task "
                    + task.name() + ": " + reasons() + "; the first: " + first);
        }
        LabelledCrystals data = new LabelledCrystals(
                task,
                crystals.build(),
                values.toArray(double[][]::new),
                systems.toArray(CrystalSystem[]::new),
                words.toArray(String[]::new));
        return new Result(data, List.copyOf(skipped));
    }

    private String reasons() {
        return count(skipped).entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
                .limit(3)
                .map(e -> e.getValue() + " rows: " + e.getKey())
                .collect(Collectors.joining(", "));
    }
}
