package unitcell.engine.cpu;

import java.util.ArrayList;
import java.util.List;
import unitcell.engine.kernel.SphericalLayout;

/**
 * How the rows of a Wigner matrix are visited for one {@link SphericalLayout}: degree by degree, in groups of one to five
 * orders. A group's kernel is straight-line code that keeps one accumulator for each of its rows; five rows of two vectors
 * (m = 0, +1, -1, +2, -2) are as many as fit the registers together with their operands, so that higher orders follow in
 * groups of four.
 *
 * <p>Offsets are in elements. Immutable; shared by all threads.
 */
final class VectorRotationPlan {
    /** The rows of one degree that a kernel handles together: orders 0, +1, -1, +2, -2 or a part of such a list. */
    static final class Group {
        /** Degree. */
        final int degree;
        /** Coefficients of the degree, and of a row of its Wigner block. */
        final int width;
        /** First coefficient of the degree in a node tensor. */
        final int first;
        /** Where each row's Wigner coefficients start in an edge's packed matrix. */
        final int[] wigner;
        /** The rows in an edge tensor. */
        final int[] packed;
        /** The rows' radial slots; +m and -m share one. */
        final int[] slot;

        private Group(int degree, List<Integer> orders, int[] packedRow, int[] radialSlot) {
            this.degree = degree;
            width = 2 * degree + 1;
            first = degree * degree;
            int size = orders.size();
            wigner = new int[size];
            packed = new int[size];
            slot = new int[size];
            for (int i = 0; i < size; i++) {
                int m = orders.get(i);
                wigner[i] = SphericalLayout.wignerOffset(degree) + (degree + m) * width;
                packed[i] = packedRow[first + degree + m];
                slot[i] = radialSlot[packed[i]];
            }
        }

        int size() {
            return packed.length;
        }
    }

    final SphericalLayout layout;
    /** S, coefficients of a node. */
    final int coefficients;
    /** R, rows of an edge. */
    final int reduced;
    /** Numbers in an edge's packed Wigner matrix. */
    final int wignerSize;
    /** All rows in groups, by degree. */
    final Group[] groups;
    /** The rows that share each radial slot. */
    final int[][] slotRows;

    VectorRotationPlan(SphericalLayout layout) {
        this.layout = layout;
        coefficients = layout.coefficients();
        reduced = layout.reduced();
        wignerSize = layout.wignerSize();
        int[] nodeRows = layout.nodeRows();
        int[] radialSlot = layout.radialSlot();
        int[] packedRow = new int[coefficients];
        List<List<Integer>> bySlot = new ArrayList<>();
        for (int s = 0; s < layout.radialSlots(); s++) {
            bySlot.add(new ArrayList<>());
        }
        for (int r = 0; r < reduced; r++) {
            packedRow[nodeRows[r]] = r;
            bySlot.get(radialSlot[r]).add(r);
        }
        slotRows = bySlot.stream().map(VectorRotationPlan::array).toArray(int[][]::new);
        List<Group> all = new ArrayList<>();
        for (int l = 0; l <= layout.lmax(); l++) {
            int top = Math.min(l, layout.mmax());
            for (int m = 0; m <= top; m += m == 0 ? 3 : 2) {
                all.add(new Group(l, orders(m, top), packedRow, radialSlot));
            }
        }
        groups = all.toArray(Group[]::new);
    }

    /** 0, +-1, +-2, or from {@code m} > 0 on +-m, +-(m+1), as far as the orders go. */
    private static List<Integer> orders(int m, int top) {
        List<Integer> out = new ArrayList<>();
        for (int k = m; k <= Math.min(top, m == 0 ? 2 : m + 1); k++) {
            out.add(k);
            if (k > 0) {
                out.add(-k);
            }
        }
        return out;
    }

    private static int[] array(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    /** An array for {@link #read}. */
    float[] wigner() {
        return new float[wignerSize];
    }

    /**
     * Copies an edge's packed Wigner matrix to the heap: in a counted loop over an array the bounds check of a scalar that
     * is broadcast vanishes, which doubles the speed of the kernels compared with reading it in place.
     */
    void read(long address, float[] wigner) {
        int whole = Lanes.whole(wignerSize);
        for (int i = 0; i < whole; i += Lanes.WIDTH) {
            Lanes.loadAt(address, i).intoArray(wigner, i);
        }
        for (int i = whole; i < wignerSize; i++) {
            wigner[i] = Lanes.getAt(address, i);
        }
    }
}
