package unitcell.crystal.symmetry;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import unitcell.crystal.Crystal;

/** Tells which operations take every atom of a crystal onto one of its kind, within a tolerance. */
final class SiteMap {
    private static final int[] IDENTITY = {1, 0, 0, 0, 1, 0, 0, 0, 1};

    private final Crystal crystal;
    private final double tolerance2;
    private final double[] rows;
    private final int[][] bySpecies; // smallest first

    /**
     * @param crystal in a reduced cell
     * @param tolerance in angstrom, less than half of any distance between opposite faces
     */
    SiteMap(Crystal crystal, double tolerance) {
        this.crystal = crystal;
        this.tolerance2 = tolerance * tolerance;
        this.rows = crystal.lattice().matrix();
        Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < crystal.size(); i++) {
            groups.computeIfAbsent(crystal.species(i), z -> new ArrayList<>()).add(i);
        }
        bySpecies = groups.values().stream()
                .map(g -> g.stream().mapToInt(Integer::intValue).toArray())
                .sorted(Comparator.comparingInt(g -> g.length))
                .toArray(int[][]::new);
    }

    /** The translations that belong to the crystal, zero first: those onto atoms of the rarest species that map all. */
    List<double[]> translations() {
        List<double[]> found = new ArrayList<>();
        for (int to : bySpecies[0]) {
            double[] t = translation(IDENTITY, to);
            if (maps(IDENTITY, t)) {
                found.add(t);
            }
        }
        return found;
    }

    /** A translation with which a rotation, f to {@code f @ u}, belongs to the crystal; each component in [0, 1). */
    Optional<double[]> translationFor(int[] u) {
        for (int to : bySpecies[0]) {
            double[] t = translation(u, to);
            if (maps(u, t)) {
                return Optional.of(t);
            }
        }
        return Optional.empty();
    }

    private double[] translation(int[] u, int to) {
        double[] from = rotated(bySpecies[0][0], u);
        double[] t = new double[3];
        for (int k = 0; k < 3; k++) {
            t[k] = Crystal.wrap(crystal.frac(to, k) - from[k]);
        }
        return t;
    }

    private double[] rotated(int atom, int[] u) {
        double[] out = new double[3];
        for (int k = 0; k < 3; k++) {
            out[k] = crystal.frac(atom, 0) * u[k] + crystal.frac(atom, 1) * u[3 + k] + crystal.frac(atom, 2) * u[6 + k];
        }
        return out;
    }

    private boolean maps(int[] u, double[] t) {
        for (int[] group : bySpecies) {
            for (int atom : group) {
                double[] at = rotated(atom, u);
                boolean found = false;
                for (int k = 0; k < group.length && !found; k++) {
                    found = isNear(group[k], at, t);
                }
                if (!found) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean isNear(int atom, double[] at, double[] t) {
        double x = 0;
        double y = 0;
        double z = 0;
        for (int k = 0; k < 3; k++) {
            double d = crystal.frac(atom, k) - at[k] - t[k];
            d -= Math.rint(d);
            x += d * rows[3 * k];
            y += d * rows[3 * k + 1];
            z += d * rows[3 * k + 2];
        }
        return x * x + y * y + z * z <= tolerance2;
    }
}
