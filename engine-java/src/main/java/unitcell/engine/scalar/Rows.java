package unitcell.engine.scalar;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.Sink;

/** Moves runs of consecutive elements between tensors and local float64 arrays. */
final class Rows {
    private Rows() {}

    /** Elements {@code from} to {@code from + count} of a tensor. */
    static double[] read(Tensor tensor, long from, int count) {
        double[] out = new double[count];
        read(tensor, from, out);
        return out;
    }

    /** Fills {@code into} with the elements from {@code from} on. */
    static void read(Tensor tensor, long from, double[] into) {
        for (int i = 0; i < into.length; i++) {
            into[i] = tensor.get(from + i);
        }
    }

    /** Stores all of {@code values} from element {@code from} on. */
    static void write(Tensor tensor, long from, double[] values) {
        for (int i = 0; i < values.length; i++) {
            tensor.set(from + i, values[i]);
        }
    }

    /** Stores or adds all of {@code values}; a null sink takes nothing. */
    static void put(Sink sink, long from, double[] values) {
        if (sink != null) {
            for (int i = 0; i < values.length; i++) {
                put(sink, from + i, values[i]);
            }
        }
    }

    /** Stores or adds one value; the sink must not be null. */
    static void put(Sink sink, long at, double value) {
        sink.tensor().set(at, sink.add() ? sink.tensor().get(at) + value : value);
    }

    /** One element of an {@code I32} tensor. */
    static int index(Tensor tensor, long at) {
        return (int) tensor.get(at);
    }

    /** A zeroed accumulator as large as a sink's tensor, or null for a null sink. */
    static double[] accumulator(Sink sink) {
        return sink == null ? null : new double[Math.toIntExact(sink.tensor().size())];
    }

    /** Stores or adds a whole accumulator made by {@link #accumulator}. */
    static void flush(Sink sink, double[] accumulator) {
        if (sink != null) {
            put(sink, 0, accumulator);
        }
    }

    /** into[at + i] += values[i]. */
    static void add(double[] values, double[] into, int at) {
        for (int i = 0; i < values.length; i++) {
            into[at + i] += values[i];
        }
    }
}
