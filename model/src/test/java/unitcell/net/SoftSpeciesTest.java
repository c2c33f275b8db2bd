package unitcell.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.LossOps;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;

class SoftSpeciesTest {
    private static final int ATOMS = 3;
    private static final int CLASSES = Generator.CLASSES;
    private static final int SPECIES = SoftSpecies.SPECIES;

    private final Device device = Devices.open("cpu-scalar", 1);
    private Tape tape;

    @BeforeEach
    void open() {
        tape = new Tape(device, DType.F64, Tape.Mode.TRAIN);
    }

    @AfterEach
    void close() {
        tape.close();
        device.close();
    }

    private static double[] logits() {
        SplittableRandom random = new SplittableRandom(4);
        double[] values = new double[ATOMS * CLASSES];
        Arrays.setAll(values, i -> random.nextDouble(-4, 4));
        return values;
    }

    private Var input(double[] logits) {
        return Var.input(tape.of(logits, ATOMS, CLASSES));
    }

    private static double[] row(double[] values, int atom) {
        return Arrays.copyOfRange(values, atom * SPECIES, (atom + 1) * SPECIES);
    }

    @Test
    void softmaxGivesTheMaskNothingAndElementsTheirShares() {
        double[] logits = logits();
        double[] p = SoftSpecies.softmax(tape, input(logits)).value().toDoubles();
        for (int n = 0; n < ATOMS; n++) {
            double[] row = row(p, n);
            assertEquals(0, row[0]);
            assertEquals(1, Arrays.stream(row).sum(), 1e-14);
            // Ratios of shares are exponentials of differences.
            double difference = logits[n * CLASSES + 25] - logits[n * CLASSES + 7];
            assertEquals(Math.exp(difference), row[26] / row[8], 1e-12 * Math.exp(difference));
        }
        double[] shifted = logits.clone();
        Arrays.setAll(shifted, i -> logits[i] + 512);
        assertArrayEquals(p, SoftSpecies.softmax(tape, input(shifted)).value().toDoubles(), 1e-12);
        Arrays.setAll(shifted, i -> i % 2 == 0 ? 1e4 : -1e4);
        for (double share : SoftSpecies.softmax(tape, input(shifted)).value().toDoubles()) {
            assertTrue(share >= 0 && share <= 1, "share " + share);
        }
    }

    @Test
    void straightThroughIsOneHotWithTheGradientOfTheSoftmax() {
        double[] logits = logits();
        logits[CLASSES + 42] = 9;
        logits[CLASSES + 17] = 9;
        double[] chosen =
                SoftSpecies.straightThrough(tape, input(logits)).value().toDoubles();
        for (int n = 0; n < ATOMS; n++) {
            int best = 0;
            for (int c = 1; c < CLASSES; c++) {
                best = logits[n * CLASSES + c] > logits[n * CLASSES + best] ? c : best;
            }
            double[] expected = new double[SPECIES];
            expected[best + 1] = 1;
            assertArrayEquals(expected, row(chosen, n));
        }
        assertEquals(1, chosen[SPECIES + 18], "the first of equal logits");
        assertArrayEquals(
                gradient(logits, SoftSpecies::softmax), gradient(logits, SoftSpecies::straightThrough), 1e-15);
        logits[0] = Double.NaN;
        double[] bad = SoftSpecies.straightThrough(tape, input(logits)).value().toDoubles();
        assertTrue(Arrays.stream(row(bad, 0)).anyMatch(Double::isNaN), "a bad logit does not vanish in a choice");
    }

    /** Of a loss that is linear in the result, so that its gradient does not depend on the value. */
    private double[] gradient(double[] logits, BiFunction<Tape, Var, Var> species) {
        SplittableRandom random = new SplittableRandom(6);
        try (Tape own = new Tape(device, DType.F64, Tape.Mode.TRAIN)) {
            Var x = Var.input(own.of(logits, ATOMS, CLASSES));
            Var p = species.apply(own, x);
            double[] seed = new double[ATOMS * SPECIES];
            Arrays.setAll(seed, i -> random.nextDouble(-1, 1));
            own.backward(p, own.of(seed, ATOMS, SPECIES));
            return x.grad().toDoubles();
        }
    }

