package unitcell.trainer.label;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.trainer.label.Metric.Better;

/** Metrics against numbers worked out by hand, and against their definitions by brute force. */
class TaskMetricsTest {
    private static final double NAN = Double.NaN;

    private static double[][] column(double... values) {
        return Arrays.stream(values).mapToObj(v -> new double[] {v}).toArray(double[][]::new);
    }

    private static Map<String, Double> of(String task, double[][] truth, double[][] predicted) {
        return new TaskMetrics(Task.named(task)).of(truth, predicted);
    }

    @Test
    void errorsOfNumbers() {
        // Errors 1, -2, 3; labels 1, 2, 6 about their mean 3: 4 + 1 + 9.
        Map<String, Double> m = of("fermi", column(1, 2, 6), column(2, 0, 9));
        assertEquals(Set.of("mae", "rmse", "r2"), m.keySet());
        assertEquals(2, m.get("mae"), 1e-15);
        assertEquals(Math.sqrt(14 / 3.0), m.get("rmse"), 1e-15);
        assertEquals(0, m.get("r2"), 1e-15);
        assertEquals(1, of("fermi", column(1, 2), column(1, 2)).get("r2"));
        assertEquals(NAN, of("fermi", column(2), column(1)).get("r2"), "one row has no spread");
    }

    @Test
    void logarithmsAndTheNumbersThemselves() {
        Map<String, Double> m = of("bulk-modulus", column(1, 100), column(10, 10));
        assertEquals(List.of("mae_log10", "rmse_log10", "r2_log10", "mae", "rmse", "r2"), List.copyOf(m.keySet()));
        assertEquals(1, m.get("mae_log10"), 1e-15);
        assertEquals(0, m.get("r2_log10"), 1e-15);
        assertEquals(49.5, m.get("mae"), 1e-13);
        assertEquals(Math.sqrt((81 + 8100) / 2.0), m.get("rmse"), 1e-13);
        List<Metric> metrics = new TaskMetrics(Task.named("bulk-modulus")).metrics();
        assertEquals(new Metric("mae_log10", "log10(GPa)", Better.LOWER), metrics.get(0));
        assertEquals(new Metric("mae", "GPa", Better.LOWER), metrics.get(3));
        assertEquals(new Metric("r2", "", Better.HIGHER), metrics.get(5));
    }

    @Test
    void severalColumnsHaveTheirOwn() {
        Task task = Task.named("fermi").withColumns(List.of("a", "b"));
        Map<String, Double> m =
                new TaskMetrics(task).of(new double[][] {{1, 10}, {2, 20}}, new double[][] {{1, 13}, {3, 20}});
        assertEquals(0.5, m.get("mae.a"), 1e-15);
        assertEquals(1.5, m.get("mae.b"), 1e-15);
        assertEquals(-1, m.get("r2.a"), 1e-15);
    }

    @Test
    void classes() {
        // Said positive: rows 0, 1, 3. True positives 2, false 1; positives 3, negatives 2.
        double[][] truth = column(1, 1, 1, 0, 0);
        double[][] predicted = column(0.9, 0.5, 0.2, 0.7, 0.1);
        Map<String, Double> m = of("stability", truth, predicted);
        assertEquals(3 / 5.0, m.get("accuracy"), 1e-15);
        assertEquals((2 / 3.0 + 1 / 2.0) / 2, m.get("balanced_accuracy"), 1e-15);
        assertEquals(4 / 6.0, m.get("f1"), 1e-15);
        // Pairs in order: 0.9 > 0.7, 0.1; 0.5 > 0.1; 0.2 > 0.1: 4 of 6.
        assertEquals(4 / 6.0, m.get("roc_auc"), 1e-15);
        assertEquals(NAN, of("stability", column(1, 1), column(1, 0)).get("roc_auc"));
        assertEquals(NAN, of("stability", column(1, 0), column(1, NAN)).get("accuracy"));
    }

