package unitcell.net.check;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;
import unitcell.crystal.Lattice;
import unitcell.crystal.RandomCells;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.crystal.graph.NeighborRule;
import unitcell.net.check.EquivarianceCheck.Model;
import unitcell.net.check.EquivarianceCheck.Prediction;

/** The check on models made by hand, of which it is known whether and how they break a symmetry. */
class EquivarianceCheckTest {
    private static final NeighborRule RULE = NeighborRule.within(4);

    private final EquivarianceCheck check = new EquivarianceCheck(crystals(), 3);

    private static List<Crystal> crystals() {
        RandomGenerator random = RandomCells.generator(4);
        List<Crystal> out = new ArrayList<>();
        out.add(new Crystal("cubic", Lattice.cubic(3.1), new int[] {5}, new double[3]));
        for (int atoms : new int[] {2, 5}) {
            out.add(RandomCells.crystal(random, RandomCells.lattice(random, 3, 5), atoms));
        }
        return out;
    }

    /** Sums over neighbours that fade out before the cutoff: everything that is asked for holds. */
    private static Prediction sums(Crystal crystal) {
        NeighborGraph graph = NeighborGraph.of(crystal, RULE);
        int n = crystal.size();
        double[] scalars = new double[2 * n];
        double[] vectors = new double[3 * n];
        for (int e = 0; e < graph.edges(); e++) {
            double fade = Math.pow(1 - graph.distance()[e] / RULE.cutoff(), 2);
            int i = graph.target()[e];
            scalars[2 * i] += fade * crystal.species(graph.source()[e]);
            scalars[2 * i + 1] += fade * fade;
            for (int k = 0; k < 3; k++) {
                vectors[3 * i + k] += fade * crystal.species(graph.source()[e]) * graph.vector()[3 * e + k];
            }
        }
        double mean = Arrays.stream(scalars).sum() / n;
        return new Prediction(scalars, vectors, new double[] {mean});
    }

    /** Which changes a model does not survive. */
    private List<Change> broken(Model model) {
        return Arrays.stream(Change.values())
                .filter(change -> !(check.check(model, change).largest() <= EquivarianceCheck.FLOAT64))
                .toList();
    }

    @Test
    void anEquivariantModelPasses() {
        assertEquals(List.of(), broken(EquivarianceCheckTest::sums));
        assertTrue(check.check(EquivarianceCheckTest::sums, Change.ROTATION).largest() > 0, "nothing was computed");
    }

    @Test
    void eachBrokenSymmetryIsFound() {
        assertEquals(List.of(Change.ROTATION), broken(c -> plus(c, i -> sums(c).vectors()[3 * i + 1])));
        assertEquals(
                List.of(Change.ROTATION), broken(c -> new Prediction(sums(c).scalars(), ones(3 * c.size()), ones(0))));
        assertEquals(
                List.of(Change.TRANSLATION, Change.BASIS, Change.SUPERCELL),
                broken(c -> plus(c, i -> Crystal.wrap(c.frac(i, 0) + c.frac(i, 1) + c.frac(i, 2)))));
        assertEquals(List.of(Change.PERMUTATION, Change.SUPERCELL), broken(c -> plus(c, i -> i == 0 ? 1 : 0)));
        assertEquals(
                List.of(Change.BASIS, Change.SUPERCELL),
                broken(c -> withMean(
                        c,
                        c.lattice().length(0)
                                + c.lattice().length(1)
                                + c.lattice().length(2))));
        assertEquals(List.of(Change.SUPERCELL), broken(c -> withMean(c, c.size())));
    }

    private static double[] ones(int n) {
        double[] out = new double[n];
        Arrays.fill(out, 1);
        return out;
    }

    private static Prediction plus(Crystal crystal, IntToDoubleFunction ofAtom) {
        Prediction p = sums(crystal);
        double[] scalars = p.scalars().clone();
        for (int i = 0; i < crystal.size(); i++) {
            scalars[2 * i] += ofAtom.applyAsDouble(i);
        }
        return new Prediction(scalars, p.vectors(), p.means());
    }

    private static Prediction withMean(Crystal crystal, double value) {
        Prediction p = sums(crystal);
        return new Prediction(p.scalars(), p.vectors(), new double[] {value});
    }

    @Test
    void rotatingPositionsWithoutTheCellIsNoRotationOfTheCrystal() {
        RandomGenerator random = RandomCells.generator(9);
        List<Counterpart> wrong = new ArrayList<>();
        for (Counterpart c : check.originals()) {
            double[] rotation = RandomCells.rotation(random);
            Crystal turned = CrystalTransforms.rotate(c.crystal(), rotation);
            double[] frac = c.crystal().lattice().toFractional(turned.cartesian());
            wrong.add(new Counterpart(c.crystal().withFrac(frac), c.original(), rotation));
        }
        List<Prediction> before = EquivarianceCheck.predict(EquivarianceCheckTest::sums, check.originals());
        List<Prediction> after = EquivarianceCheck.predict(EquivarianceCheckTest::sums, wrong);
        Deviation all = EquivarianceCheck.deviations(after, wrong, before).stream()
                .reduce(Deviation.ZERO, Deviation::max)
                .relativeTo(EquivarianceCheck.magnitude(before));
        assertTrue(all.scalars() > 1e-2 && all.vectors() > 1e-2, all.toString());
    }

    @Test
    void aNumberThatIsNoneNeverPasses() {
        assertEquals(
                List.of(Change.values()),
                broken(c -> new Prediction(new double[c.size()], new double[3 * c.size()], new double[] {Double.NaN})));
    }

    @ParameterizedTest
    @EnumSource(Change.class)
    void changesLeaveTheStructureAsItIsAndWriteItDifferently(Change change) {
        List<Counterpart> changed = check.counterparts(change);
        for (int k = 0; k < changed.size(); k++) {
            Counterpart c = changed.get(k);
            Crystal before = crystals().get(k);
            assertEquals(before.volumePerAtom(), c.crystal().volumePerAtom(), 1e-9);
            assertEquals(before.minimumDistance(), c.crystal().minimumDistance(), 1e-9);
            for (int i = 0; i < c.original().length; i++) {
                assertEquals(before.species(c.original()[i]), c.crystal().species(i));
            }
            assertEquals(1, Lattice.ofRows(c.rotation()).determinant(), 1e-12);
            assertTrue(before.size() == 1 || !before.equals(c.crystal()), "nothing changed");
        }
        List<Counterpart> again = new EquivarianceCheck(crystals(), 3).counterparts(change);
        assertArrayEquals(
                changed.get(2).crystal().frac(), again.get(2).crystal().frac());
    }

    @Test
    void refusesModelsThatForgetAtoms() {
        Model forgetful = c -> new Prediction(new double[2], new double[3], new double[0]);
        assertThrows(IllegalArgumentException.class, () -> check.check(forgetful, Change.SUPERCELL));
        assertThrows(IllegalArgumentException.class, () -> new EquivarianceCheck(List.of(), 0));
    }
}
