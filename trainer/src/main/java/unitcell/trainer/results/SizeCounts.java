package unitcell.trainer.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.stats.Estimate;

/**
 * How many completed crystals are invalid, by the number of atoms in the cell.
 *
 * <p>Every crystal is completed several times: under each setting, in each draw, by each run. Shares are of all these
 * trials, their intervals (Wilson) count every crystal once.
 */
final class SizeCounts {
    private static final int MOST_BINS = 12;

    /** Trials of crystals of one size. */
    private static final class Count {
        long trials;
        long structure;
        long composition;
        long either;
    }

    private final Map<Integer, Count> bySize = new TreeMap<>();
    private final double repeats;

    /** @param repeats how often each crystal is completed in all */
    SizeCounts(double repeats) {
        this.repeats = repeats;
    }

    void add(Trial trial) {
        add(
                trial.original().size(),
                !trial.verdict().structure(),
                !trial.verdict().composition());
    }

    void add(int atoms, boolean structureInvalid, boolean compositionInvalid) {
        Count count = bySize.computeIfAbsent(atoms, n -> new Count());
        count.trials++;
        count.structure += structureInvalid ? 1 : 0;
        count.composition += compositionInvalid ? 1 : 0;
        count.either += structureInvalid || compositionInvalid ? 1 : 0;
    }

    /**
     * Crystals of similar size.
     *
     * @param from fewest atoms
     * @param to most atoms
     * @param trials completions of such crystals
     * @param structure how many of them are invalid as structures
     * @param composition how many as compositions
     * @param either how many in either sense
     * @param ofAll share that such crystals have of all
     * @param ofInvalid share that they have of the invalid ones
     * @param ofStructureInvalid share that they have of those invalid as structures
     * @param rate share of them that is invalid
     */
    record Bin(
            int from,
            int to,
            long trials,
            long structure,
            long composition,
            long either,
            Estimate ofAll,
            Estimate ofInvalid,
            Estimate ofStructureInvalid,
            Estimate rate) {
        String text() {
            return from == to ? Integer.toString(from) : from + "\u2013" + to;
        }

        JsonObject toJson() {
            return JsonObject.builder()
                    .put("atoms_from", from)
                    .put("atoms_to", to)
                    .put("trials", trials)
                    .put("structure_invalid", structure)
                    .put("composition_invalid", composition)
                    .put("invalid", either)
                    .put("share_of_all", ofAll.toJson())
                    .put("share_of_invalid", ofInvalid.toJson())
                    .put("share_of_structure_invalid", ofStructureInvalid.toJson())
                    .put("invalid_share", rate.toJson())
                    .build();
        }
    }

    /** At most a dozen bins of equal width over all sizes that occur; empty bins too. */
    List<Bin> bins() {
        List<Bin> bins = new ArrayList<>();
        if (bySize.isEmpty()) {
            return bins;
        }
        int least = bySize.keySet().iterator().next();
        int most = bySize.keySet().stream().reduce(least, Math::max);
        int width = width(most - least + 1);
        int start = (least - 1) / width * width + 1;
        Count all = sum(1, most);
        for (int from = start; from <= most; from += width) {
            bins.add(bin(from, from + width - 1, all));
        }
        return bins;
    }

    /** 1, 2, 5, 10, 20, ..: the smallest that needs few bins. */
    private static int width(int sizes) {
        int width = 1;
        for (int step = 0; (sizes + width - 1) / width > MOST_BINS; step++) {
            width = step % 3 == 1 ? width / 2 * 5 : width * 2;
        }
        return width;
    }

    private Count sum(int from, int to) {
        Count sum = new Count();
        bySize.forEach((atoms, count) -> {
            if (atoms >= from && atoms <= to) {
                sum.trials += count.trials;
                sum.structure += count.structure;
                sum.composition += count.composition;
                sum.either += count.either;
            }
        });
        return sum;
    }

    private Bin bin(int from, int to, Count all) {
        Count own = sum(from, to);
        return new Bin(
                from,
                to,
                own.trials,
                own.structure,
                own.composition,
                own.either,
                share(own.trials, all.trials),
                share(own.either, all.either),
                share(own.structure, all.structure),
                share(own.either, own.trials));
    }

    private Estimate share(long part, long whole) {
        // At least one case stands behind a share that was seen at all.
        return whole == 0 ? Estimate.NONE : Estimate.share((double) part / whole, Math.max(1, whole / repeats));
    }

    /** Invalid in either sense. */
    long invalid() {
        return bySize.values().stream().mapToLong(c -> c.either).sum();
    }

    JsonArray toJson() {
        return JsonArray.of(bins().stream().map(Bin::toJson).toList());
    }
}
