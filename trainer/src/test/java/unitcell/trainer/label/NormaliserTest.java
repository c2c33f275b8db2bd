package unitcell.trainer.label;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.trainer.TrainerException;
import unitcell.trainer.label.Task.Transform;

/** What the network learns, against numbers worked out by hand, and back again. */
class NormaliserTest {
    private static final Task FERMI = Task.named("fermi");
    private static final Task DOS = Task.named("phonon-dos");

    @Test
    void standardisedOverTheRowsThatTrain() {
        // 1, 2, 6: mean 3, squared deviations 4 + 1 + 9, variance 14 / 3. Row 1 does not train.
        double[][] labels = {{1}, {100}, {2}, {6}};
        Normaliser normaliser = Normaliser.fit(FERMI, labels, new int[] {0, 2, 3});
        assertArrayEquals(new double[] {(9 - 3) / Math.sqrt(14 / 3.0)}, normaliser.encode(new double[] {9}), 1e-15);
        assertArrayEquals(new double[] {3 + 2 * Math.sqrt(14 / 3.0)}, normaliser.decode(new double[] {2}), 1e-15);
    }

    @Test
    void logarithmsFirst() {
        Task task = FERMI.withTransform(Transform.LOG10);
        Normaliser plain = Normaliser.fit(task, new double[][] {{5}}, new int[] {0});
        assertArrayEquals(new double[] {2}, plain.encode(new double[] {100}), 1e-15);
        assertArrayEquals(new double[] {0.01}, plain.decode(new double[] {-2}), 1e-15);
        // Logarithms 0, 1, 2: mean 1, variance 2 / 3.
        Normaliser both = Normaliser.fit(
                FERMI.withTransform(Transform.LOG10_STANDARDISE), new double[][] {{1}, {10}, {100}}, new int[] {0, 1, 2
                });
        assertArrayEquals(new double[] {2 / Math.sqrt(2 / 3.0)}, both.encode(new double[] {1000}), 1e-14);
        assertArrayEquals(new double[] {10}, both.decode(new double[] {0}), 1e-13);
    }

    @ParameterizedTest
    @EnumSource(Transform.class)
    void decodingUndoesEncoding(Transform transform) throws JsonException {
        Random random = new Random(1);
        double[][] labels = new double[50][];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = new double[] {Math.exp(2 * random.nextGaussian()), 1e3 + random.nextDouble()};
        }
        Task task = FERMI.withColumns(List.of("a", "b")).withTransform(transform);
        Normaliser fitted = Normaliser.fit(task, labels, new int[] {0, 3, 7, 8, 20});
        Normaliser stored = Normaliser.fromJson(
                task, Json.parse("n", fitted.toJson().pretty()).asObject());
        for (double[] label : labels) {
            double[] back = fitted.decode(fitted.encode(label));
            assertEquals(label[0], back[0], 1e-12 * label[0]);
            assertEquals(label[1], back[1], 1e-12 * label[1]);
            assertArrayEquals(fitted.encode(label), stored.encode(label));
            assertArrayEquals(back, stored.decode(stored.encode(label)));
        }
    }

    @Test
    void classesBecomeProbabilities() {
        Normaliser normaliser = Normaliser.fit(Task.named("stability"), new double[][] {{1}, {0}}, new int[] {0, 1});
        assertArrayEquals(new double[] {1}, normaliser.encode(new double[] {1}));
        assertArrayEquals(new double[] {0.75}, normaliser.decode(new double[] {0, Math.log(3)}), 1e-15);
        assertArrayEquals(new double[] {1}, normaliser.decode(new double[] {-1e4, 1e4}));
        assertTrue(Double.isNaN(normaliser.decode(new double[] {Double.NaN, 1})[0]));
    }

    @Test
    void spectraOfLargestValueOneOrOfSumOne() {
        double[][] labels = {new double[51]};
        labels[0][10] = 1;
        labels[0][11] = 0.5;
        labels[0][12] = 0.5;
        Normaliser plain = Normaliser.fit(DOS, labels, new int[] {0});
        assertArrayEquals(labels[0], plain.encode(labels[0]));
        double[] output = labels[0].clone();
        output[3] = -0.2;
        assertArrayEquals(labels[0], plain.decode(output));
        output[3] = Double.NaN;
        assertTrue(Double.isNaN(plain.decode(output)[3]), "a failed prediction stays one");

        Normaliser sum = Normaliser.fit(DOS.withLoss(Task.Loss.KL), labels, new int[] {0});
        double[] target = sum.encode(labels[0]);
        assertEquals(0.5, target[10]);
        assertEquals(0.25, target[12]);
        // Logits whose softmax is proportional to 4, 2, 2 and 1 elsewhere; divided by the largest.
        double[] logits = new double[51];
        logits[10] = Math.log(4) + 700;
        java.util.Arrays.fill(logits, 0, 10, 700);
        java.util.Arrays.fill(logits, 11, 51, 700);
        logits[11] = logits[12] = Math.log(2) + 700;
        double[] spectrum = sum.decode(logits);
        assertEquals(1, spectrum[10]);
        assertEquals(0.5, spectrum[11], 1e-13);
        assertEquals(0.25, spectrum[50], 1e-13);
    }

    @Test
    void whatCannotBeStandardised() {
        TrainerException one = assertThrows(
                TrainerException.class, () -> Normaliser.fit(FERMI, new double[][] {{2}, {2}}, new int[] {0, 1}));
        assertTrue(one.getMessage().startsWith("task fermi: 'efermi' has standard deviation 0.0"), one.getMessage());
        assertThrows(TrainerException.class, () -> Normaliser.fit(FERMI, new double[][] {{2}}, new int[0]));
        assertThrows(
                IllegalArgumentException.class,
                () -> Normaliser.fit(FERMI, new double[][] {{2}, {3}}, new int[] {0, 1})
                        .encode(new double[2]));
    }

    @Test
    void storedNumbersMustFitTheTask() throws JsonException {
        for (String text : List.of(
                "{\"transform\": \"none\"}",
                "{\"transform\": \"standardise\", \"mean\": [1], \"sd\": [1, 2]}",
                "{\"transform\": \"standardise\", \"mean\": [1], \"sd\": [0]}",
                "{\"transform\": \"standardise\", \"mean\": [1], \"sd\": [1], \"var\": 1}",
                "{\"transform\": \"standardise\", \"mean\": [1]}")) {
            JsonException e = assertThrows(
                    JsonException.class,
                    () -> Normaliser.fromJson(FERMI, Json.parse("n", text).asObject()),
                    text);
            assertTrue(e.getMessage().startsWith("n:1:"), e.getMessage());
        }
    }
}
