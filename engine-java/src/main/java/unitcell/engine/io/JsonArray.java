package unitcell.engine.io;

import java.util.ArrayList;
import java.util.List;

/** An array; equal if its values are. */
public record JsonArray(List<Json> values, JsonWhere where) implements Json {
    /** Copies the list. */
    public JsonArray {
        values = List.copyOf(values);
    }

    /** Made by a program. */
    public static JsonArray of(List<? extends Json> values) {
        return new JsonArray(List.copyOf(values), JsonWhere.NOWHERE);
    }

    /** Numbers; NaN and infinities are refused. */
    public static JsonArray of(double... values) {
        List<Json> list = new ArrayList<>(values.length);
        for (double value : values) {
            list.add(JsonNumber.of(value));
        }
        return of(list);
    }

    /** Integers. */
    public static JsonArray of(long... values) {
        List<Json> list = new ArrayList<>(values.length);
        for (long value : values) {
            list.add(JsonNumber.of(value));
        }
        return of(list);
    }

    /** Integers. */
    public static JsonArray of(int... values) {
        List<Json> list = new ArrayList<>(values.length);
        for (int value : values) {
            list.add(JsonNumber.of((long) value));
        }
        return of(list);
    }

    /** Strings. */
    public static JsonArray ofStrings(List<String> values) {
        return of(values.stream().map(JsonString::of).toList());
    }

    /** Number of values. */
    public int size() {
        return values.size();
    }

    /** Value i, from 0. */
    public Json get(int i) {
        return values.get(i);
    }

    /** All values as doubles. */
    public double[] doubles() throws JsonException {
        double[] result = new double[values.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = values.get(i).asDouble();
        }
        return result;
    }

    /** All values as longs. */
    public long[] longs() throws JsonException {
        long[] result = new long[values.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = values.get(i).asLong();
        }
        return result;
    }

    /** All values as ints. */
    public int[] ints() throws JsonException {
        int[] result = new int[values.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = values.get(i).asInt();
        }
        return result;
    }

    /** All values as strings. */
    public List<String> strings() throws JsonException {
        List<String> result = new ArrayList<>(values.size());
        for (Json value : values) {
            result.add(value.asString());
        }
        return List.copyOf(result);
    }

    @Override
    public JsonArray asArray() {
        return this;
    }

    @Override
    public String kind() {
        return "an array";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonArray that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return compact();
    }
}
