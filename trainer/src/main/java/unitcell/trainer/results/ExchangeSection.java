package unitcell.trainer.results;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import unitcell.crystal.Element;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.report.ElementMap;
import unitcell.trainer.report.HtmlReport;
import unitcell.trainer.report.ReportTable;
import unitcell.trainer.results.Exchanges.Pair;
import unitcell.trainer.stats.Estimate;
import unitcell.trainer.stats.ShuffleTest;

/** Which species take each other's place in valid crystals, and whether like ones do. */
final class ExchangeSection {
    private static final int STRONGEST = 20;

    private final Measured measured;
    private final Map<String, Map<Setting, ExchangeTest>> tests = new LinkedHashMap<>();

    ExchangeSection(ResultsOptions options, Measured measured) {
        this.measured = measured;
        for (ModelResults model : measured.models()) {
            Map<Setting, ExchangeTest> own = new LinkedHashMap<>();
            options.settings().forEach(s -> own.put(s, ExchangeTest.of(model.firstRun(s), options.seed())));
            tests.put(model.name(), own);
        }
    }

    void write(HtmlReport page) {
        page.section("Which species replaces which");
        page.paragraph(
                "Completed crystals that are valid in both senses but whose composition is not the original\u2019s,"
                        + " over all settings, draws and runs. A cell is the share that a replacement (column) has of all"
                        + " sites that the original species (row) lost; groups of the periodic table stand together,"
                        + " lanthanides and actinides in group 3. Only elements that occur are shown.");
        for (ModelResults model : measured.models()) {
            Exchanges exchanges = model.exchanges();
            if (exchanges.total() == 0) {
                page.paragraph(model.name() + ": no valid crystal changed its composition.");
                continue;
            }
            List<Element> elements = exchanges.elements();
            page.figure(
                    new ElementMap(
                                    model.name() + ": " + Cells.grouped(exchanges.total()) + " sites in "
                                            + Cells.grouped(exchanges.changed()) + " completed crystals",
                                    "original species",
                                    "replacement",
                                    "share of the row",
                                    elements,
                                    exchanges.rowShares(elements))
                            .picture(),
                    "");
            strongest(page, model);
            likeness(page, model);
        }
    }

    private static void strongest(HtmlReport page, ModelResults model) {
        long total = model.exchanges().total();
        ReportTable table = new ReportTable(
                model.name() + ": the strongest exchanges",
                "original",
                "replacement",
                "sites",
                "of all exchanged sites [%]",
                "completed crystals",
                "likeness");
        for (Pair pair :
                model.exchanges().pairsByCount().stream().limit(STRONGEST).toList()) {
            table.row(
                    pair.from().symbol(),
                    pair.to().symbol(),
                    pair.sites(),
                    Cells.plain(100.0 * pair.sites() / total, 2),
                    pair.crystals(),
                    likeness(pair));
        }
        page.table(table);
    }

    private static String likeness(Pair pair) {
        int a = pair.from().z();
        int b = pair.to().z();
        if (PeriodicOrder.sameGroup(a, b)) {
            return PeriodicOrder.neighbours(a, b) ? "same group, neighbours" : "same group";
        }
        return PeriodicOrder.neighbours(a, b) ? "neighbours" : "";
    }

    private void likeness(HtmlReport page, ModelResults model) {
        ReportTable table = new ReportTable(
                model.name()
                        + ": exchanges for like species, beside chance. Each crystal of the first run counts each pair"
                        + " of species once. Chance: the replacements dealt out anew among the originals, pairs of"
                        + " equal species left out; its expected share follows from how often each species is lost and"
                        + " put in. p: share of shuffles that are at least as alike. Small print of shares: 95 %"
                        + " intervals, Wilson\u2019s; of chance: 95 % of the shuffles.",
                "hidden",
                "noise [d_min]",
                "pairs",
                "likeness",
                "share [%]",
                "chance [%]",
                "p");
        tests.get(model.name()).forEach((setting, test) -> {
            row(table, setting.maskText(), setting.noiseText(), test, "same group", test.sameGroup());
            row(table, "", "", test, "neighbours in a period", test.neighbours());
            row(table, "", "", test, "either", test.alike());
        });
        page.table(table);
    }

    private static void row(
            ReportTable table, String mask, String noise, ExchangeTest test, String likeness, ShuffleTest one) {
        table.row(
                mask,
                noise,
                test.pairs(),
                likeness,
                Cells.percent(test.share(one)),
                Cells.percent(chance(one)),
                Cells.p(one.p(), one.shuffles()));
    }

    private static Estimate chance(ShuffleTest test) {
        return new Estimate(
                test.expected(), test.low(), test.high(), test.shuffles(), Estimate.Kind.NONE, new double[0]);
    }

    JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder();
        for (ModelResults model : measured.models()) {
            List<JsonObject> pairs = new ArrayList<>();
            for (Pair pair : model.exchanges().pairsByCount()) {
                pairs.add(JsonObject.builder()
                        .put("from", pair.from().symbol())
                        .put("to", pair.to().symbol())
                        .put("sites", pair.sites())
                        .put("crystals", pair.crystals())
                        .put("share", (double) pair.sites() / model.exchanges().total())
                        .build());
            }
            JsonObject.Builder bySetting = JsonObject.builder();
            tests.get(model.name()).forEach((setting, test) -> bySetting.put(setting.slug(), test.toJson()));
            json.put(
                    model.name(),
                    JsonObject.builder()
                            .put("crystals_changed", model.exchanges().changed())
                            .put("sites", model.exchanges().total())
                            .put("pairs", JsonArray.of(pairs))
                            .put("likeness", bySetting.build())
                            .build());
        }
        return json.build();
    }
}
