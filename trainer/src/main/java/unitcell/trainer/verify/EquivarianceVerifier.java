package unitcell.trainer.verify;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import unitcell.autograd.Parameter;
import unitcell.autograd.ParameterStore;
import unitcell.crystal.Crystal;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.net.Generator;
import unitcell.net.GraphBatches;
import unitcell.net.ModelMetadata;
import unitcell.net.check.Change;
import unitcell.net.check.Counterpart;
import unitcell.net.check.Deviation;
import unitcell.net.check.EquivarianceCheck;
import unitcell.net.check.EquivarianceCheck.Prediction;
import unitcell.net.check.GeneratorModel;

/**
 * Equivariance of whole networks: under every {@link Change} of a crystal's description, and under rolls of the edge
 * frames, species logits and their means stay and displacements turn, within 1e-9 in float64 and 1e-3 in float32, relative
 * to the largest of their kind.
 *
 * <p>Two things make networks deviate although they are equivariant. Both are measured in the same run, in float64 and for
 * each crystal, and make its bound; nothing else is allowed for. Rounding ({@link Allowance#rounding}) counts where it does
 * more than the tolerance: where a crystal's symmetry makes features vanish that a norm then divides by their own size. A network with activations on
 * an S2 grid is equivariant only as far as its grid is fine, so such a network is checked twice. On a grid so fine that a
 * finer one changes nothing, it must be equivariant like any other. On its own grid, it may deviate by what the grid does
 * and no more: with f the network, F the same on the fine grid and g a change, |f(g x) - g f(x)| &lt;= |f(g x) - g F(x)| +
 * |F(x) - f(x)|, of which the right side is the allowance. Permutations leave the edges' frames bit-equal and get none.
 *
 * <p>A row shows the crystal whose error is largest in proportion to its bound.
 */
public final class EquivarianceVerifier {
    /** Real crystals for small networks. */
    private static final int REAL = 2;

    private final Device oracle;
    private final Device device;
    private final CheckReport report;
    private final long seed;

    /**
     * @param oracle scalar kernels, used in float64
     * @param device the device whose float32 kernels are checked
     */
    public EquivarianceVerifier(Device oracle, Device device, CheckReport report, long seed) {
        this.oracle = oracle;
        this.device = device;
        this.report = report;
        this.seed = seed;
    }

    /** Checks small networks, one for each choice of options that changes what is computed, two of them trained. */
    public void networks() {
        EquivarianceNetwork.variants().forEach(this::network);
    }

    void network(EquivarianceNetwork network) {
        ModelMetadata metadata = network.metadata();
        List<Crystal> crystals = EquivarianceCrystals.of(
                GraphBatches.rule(metadata.config()), metadata.config().maxNumElements(), REAL, seed);
        try (Generator exact = new Generator(oracle, DType.F64, metadata, seed)) {
            if (network.trainingSteps() > 0) {
                EquivarianceTraining.train(oracle, exact, crystals, network.trainingSteps(), seed);
            } else {
                perturb(exact.store());
            }
            check("network " + network.name(), exact, crystals);
        }
    }

    /**
     * Checks a network as it is.
     *
     * @param subject what to call it
     * @param network in whatever type
     * @param real number of real crystals to check on, beside a few made ones
     */
    public void network(String subject, Generator network, int real) {
        int elements = network.config().maxNumElements();
        List<Crystal> crystals = EquivarianceCrystals.of(GraphBatches.rule(network.config()), elements, real, seed);
        try (Generator exact = copy(oracle, DType.F64, network.metadata(), network)) {
            check(subject, exact, crystals);
        }
    }

    private void perturb(ParameterStore store) {
        SplittableRandom random = new SplittableRandom(seed);
        for (Parameter p : store.parameters()) {
            double[] values = store.get(p.name()).value().toDoubles();
            for (int k = 0; k < values.length; k++) {
                values[k] += random.nextDouble(-0.2, 0.2);
            }
            store.get(p.name()).value().copyFrom(values);
        }
    }

