package unitcell.trainer.label;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import unitcell.trainer.data.DataFilter;
import unitcell.trainer.data.DatasetReader.Skipped;

/** Reads crystals with the labels of a task. */
public final class LabelledReader {
    private LabelledReader() {}

    /**
     * What was read.
     *
     * @param data rows with labels, in the order of the input
     * @param skipped everything left out, in the order of the input; its rule is the reason it is counted under
     */
    public record Result(LabelledCrystals data, List<Skipped> skipped) {
        /** How many were left out for each reason. */
        public Map<String, Integer> skippedByReason() {
            Map<String, Integer> counts = new TreeMap<>();
            skipped.forEach(s -> counts.merge(s.rule(), 1, Integer::sum));
            return counts;
        }
    }

    /**
     * Reads everything that is named.
     *
     * @param inputs files, folders or globs
     * @throws unitcell.crystal.io.InputException if one of them names nothing that can be read
     * @throws unitcell.trainer.TrainerException if no row has labels
     */
    public static Result read(Task task, List<String> inputs, DataFilter filter) {
        throw new UnsupportedOperationException("read " + inputs);
    }
}
