package unitcell.trainer.results;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Element;
import unitcell.trainer.data.Corruption.MaskType;
import unitcell.trainer.results.Exchanges.Pair;
import unitcell.trainer.results.SizeCounts.Bin;
import unitcell.trainer.stats.Estimate;
import unitcell.trainer.stats.Resampling;

/** What is counted over trials, worked out by hand on a few of them. */
class CountsTest {
    private static int z(String symbol) {
        return Element.ofSymbol(symbol).orElseThrow().z();
    }

    private static int[] species(String... symbols) {
        return Arrays.stream(symbols).mapToInt(CountsTest::z).toArray();
    }

    private static Exchanges exchanges() {
        Exchanges exchanges = new Exchanges();
        exchanges.add(species("Na", "Na", "Cl"), species("K", "K", "Cl"));
        exchanges.add(species("Na", "Cl", "O"), species("K", "Br", "O"));
        exchanges.add(species("Na", "Cl"), species("Li", "Cl"));
        exchanges.add(species("Fe", "O"), species("Co", "O"));
        exchanges.add(species("Fe", "O"), species("Fe", "O"));
        return exchanges;
    }

    @Test
    void exchangesCountSitesAndCrystals() {
        Exchanges exchanges = exchanges();
        assertEquals(6, exchanges.total());
        assertEquals(5, exchanges.pairs());
        assertEquals(4, exchanges.changed());
        assertEquals(
                List.of(
                        new Pair(Element.of(z("Na")), Element.of(z("K")), 3, 2),
                        new Pair(Element.of(z("Na")), Element.of(z("Li")), 1, 1),
                        new Pair(Element.of(z("Cl")), Element.of(z("Br")), 1, 1),
                        new Pair(Element.of(z("Fe")), Element.of(z("Co")), 1, 1)),
                exchanges.pairsByCount());
        List<Element> elements = exchanges.elements();
        assertEquals(
                List.of("Li", "Na", "K", "Fe", "Co", "Cl", "Br"),
                elements.stream().map(Element::symbol).toList());
        double[][] shares = exchanges.rowShares(elements);
        assertArrayEquals(new double[] {0.25, 0, 0.75, 0, 0, 0, 0}, shares[1], 1e-12);
        assertTrue(Arrays.stream(shares[0]).allMatch(Double::isNaN)); // Li replaces, and is never replaced
        assertEquals(1, shares[5][6]);
    }

    @Test
    void likenessOfExchanges() {
        ExchangeTest test = ExchangeTest.of(exchanges(), 0);
        // Na-K twice, Na-Li, Cl-Br within a group; Fe-Co side by side.
        assertEquals(0.8, test.sameGroup().observed(), 1e-12);
        assertEquals(0.2, test.neighbours().observed(), 1e-12);
        assertEquals(1, test.alike().observed(), 1e-12);
        // Originals Na 3, Cl 1, Fe 1; replacements K 2, Li 1, Br 1, Co 1: (3*3 + 1*1) of 5*5 combinations.
        assertEquals(10.0 / 25, test.sameGroup().expected(), 1e-12);
        Estimate share = test.share(test.sameGroup());
        assertEquals(5, share.n());
        assertEquals(Estimate.Kind.WILSON, share.kind());
        assertTrue(PeriodicOrder.sameGroup(z("La"), z("U")) && PeriodicOrder.neighbours(z("La"), z("Ce")));
        assertFalse(PeriodicOrder.neighbours(z("Ne"), z("Na")));
        assertFalse(PeriodicOrder.sameGroup(z("C"), z("N")));
    }

    @Test
    void noExchangesNoShares() {
        Exchanges none = new Exchanges();
        none.add(species("O"), species("O"));
        assertEquals(0, none.changed());
        assertTrue(none.elements().isEmpty() && none.pairsByCount().isEmpty());
        assertEquals(
                Estimate.NONE,
                ExchangeTest.of(none, 0).share(ExchangeTest.of(none, 0).sameGroup()));
    }

    @Test
    void groupsStandTogetherInThePeriodicOrder() {
        List<Element> all = new ArrayList<>(Element.all().subList(1, 119));
        all.sort(PeriodicOrder.BY_GROUP);
        for (int i = 1; i < all.size(); i++) {
            assertTrue(all.get(i).group() >= all.get(i - 1).group());
        }
        assertEquals(
                "H Li Na K",
                String.join(" ", all.subList(0, 4).stream().map(Element::symbol).toList()));
    }

