package unitcell.trainer.results.tuned;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonNumber;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.label.Task;
import unitcell.trainer.stats.Quantiles;

/**
 * Predicted spectra by the quarter that their error lies in, best first: some of each quarter to look at, chosen evenly
 * by rank. Of one start with its lowest seed, all folds together.
 *
 * <p>Memory: one number for each spectrum, and the spectra shown.
 *
 * @param init what the fit started from
 * @param quarters the four of them, as far as there are spectra
 */
public record SpectrumQuartiles(String init, List<Quarter> quarters) {
    /**
     * A quarter.
     *
     * @param count spectra in it
     * @param low smallest mean absolute error
     * @param high largest mean absolute error
     */
    public record Quarter(long count, double low, double high, List<Shown> shown) {
        public Quarter {
            shown = List.copyOf(shown);
        }
    }

    /**
     * A spectrum.
     *
     * @param error its mean absolute error
     * @param truth on the task's grid
     * @param predicted on the task's grid
     */
    public record Shown(String id, double error, double[] truth, double[] predicted) {}

    private record Ranked(int place, double error) {}

    /**
     * Reads the predictions twice: for the errors, then for the spectra shown.
     *
     * @param each spectra to show of each quarter
     * @return nothing of a run without spectra or predictions
     */
    public static List<SpectrumQuartiles> read(TunedRun run, int each) throws IOException {
        List<SpectrumQuartiles> all = new ArrayList<>();
        if (run.task().kind() == Task.Kind.SPECTRUM && run.predictions().isPresent()) {
            for (String init : List.of(TunedRun.PRETRAINED, TunedRun.SCRATCH)) {
                if (!run.fits(init).isEmpty()) {
                    all.add(read(run, init, each));
                }
            }
        }
        return all;
    }

    private static SpectrumQuartiles read(TunedRun run, String init, int each) throws IOException {
        long seed = run.fits(init).stream().mapToLong(Fit::seed).min().orElseThrow();
        Predictions predictions =
                new Predictions(run.predictions().orElseThrow(), run.task().width());
        List<Ranked> ranked = new ArrayList<>();
        predictions.forEach(row -> {
            if (row.init().equals(init) && row.seed() == seed) {
                ranked.add(new Ranked(ranked.size(), error(row)));
            }
        });
        ranked.sort(Comparator.comparingDouble(Ranked::error).thenComparingInt(Ranked::place));
        Map<Integer, Shown> wanted = new HashMap<>();
        List<List<Ranked>> quarters =
                new ArrayList<>(List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
        for (int rank = 0; rank < ranked.size(); rank++) {
            quarters.get(Quantiles.quarter(rank, ranked.size())).add(ranked.get(rank));
        }
        quarters.forEach(quarter -> chosen(quarter, each).forEach(r -> wanted.put(r.place(), null)));
        int[] place = {0};
        predictions.forEach(row -> {
            if (row.init().equals(init) && row.seed() == seed) {
                if (wanted.containsKey(place[0])) {
                    wanted.put(place[0], new Shown(row.id(), error(row), row.truth(), row.predicted()));
                }
                place[0]++;
            }
        });
        List<Quarter> result = new ArrayList<>();
        for (List<Ranked> quarter : quarters) {
            if (!quarter.isEmpty()) {
                result.add(new Quarter(
                        quarter.size(),
                        quarter.getFirst().error(),
                        quarter.getLast().error(),
                        chosen(quarter, each).stream()
                                .map(r -> wanted.get(r.place()))
                                .toList()));
            }
        }
        return new SpectrumQuartiles(init, result);
    }

    /** Evenly by rank: the middles of equal parts of the quarter. */
    private static List<Ranked> chosen(List<Ranked> quarter, int each) {
        int count = Math.min(each, quarter.size());
        List<Ranked> chosen = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            chosen.add(quarter.get((2 * k + 1) * quarter.size() / (2 * count)));
        }
        return chosen;
    }

    private static double error(Predictions.Row row) {
        double sum = 0;
        for (int i = 0; i < row.truth().length; i++) {
            sum += Math.abs(row.truth()[i] - row.predicted()[i]);
        }
        return sum / row.truth().length;
    }

    /** For programs, with the spectra shown. */
    public JsonObject toJson() {
        return JsonObject.builder()
                .put("init", init)
                .put(
                        "quarters",
                        JsonArray.of(
                                quarters.stream().map(SpectrumQuartiles::json).toList()))
                .build();
    }

    private static JsonObject json(Quarter quarter) {
        return JsonObject.builder()
                .put("spectra", quarter.count())
                .putOrNull("mae_low", quarter.low())
                .putOrNull("mae_high", quarter.high())
                .put(
                        "shown",
                        JsonArray.of(quarter.shown().stream()
                                .map(s -> JsonObject.builder()
                                        .put("id", s.id())
                                        .putOrNull("mae", s.error())
                                        .put("true", numbers(s.truth()))
                                        .put("predicted", numbers(s.predicted()))
                                        .build())
                                .toList()))
                .build();
    }

    private static JsonArray numbers(double[] values) {
        return JsonArray.of(Arrays.stream(values).mapToObj(JsonNumber::orNull).toList());
    }
}
