package unitcell.trainer.stats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Intervals against published examples, hand calculations and what the normal approximation says. */
class StatsTest {
    /** R. G. Newcombe, Stat. Med. 17, 857 (1998), table I, method 3. */
    @ParameterizedTest
    @CsvSource({"81, 263, 0.2553, 0.3662", "15, 148, 0.0624, 0.1605", "0, 20, 0.0000, 0.1611", "1, 29, 0.0061, 0.1718"})
    void wilsonAgreesWithNewcombesTable(double successes, double n, double low, double high) {
        assertArrayEquals(new double[] {low, high}, Wilson.interval(successes, n), 5e-5);
        double[] mirrored = Wilson.interval(n - successes, n);
        assertArrayEquals(new double[] {1 - high, 1 - low}, mirrored, 5e-5);
    }

    @Test
    void wilsonTakesPartsOfCasesAndRefusesNonsense() {
        double[] whole = Wilson.interval(5, 10);
        double[] parts = Wilson.interval(5.5, 10);
        assertTrue(parts[0] > whole[0] && parts[1] > whole[1]);
        assertThrows(IllegalArgumentException.class, () -> Wilson.interval(1, 0));
        assertThrows(IllegalArgumentException.class, () -> Wilson.interval(11, 10));
        assertThrows(IllegalArgumentException.class, () -> Wilson.interval(-1, 10));
    }

    /** From any table of the t distribution. */
    @ParameterizedTest
    @CsvSource({
        "1, 12.7062",
        "2, 4.3027",
        "3, 3.1824",
        "4, 2.7764",
        "5, 2.5706",
        "9, 2.2622",
        "10, 2.2281",
        "30, 2.0423",
        "120, 1.9799"
    })
    void studentsPointsAgreeWithTheTable(int freedom, double point) {
        assertEquals(point, StudentT.twoSided95(freedom), 5e-5);
        assertEquals(0.95, StudentT.within(point, freedom), 2e-5);
    }

    @Test
    void meanOverRunsByHand() {
        // Mean 2, standard deviation 1, so 4.3027 / sqrt(3) to either side.
        Estimate estimate = Estimate.overRuns(1, 2, 3);
        assertEquals(2, estimate.value());
        assertEquals(2 - 2.48413, estimate.low(), 1e-4);
        assertEquals(2 + 2.48413, estimate.high(), 1e-4);
        assertEquals(3, estimate.n());
        assertEquals(Estimate.Kind.RUNS, estimate.kind());
        assertFalse(estimate.excludes(0));
        assertTrue(estimate.excludes(5));
        Estimate gap = Estimate.overRuns(1, Double.NaN, 3);
        assertEquals(2, gap.value());
        assertEquals(2, gap.n());
        Estimate one = Estimate.overRuns(7);
        assertEquals(7, one.value());
        assertFalse(one.hasInterval() || one.excludes(0));
        assertTrue(Double.isNaN(Estimate.overRuns().value())
                && Double.isNaN(Estimate.overRuns(Double.NaN).value()));
    }

    @Test
    void textsOfNumbers() {
        assertEquals("2.00 (\u22120.48 to 4.48)", Estimate.overRuns(1, 2, 3).text(2));
        assertEquals("0.0", Estimate.decimal(-0.04, 1));
        assertEquals("\u2013", Estimate.NONE.text(2));
        assertEquals("50.0 (18.8 to 81.2)", Estimate.share(0.5, 6).times(100).text(1));
        Estimate flipped = Estimate.overRuns(1, 2, 3).times(-1);
        assertTrue(flipped.low() < flipped.value() && flipped.value() < flipped.high());
    }

    @Test
    void intervalsAreCutToWhatIsPossible() {
        Estimate estimate = Estimate.overRuns(0.5, 1);
        assertTrue(estimate.low() < 0 && estimate.high() > 1);
        Estimate cut = estimate.within(0, 1);
        assertEquals(0, cut.low());
        assertEquals(1, cut.high());
        assertEquals(0.75, cut.value());
        assertEquals(Estimate.NONE, Estimate.NONE.within(0, 1));
    }