    @Test
    void gumbelSamplesAsTheSoftmaxSays() {
        double[] logits = new double[ATOMS * CLASSES];
        Arrays.fill(logits, -40);
        double[] shares = {0.5, 0.3, 0.2};
        for (int n = 0; n < ATOMS; n++) {
            for (int c = 0; c < shares.length; c++) {
                logits[n * CLASSES + 10 * c] = Math.log(shares[c]);
            }
        }
        int steps = 1000;
        int[] counts = new int[shares.length];
        for (int step = 0; step < steps; step++) {
            try (Tape own = new Tape(device, DType.F64, Tape.Mode.INFERENCE)) {
                Var x = Var.constant(own.of(logits, ATOMS, CLASSES));
                double[] p = SoftSpecies.gumbelStraightThrough(own, x, 0.7, 3, step)
                        .value()
                        .toDoubles();
                for (int n = 0; n < ATOMS; n++) {
                    for (int c = 0; c < shares.length; c++) {
                        counts[c] += p[n * SPECIES + 10 * c + 1] == 1 ? 1 : 0;
                    }
                }
            }
        }
        int trials = steps * ATOMS;
        for (int c = 0; c < shares.length; c++) {
            // Four standard deviations of a binomial count.
            double allowed = 4 * Math.sqrt(trials * shares[c] * (1 - shares[c]));
            assertEquals(trials * shares[c], counts[c], allowed, "class " + c);
        }
    }

    @Test
    void gumbelDependsOnSeedAndStepAndHardensAsItCools() {
        Var x = input(logits());
        double[] once = SoftSpecies.gumbel(tape, x, 0.5, 3, 8).value().toDoubles();
        assertArrayEquals(once, SoftSpecies.gumbel(tape, x, 0.5, 3, 8).value().toDoubles());
        assertFalse(Arrays.equals(
                once, SoftSpecies.gumbel(tape, x, 0.5, 3, 9).value().toDoubles()));
        assertFalse(Arrays.equals(
                once, SoftSpecies.gumbel(tape, x, 0.5, 4, 8).value().toDoubles()));
        double[] cold = SoftSpecies.gumbel(tape, x, 1e-3, 3, 8).value().toDoubles();
        double[] hard =
                SoftSpecies.gumbelStraightThrough(tape, x, 0.5, 3, 8).value().toDoubles();
        assertArrayEquals(hard, cold, 1e-6);
        assertThrows(IllegalArgumentException.class, () -> SoftSpecies.gumbel(tape, x, 0, 3, 8));
        assertArrayEquals(
                gradient(logits(), (t, v) -> SoftSpecies.gumbel(t, v, 0.5, 3, 8)),
                gradient(logits(), (t, v) -> SoftSpecies.gumbelStraightThrough(t, v, 0.5, 3, 8)),
                1e-15);
    }

    @Test
    void knownSpeciesReplaceWhatWasGuessed() {
        Var x = input(logits());
        Var guessed = SoftSpecies.softmax(tape, x);
        Var mixed = SoftSpecies.withKnown(tape, guessed, new int[] {0, 26, 0});
        double[] before = guessed.value().toDoubles();
        double[] after = mixed.value().toDoubles();
        double[] iron = new double[SPECIES];
        iron[26] = 1;
        assertArrayEquals(row(before, 0), row(after, 0));
        assertArrayEquals(iron, row(after, 1));
        assertArrayEquals(row(before, 2), row(after, 2));
        tape.backward(LossOps.squaredError(tape, 1, mixed, tape.zeros(ATOMS, SPECIES)));
        double[] gradient = x.grad().toDoubles();
        for (int c = 0; c < CLASSES; c++) {
            assertEquals(0, gradient[CLASSES + c], "a known atom");
        }
        assertTrue(Arrays.stream(gradient, 0, CLASSES).anyMatch(g -> Math.abs(g) > 1e-6), "an unknown atom");
    }
}
