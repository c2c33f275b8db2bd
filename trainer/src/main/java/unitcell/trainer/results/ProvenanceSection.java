package unitcell.trainer.results;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.report.HtmlReport;
import unitcell.trainer.report.ReportTable;

/** Where every number comes from and how to make it again. */
final class ProvenanceSection {
    private final ResultsOptions options;
    private final ResultsRun.Environment environment;
    private final Optional<Measured> measured;

    ProvenanceSection(ResultsOptions options, ResultsRun.Environment environment, Optional<Measured> measured) {
        this.options = options;
        this.environment = environment;
        this.measured = measured;
    }

    void write(HtmlReport page) throws JsonException {
        page.section("Provenance");
        if (measured.isPresent()) {
            models(page, measured.get());
            TestSet test = measured.get().test();
            page.paragraph("Test crystals: " + String.join(", ", test.files()) + "; " + Cells.grouped(test.size())
                    + " of " + Cells.grouped(test.usable()) + " that could be used, "
                    + Cells.grouped(test.skipped()) + " skipped; fingerprint " + test.fingerprint()
                    + ". Each was spoilt " + options.draws() + (options.draws() == 1 ? " time" : " times")
                    + " under each setting; masks and displacements are the same for every model. Whether a model"
                    + " trained on any of them is not known here"
                    + (options.train().isPresent()
                            ? "."
                            : "; give the training crystals with --train to have them counted."));
        }
        page.paragraph("Seed " + options.seed() + ". " + environment.version() + ". " + environment.date()
                + ". Computed on " + environment.device().description() + ".");
        page.details("Command", environment.command() + "\n");
    }

    private static void models(HtmlReport page, Measured measured) throws JsonException {
        ReportTable table = new ReportTable("Models", "name", "run", "checkpoint", "steps", "parameters", "weights");
        for (ModelResults model : measured.models()) {
            int number = 1;
            for (RunInfo run : model.runs()) {
                table.row(
                        model.name(),
                        number++,
                        run.model().getString("checkpoint"),
                        Cells.grouped(run.model().getLong("step")),
                        Cells.grouped(run.model().getLong("parameters")),
                        run.model().getBoolean("averaged") ? "averaged" : "last");
            }
        }
        page.table(table);
    }

    JsonObject toJson() throws IOException {
        JsonObject.Builder json = JsonObject.builder()
                .put("version", environment.version())
                .put("date", environment.date().toString())
                .put("command", environment.command())
                .put("device", environment.device().description())
                .put("seed", options.seed())
                .put("draws", (long) options.draws())
                .put("visible_species", options.choice().slug())
                .put("oxidation", options.oxidation().slug())
                .put(
                        "settings",
                        JsonArray.of(
                                options.settings().stream().map(Setting::toJson).toList()));
        if (measured.isPresent()) {
            json.put("test", measured.get().test().toJson());
            List<JsonObject> models = new ArrayList<>();
            for (ModelResults model : measured.get().models()) {
                List<JsonObject> runs = new ArrayList<>();
                for (RunInfo run : model.runs()) {
                    runs.add(run.toJson());
                }
                models.add(JsonObject.builder()
                        .put("name", model.name())
                        .put("runs", JsonArray.of(runs))
                        .build());
            }
            json.put("models", JsonArray.of(models));
            measured.get().matching().ifPresent(matching -> json.put("matching", matching.toJson()));
        }
        return json.build();
    }
}