    private void check(String subject, Generator exact, List<Crystal> crystals) {
        EquivarianceCheck check = new EquivarianceCheck(crystals, seed);
        NeighborRule rule = GraphBatches.rule(exact.config());
        GeneratorModel own = new GeneratorModel(oracle, exact, rule);
        List<Prediction> reference = EquivarianceCheck.predict(own, check.originals());
        List<Deviation> rounding64 = Allowance.rounding(check, own, reference, DType.F64, seed);
        List<Deviation> rounding32 = Allowance.rounding(check, own, reference, DType.F32, seed);
        Allowance allowance = Allowance.none(crystals.size());
        if (EquivarianceNetwork.usesGrid(exact.config())) {
            try (Refined fine = Refined.of(oracle, exact, rule, check, rounding64)) {
                new Rows(
                                subject + ", its grid refined to " + fine.resolution() + " x " + fine.resolution(),
                                oracle,
                                check)
                        .add(fine.model(), DType.F64, rounding64, Allowance.of(fine));
                allowance = Allowance.measured(check, own, fine.model(), seed);
            }
        }
        new Rows(subject, oracle, check).add(own, DType.F64, rounding64, allowance);
        try (Generator fast = copy(device, DType.F32, exact.metadata(), exact)) {
            GeneratorModel model = new GeneratorModel(device, fast, rule);
            new Rows(subject, device, check).add(model, DType.F32, rounding32, allowance);
        }
    }

    /** The same parameters elsewhere, in another type or on another grid. */
    static Generator copy(Device device, DType dtype, ModelMetadata metadata, Generator from) {
        Generator to = new Generator(device, dtype, metadata, 0);
        for (Parameter p : from.store().parameters()) {
            double[] values = from.store().get(p.name()).value().toDoubles();
            to.store().get(p.name()).value().copyFrom(values);
        }
        return to;
    }

    /** The rows of one network on one device in one type. */
    private final class Rows {
        private final String subject;
        private final Device where;
        private final EquivarianceCheck check;

        Rows(String subject, Device where, EquivarianceCheck check) {
            this.subject = subject;
            this.where = where;
            this.check = check;
        }

        void add(GeneratorModel model, DType dtype, List<Deviation> rounding, Allowance allowance) {
            List<Prediction> reference = EquivarianceCheck.predict(model, check.originals());
            Deviation magnitude = EquivarianceCheck.magnitude(reference);
            for (Change change : Change.values()) {
                List<Counterpart> changed = check.counterparts(change);
                List<Prediction> found = EquivarianceCheck.predict(model, changed);
                List<Deviation> errors = EquivarianceCheck.deviations(found, changed, reference);
                Bounds bounds = new Bounds(dtype, rounding, allowance.grid(change), magnitude);
                add(change.toString(), errors, bounds, change == Change.SUPERCELL);
            }
            List<Prediction> rolled = EquivarianceCheck.predict(model.rolled(seed), check.originals());
            List<Deviation> errors = EquivarianceCheck.deviations(rolled, check.originals(), reference);
            add("roll of frames", errors, new Bounds(dtype, rounding, allowance.gridOfRoll(), magnitude), false);
        }

        private void add(String what, List<Deviation> errors, Bounds bounds, boolean means) {
            add(what + ": species", errors, bounds, Deviation::scalars);
            add(what + ": displacement", errors, bounds, Deviation::vectors);
            if (means) {
                add(what + ": mean", errors, bounds, Deviation::means);
            }
        }

        /** One row: the crystal whose error is largest in proportion to its bound. */
        private void add(String quantity, List<Deviation> errors, Bounds bounds, ToDoubleFunction<Deviation> kind) {
            String implementation = where.name() + " " + bounds.type();
            Check worst = null;
            for (int k = 0; k < errors.size(); k++) {
                double error = kind.applyAsDouble(errors.get(k).relativeTo(bounds.magnitude()));
                double bound = bounds.of(k, kind);
                // Negated, so that an error that is no number is the worst.
                if (worst == null || !(error * worst.bound() <= worst.error() * bound)) {
                    worst = new Check(subject, quantity, implementation, error, bound);
                }
            }
            report.add(worst);
        }
    }

    /**
     * The bounds of each crystal, relative to the largest outputs: the tolerance, or what rounding does where that is more;
     * and beside it what the grid does.
     */
    private record Bounds(DType dtype, List<Deviation> rounding, List<Deviation> grid, Deviation magnitude) {
        String type() {
            return dtype == DType.F64 ? "float64" : "float32";
        }

        double of(int crystal, ToDoubleFunction<Deviation> kind) {
            double tolerance = dtype == DType.F64 ? EquivarianceCheck.FLOAT64 : EquivarianceCheck.FLOAT32;
            double rounded = kind.applyAsDouble(rounding.get(crystal).relativeTo(magnitude));
            return Math.max(tolerance, rounded)
                    + kind.applyAsDouble(grid.get(crystal).relativeTo(magnitude));
        }
    }
}
