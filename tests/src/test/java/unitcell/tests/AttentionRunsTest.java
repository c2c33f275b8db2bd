package unitcell.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.engine.DType;
import unitcell.net.EquiformerV2Config;

/** Attention over runs of targets, computed again in the backward pass, against attention over all edges at once. */
class AttentionRunsTest {
    private static final String EDGES = "unitcell.attention.edges";

    @AfterEach
    void clear() {
        System.clearProperty(EDGES);
    }

    /** Runs of 1 edge are runs of one target each. */
    @ParameterizedTest
    @CsvSource({"0, 1", "0, 100", "1, 37", "2, 64"})
    void givesTheSameGradients(int network, int edges) {
        EquiformerV2Config config = Networks.config(Networks.OPTIONS.get(network));
        Map<String, double[]> whole = BackendParityTest.step("cpu-scalar", 1, DType.F64, config);
        System.setProperty(EDGES, String.valueOf(edges));
        Map<String, double[]> runs = BackendParityTest.step("cpu-scalar", 1, DType.F64, config);
        assertEquals(whole.keySet(), runs.keySet());
        for (String key : whole.keySet()) {
            double[] expected = whole.get(key);
            double scale = BackendParityTest.largest(expected) + 1e-6;
            double error = BackendParityTest.error(runs.get(key), expected, scale);
            assertTrue(error < 1e-9, key + " differs by " + error);
        }
    }

    @Test
    void needsLessMemory() {
        EquiformerV2Config config = Networks.config(Networks.OPTIONS.get(0));
        long whole = BackendParityTest.peakBytes("cpu", config);
        System.setProperty(EDGES, "50");
        long runs = BackendParityTest.peakBytes("cpu", config);
        assertTrue(runs < 0.6 * whole, runs + " bytes in runs, " + whole + " at once");
    }
}