    @Test
    void sizesAreBinnedAndSharesCountEachCrystalOnce() {
        SizeCounts counts = new SizeCounts(2); // every crystal twice
        for (int repeat = 0; repeat < 2; repeat++) {
            counts.add(1, false, false);
            counts.add(2, false, true);
            counts.add(2, repeat == 0, true);
            counts.add(8, false, false);
        }
        List<Bin> bins = counts.bins();
        assertEquals(8, bins.size());
        assertEquals("1", bins.get(0).text());
        Bin two = bins.get(1);
        assertEquals(4, two.trials());
        assertEquals(1, two.structure());
        assertEquals(4, two.composition());
        assertEquals(4, two.either());
        assertEquals(0.5, two.ofAll().value());
        assertEquals(4, two.ofAll().n()); // crystals
        assertEquals(1, two.ofInvalid().value());
        assertEquals(1, two.rate().value());
        assertEquals(2, two.rate().n());
        assertEquals(Estimate.NONE, bins.get(4).rate());
        assertEquals(4, counts.invalid());
        counts.add(60, false, false);
        List<Bin> wide = counts.bins();
        assertEquals(12, wide.size());
        assertEquals("1\u20135", wide.get(0).text());
        assertEquals("56\u201360", wide.get(11).text());
        assertEquals(9, wide.stream().mapToLong(Bin::trials).sum());
        counts.add(500, true, true);
        assertTrue(counts.bins().size() <= 12);
        assertEquals(10, counts.bins().stream().mapToLong(Bin::trials).sum());
        assertTrue(new SizeCounts(1).bins().isEmpty());
    }

    @Test
    void scoresOfOneRunAndOfSeveral() {
        Resampling resampling = new Resampling(0);
        Scores a = new Scores(1);
        Scores b = new Scores(1);
        for (int run = 0; run < 3; run++) {
            a.startRun();
            b.startRun();
            for (int c = 0; c < 20; c++) {
                byte[] weights = resampling.weights(c);
                a.add(Metric.VALID, weights, c < 10 + run ? 1 : 0, 1);
                b.add(Metric.VALID, weights, c < 8 + 2 * run ? 1 : 0, 1);
                a.add(Metric.STRUCTURE, weights, c < 19 ? 1 : 0, 1);
                a.add(Metric.AFTER_RMS, weights, 4, 1);
            }
        }
        Estimate valid = a.estimate(Metric.VALID);
        assertEquals(0.55, valid.value(), 1e-12);
        assertEquals(Estimate.Kind.RUNS, valid.kind());
        assertArrayEquals(new double[] {0.5, 0.55, 0.6}, valid.runs(), 1e-12);
        // 0.05 apart: standard deviation 0.05.
        assertEquals(4.3027 * 0.05 / Math.sqrt(3), valid.high() - valid.value(), 1e-5);
        // Equal runs: crystals say how sure it is.
        assertEquals(Estimate.Kind.WILSON, a.estimate(Metric.STRUCTURE).kind());
        assertEquals(3, a.estimate(Metric.STRUCTURE).runs().length);
        assertEquals(2, a.estimate(Metric.AFTER_RMS).value(), 1e-12);
        assertEquals(Estimate.NONE, a.estimate(Metric.MATCH));
        // Differences 0.1, 0.05, 0 by run.
        Estimate difference = a.minus(b, Metric.VALID);
        assertArrayEquals(new double[] {0.1, 0.05, 0}, difference.runs(), 1e-12);
        assertEquals(Estimate.NONE, a.minus(b, Metric.STRUCTURE));
        assertEquals(Set.of(Metric.VALID), b.metrics());
    }

    @Test
    void oneRunIsComparedOnTheSameCrystals() {
        Resampling resampling = new Resampling(3);
        Scores a = new Scores(1);
        Scores b = new Scores(1);
        a.startRun();
        b.startRun();
        for (int c = 0; c < 200; c++) {
            byte[] weights = resampling.weights(c);
            boolean easy = c % 2 == 0;
            a.add(Metric.VALID, weights, easy || c % 20 == 1 ? 1 : 0, 1);
            b.add(Metric.VALID, weights, easy ? 1 : 0, 1);
        }
        Estimate difference = a.minus(b, Metric.VALID);
        assertEquals(0.05, difference.value(), 1e-12);
        // Paired: only the ten crystals that differ make it uncertain, sqrt(0.05 * 0.95 / 200) = 0.0154.
        assertEquals(1.96 * 0.0154, (difference.high() - difference.low()) / 2, 0.006);
        assertTrue(difference.excludes(0));
    }

    @Test
    void settingsHaveNames() {
        List<Setting> grid = Setting.grid(List.of(0.1, 0.2), List.of(0.15, 0.3));
        assertEquals(
                List.of("species-0.1", "random15-0.1", "random30-0.1", "species-0.2", "random15-0.2", "random30-0.2"),
                grid.stream().map(Setting::slug).toList());
        assertEquals("random 12.5 %, noise 0", new Setting(MaskType.RANDOM, 0.125, 0).text());
    }

    @Test
    void ganPairsFollowFromNames() {
        assertEquals(
                List.of(new Comparison("gan-0.1", "gan-off-0.1"), new Comparison("gan-0.2", "gan-off")),
                Comparison.suggested(new java.util.TreeSet<>(
                        List.of("pretrained", "gan-off", "gan-0.1", "gan-0.2", "gan-off-0.1"))));
        assertEquals(List.of(), Comparison.suggested(Set.of("gan-0.1", "pretrained")));
    }
}
