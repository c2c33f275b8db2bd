package unitcell.trainer.results;

import unitcell.engine.io.JsonObject;
import unitcell.trainer.stats.Estimate;
import unitcell.trainer.stats.ShuffleTest;

/**
 * Whether species are exchanged for like ones more often than chance would have it. Each crystal counts each pair of
 * species once.
 *
 * @param pairs exchanges counted
 * @param sameGroup share within a group of the periodic table, and chance
 * @param neighbours share between neighbours in a period, and chance
 * @param alike share in either sense, and chance
 */
record ExchangeTest(long pairs, ShuffleTest sameGroup, ShuffleTest neighbours, ShuffleTest alike) {
    static ExchangeTest of(Exchanges exchanges, long seed) {
        long[][] counts = exchanges.crystals();
        return new ExchangeTest(
                exchanges.pairs(),
                ShuffleTest.of(counts, PeriodicOrder::sameGroup, seed),
                ShuffleTest.of(counts, PeriodicOrder::neighbours, seed),
                ShuffleTest.of(counts, PeriodicOrder::alike, seed));
    }

    /** An observed share with Wilson's interval. */
    Estimate share(ShuffleTest test) {
        return Estimate.share(test.observed(), (double) pairs);
    }

    JsonObject toJson() {
        return JsonObject.builder()
                .put("pairs", pairs)
                .put("same_group", json(sameGroup))
                .put("neighbours", json(neighbours))
                .put("same_group_or_neighbours", json(alike))
                .build();
    }

    private JsonObject json(ShuffleTest test) {
        return JsonObject.builder()
                .put("share", share(test).toJson())
                .putOrNull("expected_by_chance", test.expected())
                .putOrNull("chance_low", test.low())
                .putOrNull("chance_high", test.high())
                .putOrNull("p", test.p())
                .put("shuffles", test.shuffles())
                .build();
    }
}
