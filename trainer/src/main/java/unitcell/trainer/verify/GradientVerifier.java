package unitcell.trainer.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import unitcell.autograd.Parameter;
import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.check.GradCheck;
import unitcell.engine.DType;
import unitcell.engine.Device;

/**
 * Gradients of every operation, and of whole small networks with respect to every parameter, the positions and the
 * lattice, by central differences in float64 (step 1e-6, tolerance 1e-5 + 1e-3 of the value, backward passes bit-equal).
 */
public final class GradientVerifier {
    private final Device device;
    private final CheckReport report;
    private final long seed;

    public GradientVerifier(Device device, CheckReport report, long seed) {
        this.device = device;
        this.report = report;
        this.seed = seed;
    }

    /** Checks all operations with the whole Jacobian where the result is small, else with random projections. */
    public void operations() {
        for (OpCase op : OpCases.all(seed)) {
            GradCheck.Options options = GradCheck.Options.DEFAULTS;
            long size = op.inputs().stream().mapToLong(i -> i.values().length).sum();
            GradCheck check = new GradCheck(device, size <= WHOLE_JACOBIAN_INPUTS ? options.whole() : options);
            add("operation", op.name(), check.check(op.function(), op.inputs()));
        }
    }

    /** Inputs up to which every output is differentiated on its own. */
    private static final int WHOLE_JACOBIAN_INPUTS = 60;

    /** Checks whole networks, one for each set of options; the first in every parameter, the others in samples. */
    public void networks() {
        List<TinyNetwork> networks = TinyNetwork.variants();
        for (int i = 0; i < networks.size(); i++) {
            TinyNetwork network = networks.get(i);
            GradCheck.Options options =
                    i == 0 ? GradCheck.Options.DEFAULTS : GradCheck.Options.DEFAULTS.atMost(SAMPLES);
            add("network " + network.name(), "parameters, positions, lattice", check(network, options));
        }
    }

    /** Elements of each parameter that are perturbed in networks after the first. */
    private static final int SAMPLES = 12;

    private GradCheck.Report check(TinyNetwork network, GradCheck.Options options) {
        SplittableRandom random = new SplittableRandom(seed);
        List<GradCheck.Input> inputs = new ArrayList<>();
        var graph = RaggedGraph.create(random);
        inputs.add(new GradCheck.Input("position", graph.position(), graph.nodes(), 3));
        inputs.add(new GradCheck.Input("cell", graph.cell(), 1, 3, 3));
        try (ParameterStore store = network.parameters(device)) {
            for (Parameter p : store.parameters()) {
                double[] values = store.get(p.name()).value().toDoubles();
                for (int k = 0; k < values.length; k++) {
                    values[k] += random.nextDouble(-0.3, 0.3);
                }
                inputs.add(new GradCheck.Input(p.name(), values, p.shape()));
            }
            return new GradCheck(device, options).check(new OnStore(network, store), inputs);
        }
    }

    /** A network whose parameters live in a store: inputs are copied there, gradients come from there. */
    private final class OnStore implements GradCheck.Differentiable {
        private final TinyNetwork network;
        private final ParameterStore store;
        private final unitcell.net.GraphBatch graph = RaggedGraph.create(new SplittableRandom(seed));

        OnStore(TinyNetwork network, ParameterStore store) {
            this.network = network;
            this.store = store;
        }

        private Var forward(Tape tape, List<GradCheck.Input> inputs, Var position, Var cell) {
            for (GradCheck.Input input : inputs.subList(2, inputs.size())) {
                store.get(input.name()).value().copyFrom(input.values());
            }
            return network.forward(tape, store, graph, position, cell);
        }

        private static Var variable(Tape tape, GradCheck.Input input) {
            return Var.input(tape.of(input.values(), input.shape()));
        }

        @Override
        public double[] values(List<GradCheck.Input> inputs) {
            try (Tape tape = new Tape(device, DType.F64, Tape.Mode.INFERENCE)) {
                return forward(tape, inputs, variable(tape, inputs.get(0)), variable(tape, inputs.get(1)))
                        .value()
                        .toDoubles();
            }
        }

        @Override
        public List<double[]> gradients(List<GradCheck.Input> inputs, double[] seedValues) {
            store.zeroGradients();
            try (Tape tape = new Tape(device, DType.F64, Tape.Mode.EVALUATE)) {
                Var position = variable(tape, inputs.get(0));
                Var cell = variable(tape, inputs.get(1));
                Var result = forward(tape, inputs, position, cell);
                tape.backward(result, tape.of(seedValues, result.value().shape()));
                List<double[]> out = new ArrayList<>();
                out.add(position.grad().toDoubles());
                out.add(cell.grad().toDoubles());
                for (GradCheck.Input input : inputs.subList(2, inputs.size())) {
                    out.add(store.get(input.name()).grad().toDoubles());
                }
                return out;
            }
        }
    }

    private void add(String subject, String name, GradCheck.Report result) {
        double bound = GradCheck.Options.DEFAULTS.atol();
        double error = result.passed() ? Math.min(result.maxError(), bound) : Double.POSITIVE_INFINITY;
        String quantity = result.passed() ? name + " (" + result.compared() + ")" : name + ": " + result.worst();
        report.add(new Check(subject, quantity, device.name() + " float64", error, bound));
    }
}
