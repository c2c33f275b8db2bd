package unitcell.trainer.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.engine.DType;
import unitcell.net.check.Change;
import unitcell.net.check.Counterpart;
import unitcell.net.check.Deviation;
import unitcell.net.check.EquivarianceCheck;
import unitcell.net.check.EquivarianceCheck.Prediction;
import unitcell.net.check.GeneratorModel;

/**
 * How far rounding and an activation grid, and nothing else, can make a network deviate on each crystal; measured, not
 * chosen. In the units of the network's outputs.
 *
 * @param grids for each change the sum of the distances between what the network says and what it says on a grid without
 *     aliasing, of each crystal and of its counterpart; empty for networks without a grid
 * @param gridOfRoll the same under rolls of the edge frames; zeros for networks without a grid
 */
record Allowance(Map<Change, List<Deviation>> grids, List<Deviation> gridOfRoll) {
    /** Roundings of an angstrom by which coordinates are moved to see how a network amplifies rounding. */
    private static final double ROUNDINGS = 32;

    /** For networks without a grid. */
    static Allowance none(int crystals) {
        return new Allowance(Map.of(), Collections.nCopies(crystals, Deviation.ZERO));
    }

    /** For a network on a refined grid: twice what the last refinement changed, here and there. */
    static Allowance of(Refined fine) {
        List<Deviation> twice = sums(fine.changes(), fine.changes());
        Map<Change, List<Deviation>> grids = new EnumMap<>(Change.class);
        for (Change change : Change.values()) {
            grids.put(change, twice);
        }
        return new Allowance(grids, twice);
    }

    static Allowance measured(EquivarianceCheck check, GeneratorModel own, GeneratorModel fine, long seed) {
        List<Prediction> truth = EquivarianceCheck.predict(fine, check.originals());
        List<Prediction> coarse = EquivarianceCheck.predict(own, check.originals());
        List<Deviation> here = EquivarianceCheck.deviations(coarse, check.originals(), truth);
        Map<Change, List<Deviation>> grids = new EnumMap<>(Change.class);
        for (Change change : Change.values()) {
            List<Counterpart> changed = check.counterparts(change);
            List<Prediction> found = EquivarianceCheck.predict(own, changed);
            grids.put(change, sums(here, EquivarianceCheck.deviations(found, changed, truth)));
        }
        // The edges' frames depend on their vectors alone, which stay bit for bit.
        grids.remove(Change.PERMUTATION);
        List<Prediction> rolled = EquivarianceCheck.predict(own.rolled(seed), check.originals());
        return new Allowance(grids, sums(here, EquivarianceCheck.deviations(rolled, check.originals(), truth)));
    }

    /** What the grid may do under a change. */
    List<Deviation> grid(Change change) {
        return grids.getOrDefault(change, Collections.nCopies(gridOfRoll.size(), Deviation.ZERO));
    }

    static List<Deviation> sums(List<Deviation> a, List<Deviation> b) {
        List<Deviation> out = new ArrayList<>();
        for (int k = 0; k < a.size(); k++) {
            out.add(a.get(k).plus(b.get(k)));
        }
        return out;
    }

    /**
     * What rounding may do: how much a network's answers for each crystal change when all coordinates of atoms and lattice
     * vectors are moved by up to {@link #ROUNDINGS} roundings of an angstrom, in a cell twice as large, so that no symmetry
     * remains; twice that, because the counterpart is rounded too. In a crystal of high symmetry features of l &gt; 0 vanish but for rounding, which norms that see those degrees
     * alone enlarge by up to 300 each.
     */
    static List<Deviation> rounding(
            EquivarianceCheck check, GeneratorModel model, List<Prediction> reference, DType dtype, long seed) {
        double step = ROUNDINGS * (dtype == DType.F64 ? Math.ulp(1.0) : Math.ulp(1f));
        SplittableRandom random = new SplittableRandom(seed);
        List<Counterpart> moved = check.counterparts(Change.SUPERCELL).stream()
                .map(c -> new Counterpart(moved(c.crystal(), step, random), c.original(), c.rotation()))
                .toList();
        List<Deviation> once = EquivarianceCheck.deviations(EquivarianceCheck.predict(model, moved), moved, reference);
        return sums(once, once);
    }

    private static Crystal moved(Crystal crystal, double step, SplittableRandom random) {
        double[] rows = crystal.lattice().matrix();
        double[] steps = new double[3 * crystal.size()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] += random.nextDouble(-step, step);
        }
        Arrays.setAll(steps, i -> random.nextDouble(-step, step));
        double[] frac = crystal.frac();
        double[] by = crystal.lattice().toFractional(steps);
        Arrays.setAll(frac, i -> frac[i] + by[i]);
        return crystal.withFrac(frac).withLattice(Lattice.ofRows(rows));
    }
}
