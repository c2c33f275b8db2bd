package unitcell.crystal.symmetry;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Crystal systems of groups of unimodular 3x3 matrices, row-major {@code int[9]}.
 *
 * <p>The system depends on the proper parts of the elements (the matrix, or minus the matrix where its determinant is
 * -1): they form one of the eleven rotation groups 1, 2, 3, 4, 6, 222, 32, 422, 622, 23, 432, one for each Laue class.
 */
final class PointGroup {
    private PointGroup() {}

    /** The system of a group; empty if the matrices are not one of the crystallographic point groups. */
    static Optional<CrystalSystem> system(List<int[]> matrices) {
        if (!isClosed(matrices)) {
            return Optional.empty();
        }
        Set<Long> rotations = new HashSet<>();
        boolean fourfold = false;
        boolean sixfold = false;
        for (int[] m : matrices) {
            int sign = determinant(m);
            rotations.add(code(Arrays.stream(m).map(x -> sign * x).toArray()));
            int trace = sign * (m[0] + m[4] + m[8]);
            fourfold |= trace == 1;
            sixfold |= trace == 2;
        }
        return switch (rotations.size()) {
            case 1 -> Optional.of(CrystalSystem.TRICLINIC);
            case 2 -> Optional.of(CrystalSystem.MONOCLINIC);
            case 3 -> Optional.of(CrystalSystem.TRIGONAL);
            case 4 -> Optional.of(fourfold ? CrystalSystem.TETRAGONAL : CrystalSystem.ORTHORHOMBIC);
            case 6 -> Optional.of(sixfold ? CrystalSystem.HEXAGONAL : CrystalSystem.TRIGONAL);
            case 8 -> Optional.of(CrystalSystem.TETRAGONAL);
            case 12 -> Optional.of(sixfold ? CrystalSystem.HEXAGONAL : CrystalSystem.CUBIC);
            case 24 -> Optional.of(CrystalSystem.CUBIC);
            default -> Optional.empty();
        };
    }

    // A finite set closed under multiplication, of invertible matrices, is a group.
    private static boolean isClosed(List<int[]> matrices) {
        long[] all = matrices.stream().mapToLong(PointGroup::code).sorted().toArray();
        for (int[] a : matrices) {
            for (int[] b : matrices) {
                if (Arrays.binarySearch(all, code(product(a, b))) < 0) {
                    return false;
                }
            }
        }
        return true;
    }

    // One number for each matrix with entries from -64 to 63; those of a reduced basis are within -2 to 2.
    private static long code(int[] m) {
        long code = 0;
        for (int x : m) {
            code = code << 7 | (x + 64);
        }
        return code;
    }

    private static int[] product(int[] a, int[] b) {
        int[] out = new int[9];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                out[3 * i + j] = a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j];
            }
        }
        return out;
    }

    static int determinant(int[] m) {
        return m[0] * (m[4] * m[8] - m[5] * m[7])
                - m[1] * (m[3] * m[8] - m[5] * m[6])
                + m[2] * (m[3] * m[7] - m[4] * m[6]);
    }

    static boolean isInversion(int[] m) {
        return Arrays.equals(m, new int[] {-1, 0, 0, 0, -1, 0, 0, 0, -1});
    }
}
