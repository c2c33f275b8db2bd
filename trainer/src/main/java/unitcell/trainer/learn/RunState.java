package unitcell.trainer.learn;

import java.util.ArrayList;
import java.util.List;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;

/**
 * Where a run is, beside its numbers: enough to go on with the next batch.
 *
 * @param step steps done, skipped ones included
 * @param epoch pass over the data that the next batch belongs to
 * @param batch number of the next batch within the epoch
 * @param seconds wall time used so far
 * @param crystals crystals seen so far
 */
public record RunState(long step, long epoch, int batch, double seconds, long crystals) {
    /** Nothing done yet. */
    public static final RunState START = new RunState(0, 0, 0, 0, 0);

    /** As JSON. */
    public JsonObject toJson() {
        return JsonObject.builder()
                .put("step", step)
                .put("epoch", epoch)
                .put("batch", batch)
                .put("seconds", seconds)
                .put("crystals", crystals)
                .build();
    }

    /** What {@link #toJson} wrote. */
    public static RunState fromJson(JsonObject json) throws JsonException {
        return new RunState(
                json.getLong("step"),
                json.getLong("epoch"),
                json.getInt("batch"),
                json.getDouble("seconds"),
                json.getLong("crystals"));
    }

    /** The paths of all values in which two configurations differ: {@code loss.masked_weight is 1, was 2}. */
    public static List<String> differences(JsonObject now, JsonObject before) {
        List<String> found = new ArrayList<>();
        differences("", now, before, found);
        return found;
    }

    private static void differences(String prefix, JsonObject now, JsonObject before, List<String> found) {
        for (String key : before.keys()) {
            if (!now.has(key)) {
                found.add(prefix + key + " is absent, was " + before.members().get(key));
            }
        }
        for (String key : now.keys()) {
            Json is = now.members().get(key);
            Json was = before.members().get(key);
            if (is instanceof JsonObject a && was instanceof JsonObject b) {
                differences(prefix + key + ".", a, b, found);
            } else if (!is.equals(was)) {
                found.add(prefix + key + " is " + is + ", was " + (was == null ? "absent" : was));
            }
        }
    }
}
