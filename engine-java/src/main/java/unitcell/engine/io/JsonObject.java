package unitcell.engine.io;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An object, its keys in their order; equal if the same keys have equal values, in whatever order. Accessors by key
 * complain with place and key of what is missing or of another type.
 */
public record JsonObject(Map<String, Json> members, JsonWhere where) implements Json {
    /** Copies the map, keeping its order. */
    public JsonObject {
        members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    /** Collects members in order. */
    public static Builder builder() {
        return new Builder();
    }

    /** Keys in order. */
    public Set<String> keys() {
        return members.keySet();
    }

    /** Whether the key is there, even with the value null. */
    public boolean has(String key) {
        return members.containsKey(key);
    }

    /** The value of a key, if it is there. */
    public Optional<Json> find(String key) {
        return Optional.ofNullable(members.get(key));
    }

    /** The value of a key that must be there. */
    public Json get(String key) throws JsonException {
        Json value = members.get(key);
        if (value == null) {
            throw new JsonException(where, "expected a key '" + key + "', found only " + members.keySet());
        }
        return value;
    }

    /** The object under a key. */
    public JsonObject getObject(String key) throws JsonException {
        return named(key, get(key), Json::asObject);
    }

    /** The array under a key. */
    public JsonArray getArray(String key) throws JsonException {
        return named(key, get(key), Json::asArray);
    }

    /** The string under a key. */
    public String getString(String key) throws JsonException {
        return named(key, get(key), Json::asString);
    }

    /** The boolean under a key. */
    public boolean getBoolean(String key) throws JsonException {
        return named(key, get(key), Json::asBoolean);
    }

    /** The finite double under a key. */
    public double getDouble(String key) throws JsonException {
        return named(key, get(key), Json::asDouble);
    }

    /** The integer under a key. */
    public long getLong(String key) throws JsonException {
        return named(key, get(key), Json::asLong);
    }

    /** The integer of 32 bits under a key. */
    public int getInt(String key) throws JsonException {
        return named(key, get(key), Json::asInt);
    }

    /** The string under a key, or the fallback where the key is absent. */
    public String getString(String key, String fallback) throws JsonException {
        return has(key) ? getString(key) : fallback;
    }

    /** The boolean under a key, or the fallback where the key is absent. */
    public boolean getBoolean(String key, boolean fallback) throws JsonException {
        return has(key) ? getBoolean(key) : fallback;
    }

    /** The finite double under a key, or the fallback where the key is absent. */
    public double getDouble(String key, double fallback) throws JsonException {
        return has(key) ? getDouble(key) : fallback;
    }

    /** The integer under a key, or the fallback where the key is absent. */
    public long getLong(String key, long fallback) throws JsonException {
        return has(key) ? getLong(key) : fallback;
    }

    /** The integer of 32 bits under a key, or the fallback where the key is absent. */
    public int getInt(String key, int fallback) throws JsonException {
        return has(key) ? getInt(key) : fallback;
    }

    /**
     * Refuses keys that nobody knows, so that a misspelt one is not ignored.
     *
     * @throws JsonException naming the place of the unknown key and the known ones
     */
    public void requireKnownKeys(Collection<String> known) throws JsonException {
        for (Map.Entry<String, Json> member : members.entrySet()) {
            if (!known.contains(member.getKey())) {
                List<String> sorted = known.stream().sorted().toList();
                throw new JsonException(
                        member.getValue().where(), "unknown key '" + member.getKey() + "', expected one of " + sorted);
            }
        }
    }

    @Override
    public JsonObject asObject() {
        return this;
    }

    @Override
    public String kind() {
        return "an object";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonObject that && members.equals(that.members);
    }

    @Override
    public int hashCode() {
        return members.hashCode();
    }

    @Override
    public String toString() {
        return compact();
    }

    private interface Access<T> {
        T of(Json value) throws JsonException;
    }

    private static <T> T named(String key, Json value, Access<T> access) throws JsonException {
        try {
            return access.of(value);
        } catch (JsonException e) {
            String prefix = value.where() + ": ";
            String detail = e.getMessage().substring(prefix.length());
            throw new JsonException(value.where(), "'" + key + "': " + detail);
        }
    }

    /** Collects the members of an object in the order of the calls; a key given twice is refused. */
    public static final class Builder {
        private final Map<String, Json> members = new LinkedHashMap<>();

        private Builder() {}

        /** Any value. */
        public Builder put(String key, Json value) {
            if (members.put(key, value) != null) {
                throw new IllegalArgumentException("JSON object: key '" + key + "' put twice");
            }
            return this;
        }

        /** A string. */
        public Builder put(String key, String value) {
            return put(key, JsonString.of(value));
        }

        /** An integer. */
        public Builder put(String key, long value) {
            return put(key, JsonNumber.of(value));
        }

        /** A finite double. */
        public Builder put(String key, double value) {
            return put(key, JsonNumber.of(value));
        }

        /** A finite float. */
        public Builder put(String key, float value) {
            return put(key, JsonNumber.of(value));
        }

        /** A double, null where it is not finite. */
        public Builder putOrNull(String key, double value) {
            return put(key, JsonNumber.orNull(value));
        }

        /** A boolean. */
        public Builder put(String key, boolean value) {
            return put(key, JsonBoolean.of(value));
        }

        /** The object. */
        public JsonObject build() {
            return new JsonObject(members, JsonWhere.NOWHERE);
        }
    }
}
