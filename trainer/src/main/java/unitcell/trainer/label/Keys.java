package unitcell.trainer.label;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.Suggestions;

/** How the JSON of tasks is read: no unknown key, words out of a list, every complaint with its place. */
final class Keys {
    private Keys() {}

    /**
     * Refuses keys that nobody knows.
     *
     * @throws JsonException with the place of the first, the key that was probably meant, and all that are known
     */
    static void requireKnown(JsonObject json, List<String> known) throws JsonException {
        for (String key : json.keys()) {
            if (!known.contains(key)) {
                throw new JsonException(
                        json.get(key).where(),
                        "unknown key '" + key + "', expected one of " + known + Suggestions.hint(key, known, ""));
            }
        }
    }

    /** The constant whose {@link #word} stands under a key. */
    static <E extends Enum<E>> E choice(JsonObject json, String key, E[] constants) throws JsonException {
        return choice(json.get(key), key, json.getString(key), constants);
    }

    /** The constant that a word means, found at some value under a key. */
    static <E extends Enum<E>> E choice(Json place, String key, String word, E[] constants) throws JsonException {
        for (E constant : constants) {
            if (word(constant).equals(word)) {
                return constant;
            }
        }
        List<String> words = Arrays.stream(constants).map(Keys::word).toList();
        throw new JsonException(
                place.where(),
                "'" + key + "': found '" + word + "', expected one of " + String.join(", ", words)
                        + Suggestions.hint(word, words, ""));
    }

    /** The constant whose {@link #word} stands under a key, or the fallback where the key is absent. */
    static <E extends Enum<E>> E choice(JsonObject json, String key, E[] constants, E fallback) throws JsonException {
        return json.has(key) ? choice(json, key, constants) : fallback;
    }

    /** An enum constant as tasks write it: lower case, hyphens. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The strings under a key. */
    static List<String> strings(JsonObject json, String key) throws JsonException {
        return json.getArray(key).strings();
    }

    /** The strings under a key, none where it is absent. */
    static List<String> stringsOrNone(JsonObject json, String key) throws JsonException {
        return json.has(key) ? strings(json, key) : List.of();
    }

    /** What a constructor makes; its complaint gets the place of the value it was made from. */
    static <T> T checked(Json json, Supplier<T> constructor) throws JsonException {
        try {
            return constructor.get();
        } catch (IllegalArgumentException e) {
            throw new JsonException(json.where(), "" + e.getMessage());
        }
    }
}
