package unitcell.crystal.symmetry;

import java.util.List;

/**
 * The symmetry that a crystal has within a tolerance.
 *
 * @param system its crystal system
 * @param operations one operation for each element of the point group, on fractional coordinates of the primitive cell
 *     in which they were found; the identity first
 * @param cells number of primitive cells in the given cell
 * @param tolerance the tolerance in angstrom at which the operations form a group: what was asked for, or less
 */
public record Symmetry(CrystalSystem system, List<Operation> operations, int cells, double tolerance) {
    public Symmetry {
        operations = List.copyOf(operations);
    }

    /** Number of elements of the point group: 1 to 48. */
    public int pointGroupOrder() {
        return operations.size();
    }

    /** Whether the crystal has an inversion centre. */
    public boolean hasInversion() {
        return operations.stream().anyMatch(o -> PointGroup.isInversion(o.rotation()));
    }

    /**
     * The operation that takes fractional coordinates f, a row, to {@code f @ rotation + translation}. Arrays are not
     * copied.
     *
     * @param rotation [3, 3] integers, row-major, determinant +1 or -1
     * @param translation [3] within [0, 1)
     */
    public record Operation(int[] rotation, double[] translation) {}
}
