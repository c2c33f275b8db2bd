package unitcell.trainer.label;

import java.util.Arrays;
import java.util.Optional;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.trainer.data.CrystalStore;

/**
 * Crystals and what is known of them, row by row.
 *
 * @param task whose labels they are
 * @param crystals B crystals
 * @param labels [B, T] in the unit of the table; the index of a class
 * @param systems [B], null where unknown
 * @param words [B] in the column that the task's split names, null where the row has none or the split names no column
 */
public record LabelledCrystals(
        Task task, CrystalStore crystals, double[][] labels, CrystalSystem[] systems, String[] words) {
    public LabelledCrystals {
        int rows = crystals.size();
        if (labels.length != rows || systems.length != rows || words.length != rows) {
            throw new IllegalArgumentException("labelled crystals: " + rows + " crystals, " + labels.length
                    + " labels, " + systems.length + " crystal systems and " + words.length + " words of the split");
        }
        for (double[] label : labels) {
            if (label.length != task.width()) {
                throw new IllegalArgumentException(
                        "labelled crystals: a label of " + label.length + " numbers, expected " + task.width());
            }
        }
    }

    /** Number of crystals B. */
    public int size() {
        return labels.length;
    }

    /** Crystal system of a row, if known. */
    public Optional<CrystalSystem> system(int row) {
        return Optional.ofNullable(systems[row]);
    }

    /** The rows at the given places, in that order. */
    public LabelledCrystals subset(int[] rows) {
        return new LabelledCrystals(
                task,
                crystals.subset(rows),
                Arrays.stream(rows).mapToObj(i -> labels[i]).toArray(double[][]::new),
                Arrays.stream(rows).mapToObj(i -> systems[i]).toArray(CrystalSystem[]::new),
                Arrays.stream(rows).mapToObj(i -> words[i]).toArray(String[]::new));
    }
}
