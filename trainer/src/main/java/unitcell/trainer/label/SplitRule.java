package unitcell.trainer.label;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.Suggestions;

/**
 * Who trains, who validates, who tests.
 *
 * @param by how sides are chosen
 * @param trainSystems only crystals of these systems train and validate; empty for all
 */
public record SplitRule(By by, Set<CrystalSystem> trainSystems) {
    /** How sides are chosen. */
    public sealed interface By {}

    /**
     * By a hash of seed and reduced composition: no composition is on two sides, and adding crystals never moves others.
     *
     * @param validation expected share of compositions that validate
     * @param test expected share of compositions that test
     */
    public record ByComposition(double validation, double test) implements By {
        public ByComposition {
            if (!(validation >= 0 && test >= 0 && validation + test < 1)) {
                throw new IllegalArgumentException("shares of compositions: validation " + validation + ", test " + test
                        + "; expected numbers from 0 that sum to less than 1");
            }
        }
    }

    /**
     * By the words in a column of the table, as published; rows with none of them are left out. Where no word validates,
     * a tenth of the compositions that train do.
     *
     * @param column name
     * @param train words of rows that train
     * @param validation words of rows that validate
     * @param test words of rows that test
     */
    public record ByColumn(String column, List<String> train, List<String> validation, List<String> test)
            implements By {
        public ByColumn {
            train = List.copyOf(train);
            validation = List.copyOf(validation);
            test = List.copyOf(test);
            if (column.isBlank()) {
                throw new IllegalArgumentException("a split by column names no column");
            }
            if (train.isEmpty() || test.isEmpty()) {
                throw new IllegalArgumentException(
                        "a split by column needs words for 'train' and for 'test', found " + train + " and " + test);
            }
            for (String word : train) {
                requireOneSide(word, validation.contains(word) || test.contains(word));
            }
            for (String word : validation) {
                requireOneSide(word, test.contains(word));
            }
        }

        private static void requireOneSide(String word, boolean again) {
            if (again) {
                throw new IllegalArgumentException("'" + word + "' stands for two sides of the split");
            }
        }
    }

    public SplitRule {
        trainSystems = Set.copyOf(trainSystems);
    }

    /** By composition, every crystal system. */
    public static SplitRule composition(double validation, double test) {
        return new SplitRule(new ByComposition(validation, test), Set.of());
    }

    /** By a column, every crystal system. */
    public static SplitRule column(String column, List<String> train, List<String> validation, List<String> test) {
        return new SplitRule(new ByColumn(column, train, validation, test), Set.of());
    }

    JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder();
        switch (by) {
            case ByComposition c ->
                json.put("by", "composition").put("validation", c.validation()).put("test", c.test());
            case ByColumn c ->
                json.put("by", "column")
                        .put("column", c.column())
                        .put("train", JsonArray.ofStrings(c.train()))
                        .put("validation", JsonArray.ofStrings(c.validation()))
                        .put("test", JsonArray.ofStrings(c.test()));
        }
        if (!trainSystems.isEmpty()) {
            json.put(
                    "train_systems",
                    JsonArray.ofStrings(
                            new TreeSet<>(trainSystems).stream().map(Keys::word).toList()));
        }
        return json.build();
    }

    static SplitRule fromJson(JsonObject json) throws JsonException {
        TreeSet<CrystalSystem> systems = new TreeSet<>();
        if (json.has("train_systems")) {
            for (var word : json.getArray("train_systems").values()) {
                systems.add(Keys.choice(word, "train_systems", word.asString(), CrystalSystem.values()));
            }
        }
        String by = json.getString("by");
        return switch (by) {
            case "composition" -> {
                Keys.requireKnown(json, List.of("by", "validation", "test", "train_systems"));
                double validation = json.getDouble("validation");
                double test = json.getDouble("test");
                yield new SplitRule(Keys.checked(json, () -> new ByComposition(validation, test)), systems);
            }
            case "column" -> {
                Keys.requireKnown(json, List.of("by", "column", "train", "validation", "test", "train_systems"));
                String column = json.getString("column");
                List<String> train = Keys.strings(json, "train");
                List<String> validation = Keys.stringsOrNone(json, "validation");
                List<String> test = Keys.strings(json, "test");
                yield new SplitRule(Keys.checked(json, () -> new ByColumn(column, train, validation, test)), systems);
            }
            default ->
                throw new JsonException(
                        json.get("by").where(),
                        "'by': found '" + by + "', expected one of composition, column"
                                + Suggestions.hint(by, List.of("composition", "column"), ""));
        };
    }
}
