package unitcell.trainer.reconstruct.guide;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.Device;
import unitcell.net.GraphBatches;
import unitcell.trainer.TrainerException;
import unitcell.trainer.finetune.FineTunedModel;
import unitcell.trainer.label.Task;

/**
 * What a fine-tuned network predicts of candidates: a number, or the probability of its positive class.
 *
 * <p>Memory convention: owns the model; the device belongs to the caller and must outlive it.
 */
public final class FineTunedScorer implements CandidateScorer, AutoCloseable {
    private final FineTunedModel model;
    private final NeighborRule rule;
    private final long edgesPerBatch;

    private FineTunedScorer(FineTunedModel model, long edgesPerBatch) {
        this.model = model;
        this.rule = GraphBatches.rule(model.network().metadata().config());
        this.edgesPerBatch = edgesPerBatch;
    }

    /**
     * Opens a classifier.
     *
     * @param path as {@link FineTunedModel#open} takes it
     * @param edgesPerBatch edges and atoms that a batch may have together; a larger crystal makes a batch of its own
     * @param messages receives a line for each checkpoint that was passed over because it is damaged
     * @throws TrainerException if it tells no classes
     */
    public static FineTunedScorer ofClass(Path path, Device device, long edgesPerBatch, Consumer<String> messages)
            throws IOException {
        FineTunedModel model = FineTunedModel.open(path, device, messages);
        if (model.task().kind() != Task.Kind.CLASSIFICATION) {
            throw refused(model, "a classifier");
        }
        return new FineTunedScorer(model, edgesPerBatch);
    }

    /**
     * Opens a model of one number for each crystal, as {@link #ofClass} does.
     *
     * @throws TrainerException if it predicts several numbers
     */
    public static FineTunedScorer ofNumber(Path path, Device device, long edgesPerBatch, Consumer<String> messages)
            throws IOException {
        FineTunedModel model = FineTunedModel.open(path, device, messages);
        if (model.task().kind() == Task.Kind.SPECTRUM || model.task().width() != 1) {
            throw refused(model, "a model of one number for each crystal");
        }
        return new FineTunedScorer(model, edgesPerBatch);
    }

    private static TrainerException refused(FineTunedModel model, String expected) {
        String found = model.checkpoint() + " predicts " + model.task().title() + " (columns "
                + String.join(", ", model.task().columns()) + "), expected " + expected;
        model.close();
        return TrainerException.usage(found);
    }

    @Override
    public String name() {
        return model.task().name();
    }

    @Override
    public String unit() {
        return model.task().unit();
    }

    /** One line for people: where it came from and what it predicts. */
    public String line() {
        return model.line();
    }

    /** The model. */
    public FineTunedModel model() {
        return model;
    }

    /**
     * The numbers of some crystals.
     *
     * @throws IllegalArgumentException if a crystal has a species that the network does not know
     */
    @Override
    public double[] score(List<Crystal> crystals) {
        double[] scores = new double[crystals.size()];
        List<Crystal> batch = new ArrayList<>();
        List<NeighborGraph> graphs = new ArrayList<>();
        long size = 0;
        int done = 0;
        for (Crystal crystal : crystals) {
            requireSpecies(crystal);
            NeighborGraph graph = NeighborGraph.of(crystal, rule);
            long own = (long) graph.edges() + graph.nodes();
            if (!batch.isEmpty() && size + own > edgesPerBatch) {
                done = score(batch, graphs, scores, done);
                size = 0;
            }
            batch.add(crystal);
            graphs.add(graph);
            size += own;
        }
        score(batch, graphs, scores, done);
        return scores;
    }

    private int score(List<Crystal> batch, List<NeighborGraph> graphs, double[] scores, int from) {
        if (batch.isEmpty()) {
            return from;
        }
        double[][] predicted = model.predict(GraphBatches.of(batch, graphs));
        for (int b = 0; b < predicted.length; b++) {
            scores[from + b] = predicted[b][0];
        }
        int next = from + batch.size();
        batch.clear();
        graphs.clear();
        return next;
    }

    private void requireSpecies(Crystal crystal) {
        int rows = model.network().metadata().config().maxNumElements();
        for (int z : crystal.species()) {
            if (z >= rows) {
                throw new IllegalArgumentException("crystal '" + crystal.id() + "' has "
                        + Element.of(z).symbol() + ", which the model of " + name()
                        + " does not know: its species go up to "
                        + Element.of(rows - 1).symbol());
            }
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
