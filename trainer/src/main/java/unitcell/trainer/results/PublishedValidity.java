package unitcell.trainer.results;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;

/**
 * The validity that Liu, Chen et al. (arXiv 2312.14485) print within their figure 4. Its column heads and the names of
 * its rows are not printed; the order of columns is inferred from the text.
 */
final class PublishedValidity {
    static final String CAPTION =
            "For comparison only: the numbers of Liu, Chen et al. (arXiv 2312.14485, figure 4), measured on other"
                    + " crystals, with a network of some 140 million parameters and another budget of training. The paper"
                    + " names neither the masks of its rows nor its columns; columns are most likely the pre-trained"
                    + " network and those trained on with a discriminator at noise 0.1 and 0.2.";

    /**
     * A row.
     *
     * @param noise in the test
     * @param number of the row among those with this noise, from 1
     * @param structure valid structures in percent, three columns
     * @param composition valid compositions in percent, three columns
     */
    record Row(double noise, int number, double[] structure, double[] composition) {}

    static final List<Row> ROWS = List.of(
            row(0.1, 1, 99.98, 99.92, 99.97, 92.94, 93.15, 93.05),
            row(0.1, 2, 99.93, 99.92, 99.90, 91.98, 92.33, 92.08),
            row(0.1, 3, 99.92, 99.92, 99.92, 91.47, 91.94, 91.56),
            row(0.2, 1, 99.19, 99.33, 99.60, 88.97, 90.93, 92.25),
            row(0.2, 2, 99.24, 99.38, 99.52, 89.37, 90.55, 91.50),
            row(0.2, 3, 99.27, 99.38, 99.38, 88.95, 89.60, 90.32));

    private PublishedValidity() {}

    private static Row row(double noise, int number, double... values) {
        return new Row(noise, number, Arrays.copyOf(values, 3), Arrays.copyOfRange(values, 3, 6));
    }

    /** "99.90 to 99.98": all that is published for a noise; empty if nothing is. */
    static String structure(double noise) {
        return range(noise, true);
    }

    /** As {@link #structure}, of compositions. */
    static String composition(double noise) {
        return range(noise, false);
    }

    private static String range(double noise, boolean structure) {
        double[] all = ROWS.stream()
                .filter(r -> Math.abs(r.noise() - noise) < 1e-9)
                .flatMapToDouble(r -> DoubleStream.of(structure ? r.structure() : r.composition()))
                .toArray();
        return all.length == 0
                ? ""
                : Cells.plain(Arrays.stream(all).min().orElseThrow(), 2) + " to "
                        + Cells.plain(Arrays.stream(all).max().orElseThrow(), 2);
    }

    static JsonObject toJson() {
        return JsonObject.builder()
                .put("source", "Liu, Chen et al., arXiv 2312.14485, figure 4")
                .put("note", CAPTION)
                .put(
                        "rows",
                        JsonArray.of(ROWS.stream()
                                .map(r -> JsonObject.builder()
                                        .put("noise", r.noise())
                                        .put("row", (long) r.number())
                                        .put("structure_valid_percent", JsonArray.of(r.structure()))
                                        .put("composition_valid_percent", JsonArray.of(r.composition()))
                                        .build())
                                .toList()))
                .build();
    }
}
