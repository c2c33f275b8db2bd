package unitcell.autograd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.memory.Scope;

/**
 * Records operations as they run and plays them back in reverse for gradients.
 *
 * <p>Memory convention: the tape owns every intermediate value and gradient. During {@link #backward} each is released as
 * soon as its last reader is done, unless it is {@linkplain Var#retain retained}; the rest goes when the tape closes. Without
 * gradients ({@link Mode#INFERENCE}) nothing is recorded and {@link #local} releases what a part of the network left.
 *
 * <p>Not thread-safe: one tape, one thread; kernels use several threads inside.
 */
public final class Tape implements AutoCloseable {
    /** What a tape is for. */
    public enum Mode {
        /** Operations are recorded; dropout is active. */
        TRAIN,
        /** Operations are recorded; dropout is off, as for gradient checks. */
        EVALUATE,
        /** Nothing is recorded; dropout is off. */
        INFERENCE
    }

    private record Node(String name, Var[] results, Backward backward) {}

    /** Whether profilers are told of the parts of the network: {@code -Dunitcell.nvtx=true}. */
    private static final String RANGES = "unitcell.nvtx";

    private final Device device;
    private final DType dtype;
    private final Mode mode;
    private final boolean detectAnomaly;
    private final boolean ranges = Boolean.getBoolean(RANGES);
    private final Kernels kernels;
    private final Scope scope;
    private final ArrayList<Node> nodes = new ArrayList<>();
    private final Deque<String> names = new ArrayDeque<>();
    private final DropoutStreams random;
    private ArrayList<Tensor> journal;
    private BiConsumer<String, Var> observer;
    private boolean played;

    /** A tape without dropout randomness or anomaly detection. */
    public Tape(Device device, DType dtype, Mode mode) {
        this(device, dtype, mode, new DropoutStreams(0, 0), false);
    }

    /**
     * @param random decides dropout
     * @param detectAnomaly check every value and gradient and throw {@link NonFiniteException} at the first bad one; slow
     */
    public Tape(Device device, DType dtype, Mode mode, DropoutStreams random, boolean detectAnomaly) {
        this.device = device;
        this.dtype = dtype;
        this.mode = mode;
        this.random = random;
        this.detectAnomaly = detectAnomaly;
        this.kernels = device.kernels(dtype);
        this.scope = new Scope(device.pool(), "activation");
    }

    public Kernels kernels() {
        return kernels;
    }

    public Device device() {
        return device;
    }

    public DType dtype() {
        return dtype;
    }

    public Mode mode() {
        return mode;
    }

    /** Source of dropout masks. */
    public DropoutStreams random() {
        return random;
    }

    /** An intermediate tensor of the tape's element type, contents undefined. */
    public Tensor empty(long... shape) {
        return journaled(scope.empty(dtype, shape));
    }

    /** An intermediate tensor of zeros. */
    public Tensor zeros(long... shape) {
        return empty(shape).zero();
    }

    /** A tensor of the tape's element type holding the given values. */
    public Tensor of(double[] values, long... shape) {
        return empty(shape).copyFrom(values);
    }

    /** An index tensor holding the given values. */
    public Tensor of(int[] values, long... shape) {
        return journaled(scope.of(values, shape));
    }

    private Tensor journaled(Tensor tensor) {
        if (journal != null) {
            journal.add(tensor);
        }
        return tensor;
    }

    /** Releases an intermediate tensor early. */
    public void free(Tensor tensor) {
        if (journal != null) {
            journal.removeIf(t -> t.block() == tensor.block());
        }
        scope.free(tensor);
    }

