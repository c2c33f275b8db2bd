package unitcell.trainer.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.net.check.EquivarianceCheck;

class EquivarianceVerifierTest {
    private static final String SMALL = """
            "num_layers": 1, "lmax_list": [2], "mmax_list": [1], "max_radius": 3, "max_neighbors": 0""";

    private static CheckReport report(EquivarianceNetwork network) {
        CheckReport report = new CheckReport(new PrintStream(new ByteArrayOutputStream()));
        try (Device oracle = Devices.open("cpu-scalar", 1);
                Device device = Devices.open("cpu", 2)) {
            new EquivarianceVerifier(oracle, device, report, 5).network(network);
        }
        return report;
    }

    private static List<Check> of(CheckReport report, String start, String implementation) {
        return report.checks().stream()
                .filter(c ->
                        c.quantity().startsWith(start) && c.implementation().equals(implementation))
                .toList();
    }

    @Test
    void aTrainedNetworkOfGatesKeepsTheBareTolerances() {
        CheckReport report = report(EquivarianceNetwork.of("gates", SMALL + ", \"use_gate_act\": true", 5));
        assertEquals(26, report.checks().size());
        assertEquals(0, report.failed());
        for (Check check : report.checks()) {
            assertTrue(check.error() <= (check.implementation().contains("64") ? 1e-9 : 1e-3), check.toString());
        }
    }

    @Test
    void aCoarseGridIsAllowedItsOwnErrorAndTheFineOneNone() {
        CheckReport report = report(EquivarianceNetwork.of("grid", SMALL + ", \"grid_resolution\": 6", 0));
        assertEquals(0, report.failed());
        List<Check> rotations = of(report, "rotation: species", "cpu-scalar float64");
        assertEquals(2, rotations.size());
        assertTrue(rotations.get(0).subject().contains("refined"), rotations.toString());
        assertTrue(rotations.get(0).error() <= EquivarianceCheck.FLOAT64, rotations.toString());
        // Six points along each axis alias visibly, and the bound must not be wider than that explains.
        assertTrue(rotations.get(1).error() > 1e-6, rotations.toString());
        assertTrue(rotations.get(1).bound() < 100 * rotations.get(1).error(), rotations.toString());
        assertTrue(
                of(report, "atom order: species", "cpu-scalar float64").stream().allMatch(c -> c.bound() <= 2e-9));
    }

    @Test
    void everyVariantIsReadAndTheirCrystalsAreClearOfTheirRules() {
        List<EquivarianceNetwork> variants = EquivarianceNetwork.variants();
        assertEquals(
                variants.size(),
                variants.stream().map(EquivarianceNetwork::name).distinct().count());
        assertTrue(variants.stream().anyMatch(v -> v.trainingSteps() > 0));
        NeighborRule rule = NeighborRule.within(4);
        List<Crystal> crystals = EquivarianceCrystals.of(rule, 119, 3, 1);
        assertTrue(crystals.size() >= 6, crystals.toString());
        assertTrue(crystals.stream().anyMatch(c -> c.size() == 1));
        assertTrue(crystals.stream().allMatch(c -> EquivarianceCrystals.isClear(c, rule)));
        Crystal onTheCutoff = new Crystal("edge", Lattice.cubic(4), new int[] {3}, new double[3]);
        assertFalse(EquivarianceCrystals.isClear(onTheCutoff, rule));
    }
}
