package unitcell.trainer.label;

import java.util.List;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;

/**
 * Which of two classes a row belongs to: class 1 (positive) if its column is at most a threshold, or at least one, or
 * one of some words; otherwise class 0 (negative).
 *
 * @param negative name of class 0
 * @param positive name of class 1
 * @param test what makes a row positive
 */
public record ClassRule(String negative, String positive, Test test) {
    private static final List<String> KEYS = List.of("negative", "positive", "at_most", "at_least", "values");

    /** What makes a row positive. */
    public sealed interface Test {}

    /** A number not above the threshold. */
    public record AtMost(double threshold) implements Test {}

    /** A number not below the threshold. */
    public record AtLeast(double threshold) implements Test {}

    /** One of these words, spelt so; any other word is negative. */
    public record OneOf(List<String> words) implements Test {
        public OneOf {
            words = List.copyOf(words);
            if (words.isEmpty()) {
                throw new IllegalArgumentException("no word makes a row positive");
            }
        }
    }

    public ClassRule {
        if (negative.isBlank() || positive.isBlank() || negative.equals(positive)) {
            throw new IllegalArgumentException(
                    "classes are called '" + negative + "' and '" + positive + "', expected two different names");
        }
    }

    /** Whether the column holds a number; otherwise it holds a word. */
    boolean isNumeric() {
        return !(test instanceof OneOf);
    }

    /** Class of a number. */
    int classOf(double value) {
        return switch (test) {
            case AtMost t -> value <= t.threshold() ? 1 : 0;
            case AtLeast t -> value >= t.threshold() ? 1 : 0;
            case OneOf t -> throw new IllegalStateException("class of a number asked for, but " + t + " tests words");
        };
    }

    /** Class of a word. */
    int classOf(String word) {
        return switch (test) {
            case OneOf t -> t.words().contains(word) ? 1 : 0;
            case Test t -> throw new IllegalStateException("class of a word asked for, but " + t + " tests numbers");
        };
    }

    JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder().put("negative", negative).put("positive", positive);
        switch (test) {
            case AtMost t -> json.put("at_most", t.threshold());
            case AtLeast t -> json.put("at_least", t.threshold());
            case OneOf t -> json.put("values", JsonArray.ofStrings(t.words()));
        }
        return json.build();
    }

    static ClassRule fromJson(JsonObject json) throws JsonException {
        Keys.requireKnown(json, KEYS);
        List<String> tests =
                json.keys().stream().filter(key -> KEYS.indexOf(key) >= 2).toList();
        if (tests.size() != 1) {
            throw new JsonException(json.where(), "expected one of 'at_most', 'at_least' and 'values', found " + tests);
        }
        String negative = json.getString("negative");
        String positive = json.getString("positive");
        Test test = switch (tests.get(0)) {
            case "at_most" -> new AtMost(json.getDouble("at_most"));
            case "at_least" -> new AtLeast(json.getDouble("at_least"));
            default -> {
                List<String> words = Keys.strings(json, "values");
                yield Keys.checked(json, () -> new OneOf(words));
            }
        };
        return Keys.checked(json, () -> new ClassRule(negative, positive, test));
    }
}
