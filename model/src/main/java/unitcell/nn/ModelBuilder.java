package unitcell.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import unitcell.autograd.Parameter;
import unitcell.autograd.ParameterStore;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Tensor;
import unitcell.engine.random.RandomStream;

/** Collects the parameters that layers declare, then makes and initialises the store that holds them. */
public final class ModelBuilder {
    /** A step number that training never reaches, so that initial values share no numbers with dropout or noise. */
    private static final long INITIAL_STEP = 0xFFFFFFFFL;

    private final WeightInit weightInit;
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Initialiser> initialisers = new LinkedHashMap<>();

    /** EquiformerV2's weight_init: how linear layers outside radial functions start. */
    public enum WeightInit {
        /** N(0, 1/sqrt(in)). */
        NORMAL,
        /** U(-1/sqrt(in), 1/sqrt(in)); complex weights of m &gt; 0 another 1/sqrt(2) smaller. */
        UNIFORM
    }

    public ModelBuilder(WeightInit weightInit) {
        this.weightInit = weightInit;
    }

    /** Declares a parameter. */
    public void declare(String name, boolean decays, Initialiser initialiser, long... shape) {
        if (parameters.put(name, new Parameter(name, shape, decays)) != null) {
            throw new IllegalArgumentException("parameter " + name + " is declared twice");
        }
        initialisers.put(name, initialiser);
    }

    /** Initialiser of a linear map with {@code in} inputs; {@code gain} applies to the uniform form only. */
    Initialiser linear(int in, double gain) {
        double bound = 1 / Math.sqrt(in);
        return weightInit == WeightInit.NORMAL ? new Initialiser.Normal(bound) : new Initialiser.Uniform(bound * gain);
    }

    /**
     * Makes the store. Each element's start depends on the seed, the parameter's place in the declaration and the element's
     * index alone, so that device and element type do not matter beyond rounding.
     */
    public ParameterStore build(Device device, DType dtype, long seed) {
        ParameterStore store = new ParameterStore(device, dtype, parameters.values());
        int stream = 0;
        for (Parameter p : parameters.values()) {
            Tensor tensor = store.get(p.name()).value();
            tensor.copyFrom(initial(
                    initialisers.get(p.name()),
                    Math.toIntExact(p.size()),
                    new RandomStream(seed, INITIAL_STEP, stream++)));
        }
        return store;
    }

    private static double[] initial(Initialiser initialiser, int size, RandomStream random) {
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = switch (initialiser) {
                case Initialiser.Constant c -> c.value();
                case Initialiser.Normal n -> n.deviation() * random.normal(i);
                case Initialiser.Uniform u -> u.bound() * (2 * random.uniform(i) - 1);
            };
        }
        return values;
    }
}
