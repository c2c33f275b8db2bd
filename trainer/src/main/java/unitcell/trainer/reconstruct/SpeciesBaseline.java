package unitcell.trainer.reconstruct;

import java.util.Arrays;
import java.util.List;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.TrainerException;

/**
 * The guess that needs no network: for every hidden site the species that occur most often. Species that occur equally
 * often are ordered by atomic number. Immutable.
 */
public final class SpeciesBaseline {
    private final int[] order; // atomic numbers that occur, the most frequent first
    private final String source;

    private SpeciesBaseline(int[] order, String source) {
        this.order = order;
        this.source = source;
    }

    /**
     * From counts over atoms.
     *
     * @param counts of each atomic number, [119]; unknown species (0) are ignored
     * @param source where they were counted, for people: "training atoms"
     */
    public static SpeciesBaseline of(long[] counts, String source) {
        Integer[] order = new Integer[counts.length - 1];
        Arrays.setAll(order, i -> i + 1);
        Arrays.sort(
                order, (a, b) -> counts[a] != counts[b] ? Long.compare(counts[b], counts[a]) : Integer.compare(a, b));
        int[] occurring =
                Arrays.stream(order).mapToInt(z -> z).filter(z -> counts[z] > 0).toArray();
        if (occurring.length == 0) {
            throw TrainerException.input(source + ": no atom of a known species, so none is the most frequent");
        }
        return new SpeciesBaseline(occurring, source);
    }

    /** Counted on crystals at hand, where those of the training are not known. */
    public static SpeciesBaseline of(Iterable<Crystal> crystals, String source) {
        long[] counts = new long[Element.MAX_Z + 1];
        for (Crystal crystal : crystals) {
            for (int z : crystal.species()) {
                counts[z]++;
            }
        }
        return of(counts, source);
    }

    /** From counts by symbol, as a checkpoint's state has them. */
    static SpeciesBaseline fromJson(JsonObject json) throws JsonException {
        long[] counts = new long[Element.MAX_Z + 1];
        for (String symbol : json.keys()) {
            Element element = Element.ofSymbol(symbol)
                    .orElseThrow(() -> new JsonException(json.where(), "'" + symbol + "' is no element"));
            counts[element.z()] = json.getLong(symbol);
        }
        return of(counts, "training atoms");
    }

    /** The most frequent species. */
    public Element mostFrequent() {
        return Element.of(order[0]);
    }

    /** Place of a species, 1 for the most frequent; {@link Integer#MAX_VALUE} if it does not occur. */
    public int rank(int z) {
        for (int i = 0; i < order.length; i++) {
            if (order[i] == z) {
                return i + 1;
            }
        }
        return Integer.MAX_VALUE;
    }

    /** Where species were counted. */
    public String source() {
        return source;
    }

    @Override
    public String toString() {
        List<String> first = Arrays.stream(order)
                .limit(5)
                .mapToObj(z -> Element.of(z).symbol())
                .toList();
        return String.join(" ", first) + " (by frequency, " + source + ")";
    }
}
