package unitcell.trainer.results;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonNumber;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.report.HtmlReport;
import unitcell.trainer.report.LineChart;
import unitcell.trainer.report.SvgPicture;
import unitcell.trainer.run.MetricsLog;

/**
 * How the runs were trained, from their logs: for each quantity that records of one kind tell, a chart with a curve for
 * each model.
 *
 * <p>Memory: {@value #POINTS} points a curve; a log is read whole, one at a time.
 */
final class LossSection {
    /** Points of a curve; longer logs are averaged over equal stretches. */
    static final int POINTS = 120;

    /** Curves with so few points show them. */
    private static final int FEW = 30;

    /** Ratio of largest to smallest value from which on the scale is logarithmic. */
    private static final double WIDE = 4;

    /** What stands in every record and is no measure of success. */
    private static final List<String> OTHER = List.of(
            "step",
            "epoch",
            "rate",
            "crystals",
            "atoms",
            "edges",
            "masked",
            "gradient_norm",
            "masked_species",
            "masked_top5",
            "error_before_A");

    /** Training, validation, then others; of each the loss first. */
    private static final Comparator<String> ORDER = Comparator.<String>comparingInt(LossSection::place)
            .thenComparingInt(name -> name.endsWith(": loss") ? 0 : 1)
            .thenComparing(name -> name);

    private record Curve(String model, double[] step, double[] value) {}

    private final List<String> missing = new ArrayList<>();
    private final Map<String, List<Curve>> charts = new TreeMap<>(ORDER);

    /** Reads the log of the first run of every model. */
    LossSection(List<ModelResults> models) throws IOException {
        for (ModelResults model : models) {
            Optional<Path> file = model.runs().get(0).metrics();
            if (file.isEmpty()) {
                missing.add(model.name());
            } else {
                curves(model.name(), MetricsLog.read(file.get()));
            }
        }
    }

    private static int place(String name) {
        return name.startsWith("train: ") ? 0 : name.startsWith("validation: ") ? 1 : 2;
    }

    private void curves(String model, List<JsonObject> records) throws IOException {
        Map<String, List<double[]>> points = new LinkedHashMap<>();
        for (JsonObject record : records) {
            String kind = record.getString("kind", "train");
            double step = record.getLong("step");
            for (Map.Entry<String, Json> member : record.members().entrySet()) {
                if (member.getValue() instanceof JsonNumber number && !OTHER.contains(member.getKey())) {
                    points.computeIfAbsent(kind + ": " + member.getKey(), k -> new ArrayList<>())
                            .add(new double[] {step, number.asDouble()});
                }
            }
        }
        points.forEach((name, own) ->
                charts.computeIfAbsent(name, n -> new ArrayList<>()).add(thinned(model, own)));
    }

    private static Curve thinned(String model, List<double[]> points) {
        int count = Math.min(POINTS, points.size());
        double[] step = new double[count];
        double[] value = new double[count];
        for (int k = 0; k < count; k++) {
            int from = (int) ((long) k * points.size() / count);
            int to = (int) ((k + 1L) * points.size() / count);
            for (double[] point : points.subList(from, to)) {
                step[k] += point[0] / (to - from);
                value[k] += point[1] / (to - from);
            }
        }
        return new Curve(model, step, value);
    }

    void write(HtmlReport page) {
        page.section("Training");
        if (!missing.isEmpty()) {
            page.paragraph("No log of " + Cells.join(missing)
                    + " was found: a checkpoint outside its run\u2019s folder has none. Name the run\u2019s folder.");
        }
        if (charts.isEmpty()) {
            return;
        }
        page.paragraph(
                "First run of each model; curves of more than " + POINTS + " records are means over equal stretches.");
        List<SvgPicture> pictures = new ArrayList<>();
        charts.forEach((name, curves) -> {
            String quantity = name.substring(name.indexOf(": ") + 2);
            String kind = name.substring(0, name.indexOf(": "));
            LineChart chart = new LineChart(title(label(quantity)) + ", " + kind, "step", label(quantity)).compact();
            double least = Double.POSITIVE_INFINITY;
            double most = Double.NEGATIVE_INFINITY;
            int points = 0;
            for (Curve curve : curves) {
                chart.line(curve.model(), curve.step(), curve.value());
                points = Math.max(points, curve.value().length);
                for (double value : curve.value()) {
                    least = Math.min(least, value);
                    most = Math.max(most, value);
                }
            }
            if (points <= FEW) {
                chart.dots();
            }
            // Values of one order of magnitude read better on a plain scale.
            if (least > 0 && most > WIDE * least) {
                chart.logarithmic();
            }
            pictures.add(chart.picture());
        });
        page.figures(pictures, "");
    }

    private static String title(String label) {
        String text = label.replaceFirst(" \\(.*", "");
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static String label(String quantity) {
        return switch (quantity) {
            case "species", "position", "adversarial" -> quantity + " loss";
            case "masked_top1" -> "hidden species found first (share)";
            case "error_after_A" -> "position error after (\u00c5)";
            default ->
                quantity.endsWith("_A")
                        ? quantity.substring(0, quantity.length() - 2).replace('_', ' ') + " (\u00c5)"
                        : quantity.replace('_', ' ');
        };
    }

    JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder();
        charts.forEach((name, curves) -> json.put(
                name,
                JsonArray.of(curves.stream()
                        .map(c -> JsonObject.builder()
                                .put("model", c.model())
                                .put("step", JsonArray.of(c.step()))
                                .put("value", JsonArray.of(c.value()))
                                .build())
                        .toList())));
        return json.build();
    }
}
