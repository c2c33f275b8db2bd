package unitcell.net;

import java.util.Locale;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;

/**
 * How a network that predicts something of whole crystals reads node features.
 *
 * @param outputs numbers for each crystal, K
 * @param pooling how atoms become a crystal
 * @param divisor divides the pooled numbers: 1, or a constant such as the reference's average number of nodes
 */
public record Readout(int outputs, Heads.Pooling pooling, double divisor) {
    public Readout {
        if (outputs < 1) {
            throw new IllegalArgumentException("a network must have at least one output, got " + outputs);
        }
        if (!(divisor > 0 && Double.isFinite(divisor))) {
            throw new IllegalArgumentException(
                    "the divisor of pooled numbers is " + divisor + ", expected a positive number");
        }
    }

    /** The mean over atoms, for intensive properties. */
    public static Readout mean(int outputs) {
        return new Readout(outputs, Heads.Pooling.MEAN, 1);
    }

    /** As JSON. */
    public JsonObject toJson() {
        return JsonObject.builder()
                .put("outputs", outputs)
                .put("pooling", pooling.name().toLowerCase(Locale.ROOT))
                .put("divisor", divisor)
                .build();
    }

    /**
     * From JSON.
     *
     * @throws JsonException naming the place of whatever is wrong
     */
    public static Readout fromJson(JsonObject json) throws JsonException {
        try {
            return new Readout(
                    json.getInt("outputs"),
                    Heads.Pooling.valueOf(json.getString("pooling").toUpperCase(Locale.ROOT)),
                    json.getDouble("divisor"));
        } catch (IllegalArgumentException e) {
            throw new JsonException(json.where(), e.getMessage());
        }
    }
}
