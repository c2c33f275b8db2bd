package unitcell.trainer.predict;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.Device;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.trainer.TrainerException;
import unitcell.trainer.finetune.FineTunedModel;
import unitcell.trainer.label.Task;

/**
 * One or more fine-tuned networks that predict the same thing. The prediction is the mean of theirs; with several
 * networks, or several passes with dropout, the sample standard deviation over all of them is its uncertainty.
 *
 * <p>Memory convention: owns the models; the device belongs to the caller and must outlive it.
 */
public final class Ensemble implements AutoCloseable {
    private final List<FineTunedModel> models;
    private final Task task;
    private final int passes;
    private final long seed;

    private Ensemble(List<FineTunedModel> models, int passes, long seed) {
        this.models = models;
        this.task = models.get(0).task();
        this.passes = passes;
        this.seed = seed;
    }

    /**
     * Predictions of a batch.
     *
     * @param mean [B, T]
     * @param sd [B, T], sample standard deviation; null where there is only one prediction
     */
    public record Spread(double[][] mean, double[][] sd) {}

    /**
     * Opens all models.
     *
     * @param paths as {@link FineTunedModel#open} takes them, at least one
     * @param passes with dropout, for each model; 0 for one without
     * @param seed of dropout
     * @param messages receives a line for each checkpoint that was passed over because it is damaged
     * @throws TrainerException if they do not predict the same thing, or dropout is asked for and a network has none
     */
    public static Ensemble open(List<Path> paths, Device device, int passes, long seed, Consumer<String> messages)
            throws IOException {
        List<FineTunedModel> models = new ArrayList<>();
        try {
            for (Path path : paths) {
                models.add(FineTunedModel.open(path, device, messages));
                requireSame(models.get(0), models.getLast());
                requireDropout(models.getLast(), passes);
            }
            return new Ensemble(List.copyOf(models), passes, seed);
        } catch (IOException | RuntimeException e) {
            models.forEach(FineTunedModel::close);
            throw e;
        }
    }

    private static void requireSame(FineTunedModel first, FineTunedModel other) {
        Task a = first.task();
        Task b = other.task();
        if (!a.columns().equals(b.columns())
                || a.kind() != b.kind()
                || !a.unit().equals(b.unit())
                || !a.grid().equals(b.grid())
                || !a.classes().equals(b.classes())) {
            throw TrainerException.usage("models that are averaged must predict the same: " + first.checkpoint()
                    + " predicts " + a.name() + " " + a.columns() + ", " + other.checkpoint() + " predicts " + b.name()
                    + " " + b.columns());
        }
    }

    private static void requireDropout(FineTunedModel model, int passes) {
        var regularisation = model.network().metadata().config().regularisation();
        boolean drops =
                regularisation.alphaDrop() > 0 || regularisation.dropPath() > 0 || regularisation.projDrop() > 0;
        if (passes > 0 && !drops) {
            throw TrainerException.usage("--dropout " + passes + ": " + model.checkpoint()
                    + " was trained without dropout, so that all passes would agree; expected a model of ./unitcell"
                    + " finetune --dropout P, or several models");
        }
    }

    /** What is predicted. */
    public Task task() {
        return task;
    }

    /** The networks. */
    public List<FineTunedModel> models() {
        return models;
    }

    /** Whether predictions have an uncertainty. */
    public boolean hasSpread() {
        return models.size() * Math.max(1, passes) > 1;
    }

    /** Which neighbours the first network looks at. */
    NeighborRule rule() {
        return rule(models.get(0));
    }

    private static NeighborRule rule(FineTunedModel model) {
        return GraphBatches.rule(model.network().metadata().config());
    }

    /**
     * Refuses a crystal with an element that a network does not know, or none.
     *
     * @throws IllegalArgumentException naming the site
     */
    void requireSpecies(Crystal crystal) {
        int rows = models.stream()
                .mapToInt(m -> m.network().metadata().config().maxNumElements())
                .min()
                .orElseThrow();
        for (int i = 0; i < crystal.size(); i++) {
            Element element = Element.of(crystal.species(i));
            if (element.isUnknown()) {
                throw new IllegalArgumentException("crystal '" + crystal.id() + "' has no element at site " + i
                        + "; complete it first (./unitcell reconstruct)");
            }
            if (crystal.species(i) >= rows) {
                throw new IllegalArgumentException("crystal '" + crystal.id() + "' has " + element.symbol()
                        + " at site " + i + ", which the model does not know: its species go up to "
                        + Element.of(rows - 1).symbol());
            }
        }
    }

    /**
     * Predicts a batch.
     *
     * @param graphs the crystals' by {@link #rule}
     * @throws TrainerException if a prediction is not finite
     */
    Spread predict(List<Crystal> crystals, List<NeighborGraph> graphs) {
        Map<NeighborRule, GraphBatch> batches = new HashMap<>();
        batches.put(rule(), GraphBatches.of(crystals, graphs));
        List<double[][]> all = new ArrayList<>();
        for (FineTunedModel model : models) {
            GraphBatch batch = batches.computeIfAbsent(rule(model), rule -> GraphBatches.of(crystals, rule));
            if (passes == 0) {
                all.add(model.predict(batch));
            }
            for (int pass = 0; pass < passes; pass++) {
                all.add(model.predictWithDropout(batch, seed, pass));
            }
            requireFinite(all.getLast(), crystals, model);
        }
        return spread(all);
    }

    private static void requireFinite(double[][] predictions, List<Crystal> crystals, FineTunedModel model) {
        for (int b = 0; b < predictions.length; b++) {
            for (double value : predictions[b]) {
                if (!Double.isFinite(value)) {
                    throw TrainerException.nonFinite("the network says " + value + " about crystal '"
                            + crystals.get(b).id() + "': the weights in " + model.checkpoint()
                            + " are of no use; take another checkpoint");
                }
            }
        }
    }

    /** Mean and sample standard deviation, number by number. */
    static Spread spread(List<double[][]> all) {
        int count = all.size();
        int rows = all.get(0).length;
        double[][] mean = new double[rows][];
        double[][] sd = count > 1 ? new double[rows][] : null;
        for (int b = 0; b < rows; b++) {
            mean[b] = new double[all.get(0)[b].length];
            for (double[][] one : all) {
                for (int t = 0; t < mean[b].length; t++) {
                    mean[b][t] += one[b][t] / count;
                }
            }
            if (sd != null) {
                sd[b] = deviation(all, mean[b], b);
            }
        }
        return new Spread(mean, sd);
    }

    private static double[] deviation(List<double[][]> all, double[] mean, int b) {
        double[] sd = new double[mean.length];
        for (int t = 0; t < sd.length; t++) {
            double squares = 0;
            for (double[][] one : all) {
                squares += (one[b][t] - mean[t]) * (one[b][t] - mean[t]);
            }
            sd[t] = Math.sqrt(squares / (all.size() - 1));
        }
        return sd;
    }

    @Override
    public void close() {
        models.forEach(FineTunedModel::close);
    }
}