    @Test
    void areaUnderRocIsTheShareOfPairsInOrder() {
        Random random = new Random(3);
        for (int trial = 0; trial < 50; trial++) {
            int n = 2 + random.nextInt(40);
            double[][] truth = column(
                    IntStream.range(0, n).mapToDouble(i -> random.nextInt(2)).toArray());
            // Few values, so that many are tied.
            double[][] predicted = column(IntStream.range(0, n)
                    .mapToDouble(i -> random.nextInt(5) / 4.0)
                    .toArray());
            double inOrder = 0;
            int pairs = 0;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    if (truth[i][0] == 1 && truth[j][0] == 0) {
                        pairs++;
                        inOrder += predicted[i][0] > predicted[j][0] ? 1 : predicted[i][0] == predicted[j][0] ? 0.5 : 0;
                    }
                }
            }
            double expected = pairs == 0 ? NAN : inOrder / pairs;
            assertEquals(expected, of("stability", truth, predicted).get("roc_auc"), 1e-14);
        }
    }

    private static final SpectrumGrid THREE = new SpectrumGrid(0, 20, 3, "cm^-1", "");

    @Test
    void spectra() {
        // Truth (1/2, 1/2, 0), prediction (0, 1/2, 1/2): each half moves one step of 20.
        SpectrumMetrics metrics = new SpectrumMetrics(THREE, "");
        double[] scores = metrics.score(new double[][] {{1, 1, 0}, {1, 0, 0}}, new double[][] {{0, 1, 1}, {1, 0, 0}});
        assertEquals(2 / 6.0, scores[0], 1e-15);
        assertEquals(2 / 6.0, scores[1], 1e-15);
        // Six values, three of them 1: spread 6 / 4.
        assertEquals(1 - 2 / 1.5, scores[2], 1e-15);
        assertEquals((20 + 0) / 2.0, scores[3], 1e-15);
        assertEquals("cm^-1", metrics.metrics().get(3).unit());
    }

    @Test
    void wassersteinDistances() {
        // All weight at 0 against all weight two steps on; scale does not matter, negative parts are none.
        assertEquals(40, SpectrumMetrics.wasserstein(new double[] {3, 0, 0}, new double[] {-1, 0, 0.1}, 20), 1e-13);
        // Nothing predicted counts as the same everywhere: (2/3, 1/3) of the cumulative sums left at 0 and 1.
        assertEquals(20, SpectrumMetrics.wasserstein(new double[] {1, 0, 0}, new double[] {0, 0, 0}, 20), 1e-13);
        assertTrue(Double.isNaN(SpectrumMetrics.wasserstein(new double[] {1, 0}, new double[] {NAN, 1}, 20)));
    }

    @Test
    void wassersteinDistanceIsThatBetweenQuantiles() {
        Random random = new Random(4);
        for (int trial = 0; trial < 20; trial++) {
            // Whole weights of one sum: both are lists of equally many points, matched in order.
            int[] a = counts(random, 12, 60);
            int[] b = counts(random, 12, 60);
            int[] from = points(a);
            int[] to = points(b);
            double sum = 0;
            for (int i = 0; i < from.length; i++) {
                sum += Math.abs(from[i] - to[i]);
            }
            double found = SpectrumMetrics.wasserstein(
                    Arrays.stream(a).asDoubleStream().toArray(),
                    Arrays.stream(b).asDoubleStream().toArray(),
                    0.5);
            assertEquals(0.5 * sum / from.length, found, 1e-12);
        }
    }

    private static int[] counts(Random random, int bins, int total) {
        int[] counts = new int[bins];
        for (int i = 0; i < total; i++) {
            counts[random.nextInt(bins)]++;
        }
        return counts;
    }

    private static int[] points(int[] counts) {
        return IntStream.range(0, counts.length)
                .flatMap(bin -> IntStream.generate(() -> bin).limit(counts[bin]))
                .toArray();
    }

    @Test
    void everyCrystalSystemByItself() {
        CrystalSystem[] systems = {CrystalSystem.CUBIC, null, CrystalSystem.TRICLINIC, CrystalSystem.CUBIC};
        double[][] truth = column(1, 50, 3, 5);
        double[][] predicted = column(2, 0, 3, 8);
        Map<CrystalSystem, TaskMetrics.Part> parts =
                new TaskMetrics(Task.named("fermi")).bySystem(systems, truth, predicted);
        assertEquals(List.of(CrystalSystem.TRICLINIC, CrystalSystem.CUBIC), List.copyOf(parts.keySet()));
        assertEquals(2, parts.get(CrystalSystem.CUBIC).n());
        assertEquals(2, parts.get(CrystalSystem.CUBIC).metrics().get("mae"), 1e-15);
        assertEquals(0, parts.get(CrystalSystem.TRICLINIC).metrics().get("mae"), 1e-15);
    }

    @Test
    void intervalsOfAMeanAreThoseOfTheory() {
        Random random = new Random(5);
        int n = 400;
        double[][] truth = new double[n][1];
        double[][] predicted = new double[n][1];
        double[] errors = new double[n];
        for (int i = 0; i < n; i++) {
            truth[i][0] = random.nextGaussian();
            errors[i] = Math.abs(random.nextGaussian());
            predicted[i][0] = truth[i][0] + errors[i];
        }
        TaskMetrics metrics = new TaskMetrics(Task.named("fermi"));
        Interval mae = metrics.intervals(truth, predicted, 2000, 0.95, 7).get("mae");
        double mean = Arrays.stream(errors).average().orElseThrow();
        double sd = Math.sqrt(
                Arrays.stream(errors).map(e -> (e - mean) * (e - mean)).sum() / n);
        // By the central limit theorem 1.96 standard errors to each side; 2000 resamples tell that to a few percent.
        double half = 1.96 * sd / Math.sqrt(n);
        assertEquals(mean, mae.value(), 1e-12);
        assertEquals(mean - half, mae.low(), 0.15 * half);
        assertEquals(mean + half, mae.high(), 0.15 * half);
        assertEquals(mae, metrics.intervals(truth, predicted, 2000, 0.95, 7).get("mae"));
        assertNotEquals(mae, metrics.intervals(truth, predicted, 2000, 0.95, 8).get("mae"));
        Interval half50 = metrics.intervals(truth, predicted, 2000, 0.5, 7).get("mae");
        assertTrue(half50.low() > mae.low() && half50.high() < mae.high(), half50 + " in " + mae);
    }

    @Test
    void quantilesBetweenOrderStatistics() {
        double[] sorted = {1, 2, 4, 8, 16};
        assertEquals(1, Bootstrap.quantile(sorted, 0));
        assertEquals(16, Bootstrap.quantile(sorted, 1));
        assertEquals(4, Bootstrap.quantile(sorted, 0.5));
        assertEquals(2 + 0.4 * 2, Bootstrap.quantile(sorted, 0.35), 1e-14);
        assertEquals(NAN, Bootstrap.quantile(new double[0], 0.5));
    }

    @Test
    void whichIsBetter() {
        Metric error = new Metric("mae", "eV", Better.LOWER);
        Metric score = new Metric("f1", "", Better.HIGHER);
        assertTrue(error.isBetter(1, 2) && !error.isBetter(2, 1) && !error.isBetter(1, 1));
        assertTrue(score.isBetter(2, 1) && !score.isBetter(1, 2));
        assertTrue(error.isBetter(1, NAN) && !error.isBetter(NAN, 1) && !error.isBetter(NAN, NAN));
        assertEquals("accuracy", new TaskMetrics(Task.named("stability")).main().name());
        assertEquals(
                "mae_log10", new TaskMetrics(Task.named("shear-modulus")).main().name());
    }

    @Test
    void rowsMustMatch() {
        assertThrows(IllegalArgumentException.class, () -> of("fermi", column(1), column(1, 2)));
        assertThrows(IllegalArgumentException.class, () -> of("fermi", column(), column()));
    }

    @Test
    void dummiesSayWhatTrains() {
        double[][] labels = column(1, 1000, 10, 100, 40);
        int[] train = {0, 2, 3, 4};
        List<Dummy> plain = Dummy.of(Task.named("fermi"), labels, train);
        assertEquals(List.of("mean", "median"), plain.stream().map(Dummy::name).toList());
        assertEquals(151 / 4.0, plain.get(0).prediction()[0], 1e-13);
        assertEquals(25, plain.get(1).prediction()[0], 1e-13);
        List<Dummy> log = Dummy.of(Task.named("bulk-modulus"), labels, train);
        assertEquals(Math.pow(1 * 10 * 100 * 40, 0.25), log.get(0).prediction()[0], 1e-12);
        assertEquals(20, log.get(1).prediction()[0], 1e-12);
        // Nothing is better than the mean in squared error, nor than the median in absolute error.
        double[][] seen = column(1, 10, 100, 40);
        double rmse = of("fermi", seen, plain.get(0).predict(4)).get("rmse");
        double mae = of("fermi", seen, plain.get(1).predict(4)).get("mae");
        for (double guess = 0; guess < 120; guess += 0.5) {
            Map<String, Double> other = of("fermi", seen, new Dummy("guess", new double[] {guess}).predict(4));
            assertTrue(other.get("rmse") >= rmse - 1e-12 && other.get("mae") >= mae - 1e-12, "guess " + guess);
        }
        Dummy prior = Dummy.of(Task.named("stability"), column(1, 0, 1, 1), new int[] {0, 1, 2})
                .get(0);
        assertEquals(2 / 3.0, prior.prediction()[0], 1e-15);
        assertEquals(0.5, of("stability", column(1, 0, 1), prior.predict(3)).get("roc_auc"));
        assertEquals(2 / 3.0, of("stability", column(1, 0, 1), prior.predict(3)).get("accuracy"), 1e-15);
    }

    @Test
    void theMeanSpectrum() {
        double[][] labels = new double[2][51];
        labels[0][1] = 1;
        labels[1][1] = 0.2;
        labels[1][2] = 1;
        Task dos = Task.named("phonon-dos");
        double[] mean = Dummy.of(dos, labels, new int[] {0, 1}).get(0).prediction();
        assertEquals(0.6, mean[1], 1e-15);
        assertEquals(0.5, mean[2], 1e-15);
        double[] scaled = Dummy.of(dos.withLoss(Task.Loss.KL), labels, new int[] {0, 1})
                .get(0)
                .prediction();
        assertEquals(1, scaled[1], 1e-15);
        assertEquals(5 / 6.0, scaled[2], 1e-15);
        assertFalse(Arrays.equals(mean, scaled));
    }
}
