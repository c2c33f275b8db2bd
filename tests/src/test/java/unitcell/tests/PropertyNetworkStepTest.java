package unitcell.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.net.EquiformerV2Config;
import unitcell.tests.PropertyStep.Species;

/** Networks on whole crystals: distributions over species and fixed parameters, on the processor. */
public class PropertyNetworkStepTest {
    private static final List<Predicate<String>> LEARNING = List.of(
            name -> name.startsWith("output_block."),
            name -> name.startsWith("output_block.") || name.startsWith("norm.") || name.contains(".ffn."),
            name -> name.endsWith(".bias"),
            name -> name.endsWith("_embedding.weight"),
            name -> name.hashCode() % 2 == 0);

    private static Map<String, double[]> run(String name, DType dtype, int network, Species species) {
        try (Device device = Devices.open(name, 2)) {
            return PropertyStep.run(device, dtype, Networks.config(Networks.OPTIONS.get(network)), species, n -> true);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, HARD", "0, SOFT", "1, SOFT", "2, SOFT"})
    void float32KernelsKeepToTheSpecification(int network, Species species) {
        Map<String, double[]> exact = run("cpu-scalar", DType.F64, network, species);
        Map<String, double[]> plain = run("cpu-scalar", DType.F32, network, species);
        assertClose(exact, plain, run("cpu", DType.F32, network, species));
    }

    /** Within twice what plain float32 loses, or 3e-4 of the largest, gradients that cancel beside the largest of all. */
    public static void assertClose(
            Map<String, double[]> exact, Map<String, double[]> plain, Map<String, double[]> found) {
        double most = exact.entrySet().stream()
                .filter(e -> !e.getKey().startsWith("updated "))
                .mapToDouble(e -> BackendParityTest.largest(e.getValue()))
                .max()
                .orElseThrow();
        List<String> wrong = new ArrayList<>();
        for (String key : exact.keySet()) {
            double[] truth = exact.get(key);
            // An update turns the sign of a gradient that is all rounding into a whole step.
            if (!key.startsWith("updated ")) {
                double scale = Math.max(BackendParityTest.largest(truth), 1e-4 * most);
                double bound = Math.max(3e-4, 2 * BackendParityTest.error(plain.get(key), truth, scale));
                double error = BackendParityTest.error(found.get(key), truth, scale);
                if (!(error <= bound)) {
                    wrong.add(key + ": " + error + " > " + bound);
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void fixedParametersStayAndOthersLearnAsBefore(int network) {
        EquiformerV2Config config = Networks.config(Networks.OPTIONS.get(network));
        try (Device device = Devices.open("cpu", 2)) {
            Map<String, double[]> all = PropertyStep.run(device, DType.F32, config, Species.SOFT, n -> true);
            for (Predicate<String> learns : LEARNING) {
                assertFixed(all, PropertyStep.run(device, DType.F32, config, Species.SOFT, learns), learns);
            }
        }
    }

    /**
     * That fixed parameters have no gradient and did not move, and that everything else is what it is without them: bit for
     * bit.
     */
    public static void assertFixed(Map<String, double[]> all, Map<String, double[]> some, Predicate<String> learns) {
        int fixed = 0;
        for (String key : all.keySet()) {
            String name = key.replace("updated ", "");
            boolean parameter = all.containsKey("updated " + name);
            if (!parameter || learns.test(name)) {
                assertArrayEquals(all.get(key), some.get(key), key);
            } else if (key.equals(name)) {
                assertArrayEquals(new double[all.get(key).length], some.get(key), "gradient of " + key);
                fixed++;
            }
        }
        assertTrue(fixed > 0, "nothing was held fixed");
    }

    @Test
    void fixedParametersKeepTheirBits() {
        EquiformerV2Config config = Networks.config(Networks.OPTIONS.get(0));
        try (Device device = Devices.open("cpu", 2)) {
            Map<String, double[]> none = PropertyStep.run(device, DType.F32, config, Species.SOFT, n -> false);
            Map<String, double[]> head = PropertyStep.run(device, DType.F32, config, Species.SOFT, LEARNING.getFirst());
            for (String key : none.keySet()) {
                if (key.startsWith("updated ")) {
                    boolean learnt = LEARNING.getFirst().test(key.replace("updated ", ""));
                    boolean same = Arrays.equals(none.get(key), head.get(key));
                    // A parameter of the head that no gradient reaches decays all the same, unless it does not decay.
                    assertTrue(learnt || same, key + " moved");
                    assertTrue(!learnt || !same || isZero(head.get(key.replace("updated ", ""))), key + " stayed");
                }
            }
        }
    }

    private static boolean isZero(double[] values) {
        return Arrays.stream(values).allMatch(v -> v == 0);
    }
}
