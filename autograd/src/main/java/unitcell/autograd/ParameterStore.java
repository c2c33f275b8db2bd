package unitcell.autograd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Tensor;
import unitcell.engine.memory.Block;
import unitcell.engine.memory.Scope;

/**
 * All parameters of a model in one flat arena, and their gradients in another, so that optimiser, clipping and averaging
 * are one kernel call each.
 *
 * <p>Memory convention: the arena holds first the parameters with weight decay, then those without; each starts on a
 * 64-byte boundary and the gaps are zero. The store owns both arenas and releases them when closed.
 */
public final class ParameterStore implements AutoCloseable {
    private static final int ALIGNMENT = 64;

    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Var> variables = new LinkedHashMap<>();
    private Set<String> trainable;
    private final Scope scope;
    private final Tensor values;
    private final Tensor gradients;
    private final Device device;

    /**
     * @param declared in the order of the model's state_dict; names must be unique
     */
    public ParameterStore(Device device, DType dtype, Collection<Parameter> declared) {
        this.device = device;
        this.scope = new Scope(device.pool(), "parameter");
        Map<String, Long> offsets = new LinkedHashMap<>();
        long offset = place(declared, true, 0, dtype, offsets);
        offset = place(declared, false, offset, dtype, offsets);
        this.values = scope.zeros(dtype, offset);
        this.gradients = scope.zeros(dtype, offset);
        for (Parameter p : declared) {
            if (parameters.put(p.name(), p) != null) {
                throw new IllegalArgumentException("parameter " + p.name() + " is declared twice");
            }
            long start = offsets.get(p.name());
            variables.put(p.name(), Var.parameter(view(values, start, p), view(gradients, start, p)));
        }
        this.trainable = Set.copyOf(parameters.keySet());
    }

    private static long place(
            Collection<Parameter> declared, boolean decays, long offset, DType dtype, Map<String, Long> offsets) {
        int unit = ALIGNMENT / dtype.bytes();
        for (Parameter p : declared) {
            if (p.decays() == decays) {
                offsets.put(p.name(), offset);
                offset += (p.size() + unit - 1) / unit * unit;
            }
        }
        return offset;
    }

    private static Tensor view(Tensor arena, long start, Parameter p) {
        Block block = arena.block();
        return new Tensor(block, start * arena.dtype().bytes(), arena.dtype(), p.shape());
    }

    public Device device() {
        return device;
    }

    public DType dtype() {
        return values.dtype();
    }

    /** The variable of a parameter. */
    public Var get(String name) {
        Var v = variables.get(name);
        if (v == null) {
            throw new IllegalArgumentException("no parameter " + name);
        }
        return v;
    }

    /**
     * Holds fixed every parameter whose name {@code learns} does not accept, and lets all others learn; until it is called,
     * all do. To tapes of later steps a fixed parameter is a constant: no gradient is computed for it, and the one in {@link
     * #gradients} is zero. What is fixed neither moves nor decays in {@link unitcell.autograd.optim.AdamW}. Call it between
     * steps, as often as wanted.
     */
    public void setTrainable(Predicate<String> learns) {
        Set<String> learning = new HashSet<>();
        for (String name : parameters.keySet()) {
            Tensor value = get(name).value();
            Tensor gradient = get(name).grad();
            if (learns.test(name)) {
                learning.add(name);
                variables.put(name, Var.parameter(value, gradient));
            } else {
                variables.put(name, Var.frozen(value, gradient.zero()));
            }
        }
        trainable = Set.copyOf(learning);
    }

    /** Names of the parameters that learn; another set after every {@link #setTrainable}. */
    public Set<String> trainable() {
        return trainable;
    }

    /** Whether a gradient is wanted for any parameter whose name begins so. */
    public boolean requiresGrad(String prefix) {
        return variables.entrySet().stream()
                .anyMatch(e -> e.getKey().startsWith(prefix) && e.getValue().requiresGrad());
    }

    /** Rows {@code from} to {@code to} of a parameter's outermost dimension, as a variable of their own. */
    public Var rows(String name, long from, long to) {
        Var v = get(name);
        Tensor value = v.value().rows(from, to);
        Tensor gradient = v.grad().rows(from, to);
        return v.requiresGrad() ? Var.parameter(value, gradient) : Var.frozen(value, gradient);
    }

    /** Declarations in state_dict order. */
    public List<Parameter> parameters() {
        return new ArrayList<>(parameters.values());
    }

    /** Number of scalar parameters, without padding. */
    public long count() {
        return parameters.values().stream().mapToLong(Parameter::size).sum();
    }

    /** All values, padding included. */
    public Tensor values() {
        return values;
    }

    /** All gradients, padding included. */
    public Tensor gradients() {
        return gradients;
    }

    /** A further arena of the same layout, owned by the store: moments, averages. */
    public Tensor newArena() {
        return scope.zeros(values.dtype(), values.size());
    }

    /** Releases an arena made by {@link #newArena}. */
    public void release(Tensor arena) {
        scope.free(arena);
    }

    /** The element of an arena at which a parameter starts. */
    public long offset(String name) {
        return (get(name).value().address() - values.address()) / values.dtype().bytes();
    }

    /** The part of an arena that belongs to a parameter. */
    public Tensor in(Tensor arena, String name) {
        return new Tensor(
                arena.block(),
                offset(name) * arena.dtype().bytes(),
                arena.dtype(),
                get(name).value().shape());
    }

    /** Sets every gradient to zero; before each step. */
    public void zeroGradients() {
        gradients.zero();
    }

    @Override
    public void close() {
        scope.close();
    }
}