    @Test
    void quantilesAndQuarters() {
        double[] values = {1, 2, 3, 4, 10};
        assertEquals(3, Quantiles.ofSorted(values, 0.5));
        assertEquals(1, Quantiles.ofSorted(values, 0));
        assertEquals(10, Quantiles.ofSorted(values, 1));
        assertEquals(2.2, Quantiles.ofSorted(values, 0.3), 1e-12);
        assertEquals(7, Quantiles.ofSorted(new double[] {7}, 0.3));
        int[] eight = new int[8];
        Arrays.setAll(eight, r -> Quantiles.quarter(r, 8));
        assertArrayEquals(new int[] {0, 0, 1, 1, 2, 2, 3, 3}, eight);
        int[] five = new int[5];
        Arrays.setAll(five, r -> Quantiles.quarter(r, 5));
        assertArrayEquals(new int[] {0, 0, 1, 2, 3}, five);
        assertEquals(0, Quantiles.quarter(0, 1));
    }

    @Test
    void weightsOfResamplesArePoisson() {
        double[] probability = {0.36788, 0.36788, 0.18394, 0.06131, 0.01533};
        int[] counts = new int[30];
        Resampling resampling = new Resampling(4);
        int crystals = 250;
        for (int c = 0; c < crystals; c++) {
            byte[] weights = resampling.weights(c);
            assertEquals(1, weights[0]);
            assertArrayEquals(weights, new Resampling(4).weights(c));
            for (int b = 1; b < weights.length; b++) {
                counts[weights[b]]++;
            }
        }
        double n = (double) crystals * Resampling.COUNT;
        for (int k = 0; k < probability.length; k++) {
            double error = Math.sqrt(probability[k] * (1 - probability[k]) / n);
            assertEquals(probability[k], counts[k] / n, 5 * error, "count " + k);
        }
        assertEquals(0, Resampling.poisson(0));
        assertTrue(Resampling.poisson(Math.nextDown(1.0)) >= 10);
    }

    @Test
    void resampledMeanHasTheStandardErrorOfAMean() {
        int n = 800;
        SplittableRandom random = new SplittableRandom(12);
        Resampling resampling = new Resampling(0);
        Tally tally = new Tally();
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double x = random.nextGaussian() * 3 + 5;
            sum += x;
            squares += x * x;
            tally.add(resampling.weights(i), x, 1);
        }
        double mean = sum / n;
        double error = Math.sqrt((squares / n - mean * mean) / n);
        Estimate estimate = Estimate.resampled(tally.ratio(), tally.resampled(), (double) tally.crystals());
        assertEquals(mean, estimate.value(), 1e-12);
        assertEquals(1.96 * error, (estimate.high() - estimate.low()) / 2, 0.2 * 1.96 * error);
        assertEquals(Estimate.Kind.BOOTSTRAP, estimate.kind());
    }

    /** Twenty atoms in one crystal that agree are one observation, not twenty. */
    @Test
    void atomsOfACrystalStayTogether() {
        Tally together = new Tally();
        Tally apart = new Tally();
        Resampling resampling = new Resampling(1);
        for (int c = 0; c < 100; c++) {
            together.add(resampling.weights(c), c % 2 == 0 ? 20 : 0, 20);
            for (int a = 0; a < 20; a++) {
                apart.add(resampling.weights(1000 + 20L * c + a), c % 2 == 0 ? 1 : 0, 1);
            }
        }
        double wide = width(together);
        double narrow = width(apart);
        assertEquals(Math.sqrt(20), wide / narrow, 0.8);
    }

    private static double width(Tally tally) {
        Estimate estimate = Estimate.resampled(tally.ratio(), tally.resampled(), (double) tally.crystals());
        return estimate.high() - estimate.low();
    }

    @Test
    void nothingHasNoInterval() {
        Tally empty = new Tally();
        empty.add(new Resampling(0).weights(0), 3, 0);
        assertEquals(0, empty.crystals());
        assertEquals(Estimate.NONE, Estimate.resampled(empty.ratio(), empty.resampled(), 0));
        Tally one = new Tally();
        one.add(new Resampling(0).weights(0), 1, 1);
        assertFalse(Estimate.resampled(one.ratio(), one.resampled(), 1).hasInterval());
        assertEquals(Estimate.NONE, Estimate.share(Double.NaN, 0));
    }
}
