package unitcell.trainer.results;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.report.HtmlReport;
import unitcell.trainer.results.tuned.TunedRun;
import unitcell.trainer.stats.Estimate;

/**
 * The report, composed: a page for people and the same numbers for programs.
 *
 * @param page as HTML
 * @param json every number of the page
 * @param lines a few of them, for the terminal
 */
public record ResultsReport(HtmlReport page, JsonObject json, List<List<String>> lines) {
    /** Heads of {@link #lines}. */
    public static final List<String> HEADER = List.of(
            "model", "mask", "noise", "structure", "composition", "top-1", "top-5", "aligned A before", "after");

    /** Composes everything that was found. */
    static ResultsReport of(
            ResultsOptions options,
            ResultsRun.Environment environment,
            Optional<Measured> measured,
            List<TunedRun> tuned)
            throws IOException {
        HtmlReport page = new HtmlReport("Results", subtitle(measured, tuned));
        JsonObject.Builder json = JsonObject.builder();
        ProvenanceSection provenance = new ProvenanceSection(options, environment, measured);
        json.put("provenance", provenance.toJson());
        TunedSection fineTuned = new TunedSection(tuned, options.seed());
        if (measured.isPresent()) {
            models(options, measured.get(), page, json);
        } else {
            page.paragraph("No generator was given, so this report tells of fine-tuning alone. Name trained runs with"
                    + " --model NAME=RUN and the crystals to measure them on with --test.");
        }
        fineTuned.write(page);
        json.put("fine_tuning", fineTuned.toJson());
        if (measured.isPresent()) {
            LossSection losses = new LossSection(measured.get().models());
            losses.write(page);
            json.put("training", losses.toJson());
        }
        provenance.write(page);
        return new ResultsReport(
                page, json.build(), measured.map(m -> lines(options, m)).orElse(List.of()));
    }

    private static String subtitle(Optional<Measured> measured, List<TunedRun> tuned) {
        List<String> parts = new ArrayList<>();
        measured.ifPresent(m ->
                parts.add((m.models().size() == 1 ? "one model" : m.models().size() + " models") + " on "
                        + Cells.grouped(m.test().size()) + " test crystals"));
        if (!tuned.isEmpty()) {
            parts.add(tuned.size() == 1 ? "one fine-tuned task" : tuned.size() + " fine-tuned tasks");
        }
        return String.join(", ", parts) + "; every number with its interval of 95 %";
    }

    private static void models(ResultsOptions options, Measured measured, HtmlReport page, JsonObject.Builder json) {
        page.facts(facts(options, measured));
        ValiditySection validity = new ValiditySection(options, measured);
        GallerySection gallery = new GallerySection(options, measured);
        SizeSection sizes = new SizeSection(measured);
        ExchangeSection exchanges = new ExchangeSection(options, measured);
        ComparisonSection comparisons = new ComparisonSection(options, measured);
        validity.write(page);
        new SimilaritySection(options, measured).write(page);
        gallery.write(page);
        sizes.write(page);
        exchanges.write(page);
        comparisons.write(page);
        json.put("measured", validity.toJson())
                .put("examples", gallery.toJson())
                .put("sizes", sizes.toJson())
                .put("exchanges", exchanges.toJson())
                .put("comparisons", comparisons.toJson());
    }

    private static Map<String, String> facts(ResultsOptions options, Measured measured) {
        Map<String, String> facts = new LinkedHashMap<>();
        Setting first = options.settings().get(0);
        facts.put("test crystals", Cells.grouped(measured.test().size()));
        facts.put("valid compositions, the truth", percent(measured.truth().estimate(Metric.COMPOSITION)));
        for (ModelResults model : measured.models().stream().limit(4).toList()) {
            facts.put(
                    model.name() + ": structure / composition, " + first.text(),
                    percent(model.scores(first).estimate(Metric.STRUCTURE)) + " / "
                            + percent(model.scores(first).estimate(Metric.COMPOSITION)));
        }
        return facts;
    }

    private static String percent(Estimate share) {
        return Cells.plain(100 * share.value(), 2) + " %";
    }

    private static List<List<String>> lines(ResultsOptions options, Measured measured) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(line("truth", "-", "-", measured.truth()));
        for (Setting setting : options.settings()) {
            String noise = setting.noiseText();
            lines.add(line("guess", setting.maskText(), noise, measured.guess().get(setting)));
            for (ModelResults model : measured.models()) {
                lines.add(line(model.name(), setting.maskText(), noise, model.scores(setting)));
            }
        }
        return lines;
    }

    private static List<String> line(String model, String mask, String noise, Scores scores) {
        List<String> line = new ArrayList<>(List.of(model, mask, noise));
        for (Metric metric : List.of(
                Metric.STRUCTURE,
                Metric.COMPOSITION,
                Metric.TOP1,
                Metric.TOP5,
                Metric.BEFORE_ALIGNED,
                Metric.AFTER_ALIGNED)) {
            double value = scores.estimate(metric).value();
            line.add(
                    Double.isNaN(value)
                            ? "-"
                            : metric.isShare() ? Cells.plain(100 * value, 1) + " %" : Cells.plain(value, 4));
        }
        return line;
    }
}
