package unitcell.trainer.label;

import java.util.List;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;

/**
 * Where the bins of a spectrum lie: bin i at {@code start + i * step}.
 *
 * @param start of the axis, in its unit
 * @param step between bins, positive
 * @param bins at least 2
 * @param unit of the axis
 * @param column that holds the axis in each row, to be checked against this grid; empty if the tables have none
 */
public record SpectrumGrid(double start, double step, int bins, String unit, String column) {
    public SpectrumGrid {
        if (!Double.isFinite(start) || !(step > 0 && Double.isFinite(step)) || bins < 2) {
            throw new IllegalArgumentException("the grid of a spectrum starts at " + start + " with step " + step
                    + " and " + bins + " bins, expected a positive step and at least 2 bins");
        }
    }

    /** Position of a bin on the axis. */
    public double at(int bin) {
        return start + bin * step;
    }

    /** Positions of all bins. */
    public double[] axis() {
        double[] axis = new double[bins];
        for (int i = 0; i < bins; i++) {
            axis[i] = at(i);
        }
        return axis;
    }

    JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder()
                .put("start", start)
                .put("step", step)
                .put("bins", bins)
                .put("unit", unit);
        if (!column.isEmpty()) {
            json.put("column", column);
        }
        return json.build();
    }

    static SpectrumGrid fromJson(JsonObject json) throws JsonException {
        Keys.requireKnown(json, List.of("start", "step", "bins", "unit", "column"));
        double start = json.getDouble("start");
        double step = json.getDouble("step");
        int bins = json.getInt("bins");
        String unit = json.getString("unit");
        String column = json.getString("column", "");
        return Keys.checked(json, () -> new SpectrumGrid(start, step, bins, unit, column));
    }
}
