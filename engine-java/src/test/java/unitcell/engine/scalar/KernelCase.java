package unitcell.engine.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.Sink;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.NativeMemory;
import unitcell.engine.memory.Scope;
import unitcell.engine.random.RandomStream;

/**
 * One kernel and its backward pass, checked against central differences of the forward pass in float64.
 *
 * <p>Memory convention: all tensors of a case come from a pool in debug mode, where fresh memory holds NaN and {@link
 * #close} fails on an overrun or a leak. A kernel that reads what it should overwrite is thereby found.
 */
final class KernelCase implements AutoCloseable {
    private static final double STEP = 1e-6;
    private static final double ABSOLUTE = 1e-8;
    private static final double RELATIVE = 1e-6;

    /** Puts gradients for the inputs, in the order in which they were declared, where the sinks say. */
    @FunctionalInterface
    interface Backward {
        void run(Tensor[] outputGradients, Sink[] sinks);
    }

    private record Input(String name, Tensor tensor, int from, int count) {
        /** Whether the kernel owns this element of the gradient. */
        boolean owns(long i) {
            long column = i % tensor.dim(-1);
            return column >= from && column < from + count;
        }
    }

    private final String name;
    private final MemoryPool pool = new MemoryPool(new NativeMemory(), true);
    private final Scope scope = new Scope(pool, "test");
    private final List<Input> inputs = new ArrayList<>();
    private final List<Tensor> outputs = new ArrayList<>();
    private int draws;

    KernelCase(String name) {
        this.name = name;
    }

    /** A constant tensor of numbers in [-1, 1). */
    Tensor random(long... shape) {
        Tensor tensor = scope.empty(DType.F64, shape);
        RandomStream random = new RandomStream(20260101, draws++, RandomStream.streamId(name));
        for (long i = 0; i < tensor.size(); i++) {
            tensor.set(i, 2 * random.uniform(i) - 1);
        }
        return tensor;
    }

    /** A constant tensor. */
    Tensor of(double[] values, long... shape) {
        return scope.of(DType.F64, values, shape);
    }

    Tensor of(int[] values) {
        return scope.of(values, values.length);
    }

    /** A tensor of NaN, for a kernel to write. */
    Tensor empty(long... shape) {
        return scope.empty(DType.F64, shape);
    }

    /** Declares a tensor that gradients are wanted for; null (an absent argument) is let through without a sink. */
    Tensor input(String label, Tensor tensor) {
        if (tensor != null) {
            inputs.add(new Input(label, tensor, 0, tensor.rank() == 0 ? 1 : (int) tensor.dim(-1)));
        }
        return tensor;
    }

    /** Declares some columns that gradients are wanted for; the kernel must leave the gradient's others alone. */
    Columns input(String label, Columns columns) {
        inputs.add(new Input(label, columns.tensor(), columns.from(), columns.count()));
        return columns;
    }

    /** Declares a tensor that the forward pass writes. */
    Tensor output(long... shape) {
        Tensor tensor = empty(shape);
        outputs.add(tensor);
        return tensor;
    }

    /** Runs forward on poisoned outputs, then compares every sink's gradient with central differences of it. */
    void check(Runnable forward, Backward backward) {
        forward.run();
        Tensor[] upstream = new Tensor[outputs.size()];
        double[][] factors = new double[outputs.size()][];
        for (int k = 0; k < upstream.length; k++) {
            for (double value : outputs.get(k).toDoubles()) {
                assertTrue(Double.isFinite(value), name + ": output " + k + " is not finite everywhere");
            }
            upstream[k] = random(outputs.get(k).shape());
            factors[k] = upstream[k].toDoubles();
        }
        double[][] expected = new double[inputs.size()][];
        for (int k = 0; k < expected.length; k++) {
            expected[k] = differences(inputs.get(k), forward, factors);
        }
        forward.run(); // tensors that the forward pass derives from inputs are restored

        boolean[] all = new boolean[inputs.size()];
        Arrays.fill(all, true);
        compare(backward, upstream, expected, all, false);
        compare(backward, upstream, expected, all, true);
        for (int k = 0; k < all.length; k++) {
            boolean[] some = all.clone();
            some[k] = false;
            compare(backward, upstream, expected, some, k % 2 == 0);
        }
        compare(backward, upstream, expected, new boolean[inputs.size()], false);
    }

    private double[] differences(Input input, Runnable forward, double[][] factors) {
        Tensor x = input.tensor;
        double[] slope = new double[(int) x.size()];
        for (int i = 0; i < slope.length; i++) {
            double centre = x.get(i);
            x.set(i, centre + STEP);
            double above = loss(forward, factors);
            x.set(i, centre - STEP);
            double below = loss(forward, factors);
            x.set(i, centre);
            slope[i] = (above - below) / (2 * STEP);
        }
        return slope;
    }

    private double loss(Runnable forward, double[][] factors) {
        forward.run();
        double loss = 0;
        for (int k = 0; k < factors.length; k++) {
            double[] values = outputs.get(k).toDoubles();
            for (int i = 0; i < values.length; i++) {
                loss += factors[k][i] * values[i];
            }
        }
        return loss;
    }

    private void compare(Backward backward, Tensor[] upstream, double[][] expected, boolean[] wanted, boolean add) {
        Sink[] sinks = new Sink[inputs.size()];
        double[][] before = new double[inputs.size()][];
        for (int k = 0; k < sinks.length; k++) {
            if (wanted[k]) {
                long[] shape = inputs.get(k).tensor.shape();
                sinks[k] = new Sink(add ? random(shape) : empty(shape), add);
                before[k] = sinks[k].tensor().toDoubles();
            }
        }
        backward.run(upstream, sinks);
        for (int k = 0; k < sinks.length; k++) {
            if (wanted[k]) {
                compare(inputs.get(k), sinks[k].tensor().toDoubles(), before[k], expected[k], add);
            }
        }
    }

    private void compare(Input input, double[] found, double[] before, double[] expected, boolean add) {
        for (int i = 0; i < found.length; i++) {
            String place = name + ": gradient of " + input.name + "[" + i + "]" + (add ? " (added)" : "");
            if (input.owns(i)) {
                double wanted = expected[i] + (add ? before[i] : 0);
                assertEquals(wanted, found[i], ABSOLUTE + RELATIVE * Math.abs(expected[i]), place);
            } else {
                assertEquals(before[i], found[i], place + " lies outside the columns and must stay");
                assertEquals(0.0, expected[i], place + " lies outside the columns but has an effect");
            }
        }
    }

    @Override
    public void close() {
        scope.close();
        pool.close();
    }
}