    /** Whether a result of these inputs has to be recorded. */
    public boolean tracks(Var... inputs) {
        if (mode == Mode.INFERENCE) {
            return false;
        }
        for (Var input : inputs) {
            if (input != null && input.requiresGrad()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Records an operation with one result.
     *
     * @param name the operation's name, as in the kernel contract
     * @param value its result, already computed
     * @param backward its vector-Jacobian product; called only if a gradient arrives at the result
     * @param inputs every variable it read
     */
    public Var record(String name, Tensor value, Backward backward, Var... inputs) {
        return recordShaped(name, value, value.shape(), backward, inputs);
    }

    /** As {@link #record}, for a result whose gradient has another shape than its value. */
    public Var recordShaped(String name, Tensor value, long[] gradShape, Backward backward, Var... inputs) {
        Var result = Var.result(value, tracks(inputs), gradShape);
        record(name, new Var[] {result}, backward);
        return result;
    }

    /** A result that is to be recorded together with others through {@link #record(String, Var[], Backward)}. */
    public Var result(Tensor value, long[] gradShape, Var... inputs) {
        return Var.result(value, tracks(inputs), gradShape);
    }

    /** Records an operation with several results made by {@link #result}. */
    public void record(String name, Var[] results, Backward backward) {
        if (detectAnomaly) {
            for (Var result : results) {
                checkFinite(result.value(), "value", name);
            }
        }
        if (results[0].requiresGrad()) {
            nodes.add(new Node(path(name), results, backward));
        }
    }

    /** Enters a named part of the network, for error messages and profiles; returns {@code body}'s result. */
    public <T> T named(String name, Supplier<T> body) {
        names.addLast(name);
        if (ranges) {
            device.pushRange(name);
        }
        try {
            return body.get();
        } finally {
            if (ranges) {
                device.popRange();
            }
            names.removeLast();
        }
    }

    /**
     * A part of the network with one result: without gradients, everything else that it allocated is released when it
     * returns.
     */
    public Var local(String name, Supplier<Var> body) {
        if (mode != Mode.INFERENCE) {
            return named(name, body);
        }
        ArrayList<Tensor> outer = journal;
        journal = new ArrayList<>();
        try {
            Var result = named(name, body);
            for (Tensor tensor : journal) {
                if (tensor.block() == result.value().block()) {
                    if (outer != null) {
                        outer.add(tensor);
                    }
                } else {
                    scope.free(tensor);
                }
            }
            return result;
        } finally {
            journal = outer;
        }
    }

    /**
     * Computes gradients of a scalar with respect to every variable that wants one. A tape plays back once.
     *
     * @throws NonFiniteException in anomaly mode
     */
    public void backward(Var loss) {
        if (loss.value().size() != 1) {
            throw new IllegalArgumentException("backward needs a scalar, got " + loss.value());
        }
        Tensor seed = empty(loss.value().shape());
        kernels.pointwise().fill(seed, 1);
        backward(loss, seed);
    }

    /** Computes gradients of sum(seed * result); the seed belongs to this tape or outlives it. */
    public void backward(Var result, Tensor seed) {
        if (played) {
            throw new IllegalStateException("this tape has been played back already");
        }
        if (!result.requiresGrad()) {
            throw new IllegalStateException("nothing that " + result.value() + " was computed from wants a gradient");
        }
        played = true;
        result.retain();
        result.setGrad(seed);
        Gradients gradients = new Gradients(this);
        IdentityHashMap<Object, Integer> readers = countReaders();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (hasGradient(node)) {
                play(node, gradients);
            }
            release(node, readers);
        }
        nodes.clear();
    }

    private void play(Node node, Gradients gradients) {
        if (ranges) {
            device.pushRange("backward of " + node.name());
        }
        try {
            node.backward().run(gradients);
        } finally {
            if (ranges) {
                device.popRange();
            }
        }
        if (detectAnomaly) {
            checkInputs(node);
        }
    }

    private static boolean hasGradient(Node node) {
        for (Var result : node.results()) {
            if (result.grad() != null) {
                return true;
            }
        }
        return false;
    }

    /** Views share blocks: a block may go only when the last variable on it is done. */
    private IdentityHashMap<Object, Integer> countReaders() {
        IdentityHashMap<Object, Integer> readers = new IdentityHashMap<>();
        for (Node node : nodes) {
            for (Var result : node.results()) {
                readers.merge(result.value().block(), result.isRetained() ? 1 << 20 : 1, Integer::sum);
            }
        }
        return readers;
    }

    private void release(Node node, IdentityHashMap<Object, Integer> readers) {
        for (Var result : node.results()) {
            if (result.isRetained()) {
                continue;
            }
            if (result.grad() != null && scope.owns(result.grad())) {
                scope.free(result.grad());
                result.setGrad(null);
            }
            Object block = result.value().block();
            if (readers.merge(block, -1, Integer::sum) == 0 && scope.owns(result.value())) {
                scope.free(result.value());
            }
        }
    }

    Tensor allocateGradient(Var variable) {
        return scope.empty(variable.value().dtype(), variable.gradShape());
    }

    private void checkInputs(Node node) {
        for (Var result : node.results()) {
            if (result.grad() != null) {
                checkFinite(result.grad(), "gradient arriving at", node.name());
            }
        }
    }

    private void checkFinite(Tensor tensor, String what, String name) {
        if (!tensor.dtype().isFloating() || tensor.size() == 0) {
            return;
        }
        Tensor sum = scope.empty(dtype, 1);
        kernels.optimiser().sumOfSquares(tensor, sum);
        double squares = sum.item();
        scope.free(sum);
        if (!Double.isFinite(squares)) {
            throw new NonFiniteException(what + " " + path(name) + " " + tensor + " is not finite");
        }
    }

    /** The parts of the network that are being computed and an operation's name; parts may repeat those around them. */
    private String path(String name) {
        List<String> parts = new ArrayList<>();
        for (String part : names) {
            if (!parts.isEmpty() && part.startsWith(parts.getLast() + ".")) {
                parts.removeLast();
            }
            parts.add(part);
        }
        parts.add(name);
        return String.join(".", parts);
    }

    /** Lets {@code observer} see the named intermediate results of the network as they are made; it must copy them. */
    public void observeWith(BiConsumer<String, Var> newObserver) {
        observer = newObserver;
    }

    /** Shows an intermediate result to the observer, if there is one, and returns it. */
    public Var observe(String name, Var v) {
        if (observer != null) {
            observer.accept(name, v);
        }
        return v;
    }

    /** Names of the recorded operations in order, with the parts of the network they belong to. */
    public List<String> recorded() {
        return nodes.stream().map(Node::name).toList();
    }

    @Override
    public void close() {
        nodes.clear();
        scope.close();
    }
}
