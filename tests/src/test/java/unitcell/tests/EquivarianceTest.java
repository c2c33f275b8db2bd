package unitcell.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;
import unitcell.crystal.Lattice;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.net.EquiformerV2Config;
import unitcell.net.Generator;
import unitcell.net.GraphBatches;
import unitcell.net.check.Change;
import unitcell.net.check.Counterpart;
import unitcell.net.check.Deviation;
import unitcell.net.check.EquivarianceCheck;
import unitcell.net.check.EquivarianceCheck.Prediction;
import unitcell.net.check.GeneratorModel;

/** Networks of gates, which are equivariant exactly, on both backends; and that the check sees what is wrong. */
class EquivarianceTest {
    private static final EquiformerV2Config CONFIG = Networks.config("""
            "lmax_list": [3], "mmax_list": [2], "use_gate_act": true, "norm_type": "rms_norm_sh", "max_radius": 3.9,
            "alpha_drop": 0, "drop_path_rate": 0, "envelope_exponent": 5""");

    private final EquivarianceCheck check = new EquivarianceCheck(crystals(), 6);

    /** A cubic cell with edges along +y and -y, a cell with one atom, a skewed one with a masked atom. */
    private static List<Crystal> crystals() {
        List<Crystal> out = new ArrayList<>();
        out.add(new Crystal("cubic", Lattice.cubic(3.3), new int[] {55, 17}, new double[] {0, 0, 0, 0.5, 0.5, 0.5}));
        out.add(new Crystal("one", Lattice.cubic(2.87), new int[] {26}, new double[3]));
        double[] frac = {0.1, 0.2, -0.3, 0.6, 0.7, 0.4, 1.3, 0.3, 0.9};
        out.add(new Crystal("skewed", Lattice.ofParameters(4.1, 5.3, 4.6, 77, 102, 115), new int[] {22, 0, 8}, frac));
        return out;
    }

    @ParameterizedTest
    @EnumSource(Change.class)
    void everyDescriptionOfACrystalGetsTheSameAnswer(Change change) {
        for (String name : new String[] {"cpu-scalar", "cpu"}) {
            DType dtype = name.equals("cpu") ? DType.F32 : DType.F64;
            double bound = name.equals("cpu") ? EquivarianceCheck.FLOAT32 : EquivarianceCheck.FLOAT64;
            for (NeighborRule rule :
                    List.of(GraphBatches.rule(CONFIG), GraphBatches.rule(CONFIG).nearest(7))) {
                try (Device device = Devices.open(name, 2);
                        Generator generator = Networks.generator(device, dtype, CONFIG)) {
                    Deviation found = check.check(new GeneratorModel(device, generator, rule), change);
                    assertTrue(found.largest() <= bound, name + ", " + rule + ": " + found);
                }
            }
        }
    }

    @Test
    void cuttingShellsByIndexIsFoundToDependOnTheLatticeBasis() {
        int[] reversed = {-1, 0, 0, 0, -1, 0, 0, 0, -1};
        List<Counterpart> changed = check.originals().stream()
                .map(c -> Counterpart.itself(CrystalTransforms.changeBasis(c.crystal(), reversed)))
                .toList();
        try (Device device = Devices.open("cpu-scalar", 1);
                Generator generator = Networks.generator(device, DType.F64, CONFIG)) {
            for (boolean strict : new boolean[] {false, true}) {
                NeighborRule all = GraphBatches.rule(CONFIG);
                GeneratorModel model =
                        new GeneratorModel(device, generator, strict ? all.nearestStrict(7) : all.nearest(7));
                List<Prediction> before = EquivarianceCheck.predict(model, check.originals());
                List<Prediction> after = EquivarianceCheck.predict(model, changed);
                Deviation cubic =
                        EquivarianceCheck.deviations(after, changed, before).get(0);
                assertEquals(strict, cubic.vectors() > 1e-3, cubic.toString());
            }
        }
    }

    @Test
    void turningPositionsWithoutTheCellIsFound() {
        try (Device device = Devices.open("cpu-scalar", 1);
                Generator generator = Networks.generator(device, DType.F64, CONFIG)) {
            GeneratorModel model = new GeneratorModel(device, generator, GraphBatches.rule(CONFIG));
            List<Counterpart> originals = check.originals();
            List<Counterpart> wrong = new ArrayList<>();
            for (Counterpart turned : check.counterparts(Change.ROTATION)) {
                Crystal original = originals.get(wrong.size()).crystal();
                double[] frac = original.lattice().toFractional(turned.crystal().cartesian());
                wrong.add(new Counterpart(original.withFrac(frac), turned.original(), turned.rotation()));
            }
            List<Prediction> before = EquivarianceCheck.predict(model, originals);
            List<Deviation> found =
                    EquivarianceCheck.deviations(EquivarianceCheck.predict(model, wrong), wrong, before);
            // The cell with one atom at the origin does not notice; the others do.
            assertEquals(0, found.get(1).scalars(), 1e-12);
            assertTrue(found.get(2).scalars() > 1e-2 && found.get(2).vectors() > 1e-2, found.toString());
        }
    }

    @Test
    void framesMayRollAndCrystalsMayBeTurnedTwice() {
        try (Device device = Devices.open("cpu-scalar", 1);
                Generator generator = Networks.generator(device, DType.F64, CONFIG)) {
            GeneratorModel model = new GeneratorModel(device, generator, GraphBatches.rule(CONFIG));
            List<Prediction> before = EquivarianceCheck.predict(model, check.originals());
            List<Prediction> rolled = EquivarianceCheck.predict(model.rolled(3), check.originals());
            for (Deviation d : EquivarianceCheck.deviations(rolled, check.originals(), before)) {
                assertTrue(d.largest() <= 1e-12, d.toString());
            }
            double[] quarter = {0, 0, 1, 0, 1, 0, -1, 0, 0};
            Crystal turned = crystals().get(2);
            for (int i = 0; i < 4; i++) {
                turned = CrystalTransforms.rotate(turned, quarter);
            }
            Prediction again = model.predict(turned);
            for (int i = 0; i < again.vectors().length; i++) {
                assertEquals(before.get(2).vectors()[i], again.vectors()[i], 1e-12);
            }
        }
    }
}
