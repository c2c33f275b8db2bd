package unitcell.trainer.gan;

import java.util.Arrays;
import java.util.List;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.net.GraphBatch;
import unitcell.net.PropertyNetwork;
import unitcell.trainer.data.GraphParts;
import unitcell.trainer.learn.LossBatch;

/**
 * As many real crystals as fakes, for the discriminator to learn from: the mean loss of the former plus that of the
 * latter. Scores stay behind.
 */
final class DiscriminatorBatch implements LossBatch {
    private final PropertyNetwork discriminator;
    private final AdversarialLoss loss;
    private final double drift;
    private final GraphBatch graph;
    private final double[] labels;
    private final double[] scores; // of the whole batch
    private final int first;

    /**
     * @param real crystals of the data; labels of those that count as fakes are 0
     * @param drift weight of the mean squared score
     */
    DiscriminatorBatch(
            PropertyNetwork discriminator,
            AdversarialLoss loss,
            double drift,
            JudgedCrystals real,
            JudgedCrystals fakes) {
        this(
                discriminator,
                loss,
                drift,
                real.and(fakes).batch(),
                real.and(fakes).labels(),
                new double[real.size() + fakes.size()],
                0);
    }

    private DiscriminatorBatch(
            PropertyNetwork discriminator,
            AdversarialLoss loss,
            double drift,
            GraphBatch graph,
            double[] labels,
            double[] scores,
            int first) {
        this.discriminator = discriminator;
        this.loss = loss;
        this.drift = drift;
        this.graph = graph;
        this.labels = labels;
        this.scores = scores;
        this.first = first;
    }

    @Override
    public GraphBatch graph() {
        return graph;
    }

    @Override
    public LossBatch part(int from, int to) {
        return new DiscriminatorBatch(
                discriminator,
                loss,
                drift,
                GraphParts.of(graph, from, to),
                Arrays.copyOfRange(labels, from, to),
                scores,
                first + from);
    }

    @Override
    public List<Var> losses(Tape tape) {
        Var outputs = tape.named("discriminator", () -> discriminator.forward(tape, graph));
        double[] found = Scores.of(outputs).values();
        System.arraycopy(found, 0, scores, first, found.length);
        double half = 0.5 * scores.length;
        Var total = loss.of(tape, outputs, labels, 1 / half);
        if (drift > 0) {
            total = PointwiseOps.add(tape, total, AdversarialLoss.drift(tape, outputs, drift / scores.length));
        }
        return List.of(total);
    }

    /** How the discriminator did in the last computation, before the update. */
    Contest contest() {
        int half = scores.length / 2;
        return Contest.of(
                Arrays.copyOf(scores, half), Arrays.copyOf(labels, half), Arrays.copyOfRange(scores, half, 2 * half));
    }
}
