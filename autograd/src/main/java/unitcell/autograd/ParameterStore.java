package unitcell.autograd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final Scope scope;
    private final Tensor values;
    private final Tensor gradients;
    private final long decaying;
    private final Device device;

    /**
     * @param declared in the order of the model's state_dict; names must be unique
     */
    public ParameterStore(Device device, DType dtype, Collection<Parameter> declared) {
        this.device = device;
        this.scope = new Scope(device.pool(), "parameter");
        Map<String, Long> offsets = new LinkedHashMap<>();
        long offset = place(declared, true, 0, dtype, offsets);
        this.decaying = offset;
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

    /** Whether a gradient is wanted for any parameter whose name begins so. */
    public boolean requiresGrad(String prefix) {
        return variables.entrySet().stream()
                .anyMatch(e -> e.getKey().startsWith(prefix) && e.getValue().requiresGrad());
    }

    /** Rows {@code from} to {@code to} of a parameter's outermost dimension, as a variable of their own. */
    public Var rows(String name, long from, long to) {
        Var v = get(name);
        return Var.parameter(v.value().rows(from, to), v.grad().rows(from, to));
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

    /** Elements of the arena (from its start) that decay. */
    public long decaying() {
        return decaying;
    }

    /** A further arena of the same layout, owned by the store: moments, averages. */
    public Tensor newArena() {
        return scope.zeros(values.dtype(), values.size());
    }

    /** Releases an arena made by {@link #newArena}. */
    public void release(Tensor arena) {
        scope.free(arena);
    }

    /** The part of an arena that belongs to a parameter. */
    public Tensor in(Tensor arena, String name) {
        Tensor own = get(name).value();
        long offset = own.address() - values.address();
        return new Tensor(arena.block(), offset, arena.dtype(), own.shape());
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
