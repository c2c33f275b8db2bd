package unitcell.trainer.results.tuned;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonNull;
import unitcell.engine.io.JsonObject;

/**
 * One fit, or one guess without a network, on the crystals that test it.
 *
 * @param init what it started from: {@code pretrained}, {@code scratch}, {@code dummy}
 * @param seed of the fit
 * @param fold which part of the data tests
 * @param n crystals that test
 * @param metrics by name; NaN for what does not exist
 * @param intervals ends of the 95 % interval over resampled test crystals, by name, where they are told
 * @param systems the same by crystal system
 */
public record Fit(
        String init,
        long seed,
        int fold,
        long n,
        Map<String, Double> metrics,
        Map<String, double[]> intervals,
        Map<CrystalSystem, Part> systems) {

    /** Metrics over a part of the crystals. */
    public record Part(long n, Map<String, Double> metrics) {}

    /** From a row of {@code results.json}. */
    static Fit fromJson(JsonObject row) throws JsonException {
        Map<CrystalSystem, Part> systems = new EnumMap<>(CrystalSystem.class);
        if (row.has("by_system")) {
            JsonObject bySystem = row.getObject("by_system");
            for (String name : bySystem.keys()) {
                CrystalSystem system = CrystalSystem.find(name)
                        .orElseThrow(() -> new JsonException(bySystem.where(), "'" + name + "' is no crystal system"));
                JsonObject part = bySystem.getObject(name);
                systems.put(system, new Part(part.getLong("n"), numbers(part.getObject("metrics"))));
            }
        }
        Map<String, double[]> intervals = new LinkedHashMap<>();
        if (row.has("intervals")) {
            JsonObject all = row.getObject("intervals");
            for (String name : all.keys()) {
                JsonObject ends = all.getObject(name);
                intervals.put(name, new double[] {number(ends, "low"), number(ends, "high")});
            }
        }
        return new Fit(
                row.getString("init"),
                row.getLong("seed"),
                row.getInt("fold", 0),
                row.getLong("n"),
                numbers(row.getObject("metrics")),
                intervals,
                systems);
    }

    private static Map<String, Double> numbers(JsonObject json) throws JsonException {
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (String name : json.keys()) {
            numbers.put(name, number(json, name));
        }
        return numbers;
    }

    private static double number(JsonObject json, String name) throws JsonException {
        Json value = json.get(name);
        return value instanceof JsonNull ? Double.NaN : json.getDouble(name);
    }
}
