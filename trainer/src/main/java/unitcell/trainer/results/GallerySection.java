package unitcell.trainer.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.reconstruct.PositionError;
import unitcell.trainer.report.CrystalPicture;
import unitcell.trainer.report.HtmlReport;
import unitcell.trainer.report.SvgPicture;

/** Crystals to look at: as they were, spoilt, and as each model completed them. */
final class GallerySection {
    private static final double SIZE = 230;
    private static final int MOST_MODELS = 4;

    private final ResultsOptions options;
    private final Measured measured;
    private final ValidityRules rules;

    GallerySection(ResultsOptions options, Measured measured) {
        this.options = options;
        this.measured = measured;
        this.rules = ValidityRules.of(options.oxidation());
    }

    void write(HtmlReport page) {
        page.section("Original, spoilt, completed");
        Gallery gallery = measured.gallery();
        if (gallery.chosen().isEmpty()) {
            page.paragraph(
                    "No test crystal has between 3 and 12 atoms in a cell without sharp angles, so none is drawn.");
            return;
        }
        page.paragraph("Crystals spread evenly over the test set, chosen before anything was computed; then, for each"
                + " model, the first that came out invalid, and the first valid ones of another composition. Dashed"
                + " circles with a question mark are hidden sites. Arrows lead from where an atom belongs to where it is;"
                + " completed crystals are drawn without the shift common to all their atoms. A green ring marks a hidden"
                + " species that was found, a red one any species that is wrong. "
                + Cells.sentence(options.choice().text()));
        gallery.chosen().forEach((place, setting) -> chosen(page, place, setting));
        for (ModelResults model : measured.models()) {
            Gallery.Shown shown = gallery.byModel().get(model.name());
            if (shown != null) {
                special(page, model.name() + ", invalid structure", shown.structures());
                special(page, model.name() + ", invalid composition", shown.compositions());
                special(page, model.name() + ", valid, another composition", shown.changed());
            }
        }
    }

    private void chosen(HtmlReport page, long place, Setting setting) {
        List<SvgPicture> row = new ArrayList<>();
        List<String> verdicts = new ArrayList<>();
        Trial any = null;
        for (ModelResults model : measured.models().stream().limit(MOST_MODELS).toList()) {
            Optional<Gallery.Example> example = Optional.ofNullable(
                            measured.gallery().byModel().get(model.name()))
                    .map(shown -> shown.chosen().get(place));
            if (example.isPresent()) {
                Trial trial = example.get().trial();
                if (any == null) {
                    row.addAll(given(trial));
                    any = trial;
                }
                row.add(completed(trial, model.name()));
                verdicts.add(model.name() + ": " + outcome(trial));
            }
        }
        if (any != null) {
            page.figures(row, head(any, setting) + " " + String.join(" ", verdicts));
        }
    }

    private void special(HtmlReport page, String title, List<Gallery.Example> examples) {
        for (Gallery.Example example : examples) {
            Trial trial = example.trial();
            List<SvgPicture> row = new ArrayList<>(given(trial));
            row.add(completed(trial, "completed"));
            page.figures(row, title + ". " + head(trial, example.setting()) + " Completed: " + outcome(trial));
        }
    }

    private static List<SvgPicture> given(Trial trial) {
        Crystal truth = trial.original();
        return List.of(
                CrystalPicture.of(truth)
                        .size(SIZE)
                        .title(formula(truth) + ", original")
                        .picture(),
                CrystalPicture.of(trial.spoilt().input())
                        .truth(truth.frac())
                        .size(SIZE)
                        .title("spoilt")
                        .picture());
    }

    private static SvgPicture completed(Trial trial, String title) {
        Crystal truth = trial.original();
        Crystal completed = trial.completed();
        double[] moved = PositionError.aligned(PositionError.displacements(truth, completed));
        Crystal aligned = Corruption.displaced(truth.withSpecies(completed.species()), moved);
        CrystalPicture picture =
                CrystalPicture.of(aligned).truth(truth.frac()).size(SIZE).title(title);
        for (int i = 0; i < truth.size(); i++) {
            boolean right = truth.species(i) == completed.species(i);
            if (trial.spoilt().masked()[i] || !right) {
                picture.mark(i, right);
            }
        }
        return picture.picture();
    }

    private static String head(Trial trial, Setting setting) {
        Crystal truth = trial.original();
        return String.format(
                Locale.ROOT,
                "%s, %s: %s hidden, noise %s d_min; aligned mean distance of the spoilt atoms %.3f \u00c5.",
                formula(truth),
                truth.id(),
                setting.maskText(),
                setting.noiseText(),
                aligned(truth, trial.spoilt().input()));
    }

    private String outcome(Trial trial) {
        List<String> faults = new ArrayList<>();
        rules.structureFault(trial.completed()).ifPresent(faults::add);
        rules.compositionFault(trial.completed().composition()).ifPresent(faults::add);
        return String.format(
                Locale.ROOT,
                "%s, %s, aligned mean distance %.3f \u00c5.",
                formula(trial.completed()),
                faults.isEmpty() ? "valid" : "invalid: " + String.join("; ", faults),
                aligned(trial.original(), trial.completed()));
    }

    private static double aligned(Crystal truth, Crystal crystal) {
        return PositionError.of(PositionError.aligned(PositionError.displacements(truth, crystal)))
                .mean();
    }

    /** The reduced formula with its numbers below the line. */
    private static String formula(Crystal crystal) {
        StringBuilder text = new StringBuilder();
        crystal.composition()
                .reducedFormula()
                .chars()
                .forEach(c -> text.append((char) (c >= '0' && c <= '9' ? c - '0' + '\u2080' : c)));
        return text.toString();
    }

    /** What is drawn, for programs. */
    JsonArray toJson() {
        List<JsonObject> examples = new ArrayList<>();
        for (Map.Entry<String, Gallery.Shown> model :
                measured.gallery().byModel().entrySet()) {
            Gallery.Shown shown = model.getValue();
            shown.chosen().values().forEach(e -> examples.add(json(model.getKey(), "chosen", e)));
            shown.structures().forEach(e -> examples.add(json(model.getKey(), "invalid structure", e)));
            shown.compositions().forEach(e -> examples.add(json(model.getKey(), "invalid composition", e)));
            shown.changed().forEach(e -> examples.add(json(model.getKey(), "another composition", e)));
        }
        return JsonArray.of(examples);
    }

    private static JsonObject json(String model, String kind, Gallery.Example example) {
        Trial trial = example.trial();
        List<String> species = new ArrayList<>();
        for (int z : trial.completed().species()) {
            species.add(Element.of(z).symbol());
        }
        return JsonObject.builder()
                .put("model", model)
                .put("kind", kind)
                .put("setting", example.setting().slug())
                .put("id", trial.original().id())
                .put("index", trial.index())
                .put("original", trial.original().composition().reducedFormula())
                .put("completed", trial.completed().composition().reducedFormula())
                .put("species", JsonArray.ofStrings(species))
                .put("structure_valid", trial.verdict().structure())
                .put("composition_valid", trial.verdict().composition())
                .put(
                        "aligned_mean_before_A",
                        aligned(trial.original(), trial.spoilt().input()))
                .put("aligned_mean_after_A", aligned(trial.original(), trial.completed()))
                .build();
    }
}
