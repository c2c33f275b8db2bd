package unitcell.autograd.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import unitcell.autograd.Parameter;
import unitcell.autograd.ParameterStore;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;

/** Rates of their own and fixed parameters, against AdamW written out for single numbers. */
class AdamWTest {
    private static final AdamW.Settings SETTINGS = new AdamW.Settings(0.9, 0.99, 1e-8, 0.05);
    private static final double RATE = 0.01;

    private final List<Parameter> declared = List.of(
            new Parameter("a.weight", new long[] {3, 5}, true),
            new Parameter("a.bias", new long[] {3}, false),
            new Parameter("b.weight", new long[] {2, 2, 2}, true),
            new Parameter("b.bias", new long[] {7}, false),
            new Parameter("c.weight", new long[] {9}, true));
    private final Device device = Devices.open("cpu-scalar", 1);
    private ParameterStore store;
    private AdamW adam;

    @BeforeEach
    void open() {
        store = new ParameterStore(device, DType.F64, declared);
        adam = new AdamW(store, SETTINGS);
        SplittableRandom random = new SplittableRandom(3);
        for (Parameter p : declared) {
            double[] start = new double[(int) p.size()];
            Arrays.setAll(start, i -> random.nextDouble(-1, 1));
            store.get(p.name()).value().copyFrom(start);
        }
    }

    @AfterEach
    void close() {
        store.close();
        device.close();
    }

    private static double[] gradient(Parameter p, int step) {
        SplittableRandom random = new SplittableRandom(p.name().hashCode() + 1000L * step);
        double[] gradient = new double[(int) p.size()];
        Arrays.setAll(gradient, i -> random.nextDouble(-2, 2));
        return gradient;
    }

    private void step(int step) {
        store.zeroGradients();
        for (Parameter p : declared) {
            if (store.trainable().contains(p.name())) {
                store.get(p.name()).grad().copyFrom(gradient(p, step));
            }
        }
        adam.step(RATE, 0.5);
    }

    /** One element after steps of the definition, each at rate times the step's factor; a factor of 0 skips the step. */
    private static double reference(double start, double[] gradients, double[] factors, double decay) {
        double p = start;
        double m = 0;
        double v = 0;
        for (int t = 1; t <= gradients.length; t++) {
            double rate = RATE * factors[t - 1];
            if (rate == 0) {
                continue;
            }
            double g = 0.5 * gradients[t - 1];
            p -= rate * decay * p;
            m = 0.9 * m + 0.1 * g;
            v = 0.99 * v + 0.01 * g * g;
            p -= rate * (m / (1 - Math.pow(0.9, t))) / (Math.sqrt(v / (1 - Math.pow(0.99, t))) + 1e-8);
        }
        return p;
    }

    private void check(Map<String, double[]> starts, Map<String, double[]> factors) {
        for (Parameter p : declared) {
            double[] found = store.get(p.name()).value().toDoubles();
            double[] of = factors.get(p.name());
            for (int i = 0; i < found.length; i++) {
                double[] gradients = new double[of.length];
                for (int t = 0; t < of.length; t++) {
                    gradients[t] = gradient(p, t)[i];
                }
                double expected = reference(starts.get(p.name())[i], gradients, of, p.decays() ? 0.05 : 0);
                assertEquals(expected, found[i], 1e-13, p.name() + "[" + i + "]");
            }
        }
    }

    private Map<String, double[]> values() {
        Map<String, double[]> values = new java.util.HashMap<>();
        for (Parameter p : declared) {
            values.put(p.name(), store.get(p.name()).value().toDoubles());
        }
        return values;
    }

    @Test
    void everyParameterHasItsRate() {
        Map<String, double[]> starts = values();
        Map<String, Double> factor =
                Map.of("a.weight", 1.0, "a.bias", 0.25, "b.weight", 0.0, "b.bias", 0.25, "c.weight", 3.0);
        adam.setRateFactors(factor::get);
        for (int t = 0; t < 4; t++) {
            step(t);
        }
        Map<String, double[]> factors = new java.util.HashMap<>();
        factor.forEach((name, f) -> factors.put(name, new double[] {f, f, f, f}));
        check(starts, factors);
        assertArrayEquals(starts.get("b.weight"), store.get("b.weight").value().toDoubles());
        double[] moment = store.in(adam.firstMoment(), "b.weight").toDoubles();
        assertArrayEquals(new double[8], moment);
    }

    @Test
    void fixedParametersStayAndMayLearnAgain() {
        Map<String, double[]> starts = values();
        step(0);
        Map<String, double[]> before = values();
        store.setTrainable(name -> !name.startsWith("b."));
        step(1);
        step(2);
        assertArrayEquals(before.get("b.weight"), store.get("b.weight").value().toDoubles());
        assertArrayEquals(before.get("b.bias"), store.get("b.bias").value().toDoubles());
        store.setTrainable(name -> true);
        step(3);
        double[] always = {1, 1, 1, 1};
        double[] paused = {1, 0, 0, 1};
        check(
                starts,
                Map.of("a.weight", always, "a.bias", always, "b.weight", paused, "b.bias", paused, "c.weight", always));
    }

    @Test
    void neighboursWithOneFactorShareACall() {
        assertEquals(2, ArenaRuns.of(store, name -> 1).size());
        List<ArenaRuns.Run> runs = ArenaRuns.of(store, name -> name.startsWith("b.") ? 0.5 : 1);
        // a.weight, b.weight, c.weight, a.bias, b.bias
        assertEquals(5, runs.size());
        runs = ArenaRuns.of(store, name -> name.startsWith("a.") ? 0.5 : 1);
        assertEquals(4, runs.size()); // a.weight, b and c.weight, a.bias, b.bias
        assertEquals(store.offset("b.weight"), runs.get(1).from());
        assertEquals(store.offset("a.bias"), runs.get(1).to());
        List<Long> ends = new ArrayList<>();
        runs.forEach(run -> ends.add(run.to()));
        assertEquals(store.values().size(), ends.getLast());
    }

    @Test
    void refusesRatesThatAreNone() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> adam.setRateFactors(name -> name.equals("b.bias") ? -1 : 1));
        assertEquals("the rate factor of b.bias is -1.0; expected 0 or a positive number", e.getMessage());
    }
}
