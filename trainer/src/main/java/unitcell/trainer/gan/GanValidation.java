package unitcell.trainer.gan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import unitcell.autograd.Tape;
import unitcell.net.Generator;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.PropertyNetwork;
import unitcell.trainer.data.ReadAhead;
import unitcell.trainer.pretrain.PretrainLoss;
import unitcell.trainer.pretrain.Validation;

/**
 * How well both networks do on crystals that neither trains on, each spoilt in the same way every time: the generator as
 * in pre-training, the discriminator on these crystals and on what the generator makes of them.
 */
public final class GanValidation {
    private final Generator generator;
    private final PropertyNetwork discriminator;
    private final List<Double> real = new ArrayList<>();
    private final List<Double> labels = new ArrayList<>();
    private final List<Double> fake = new ArrayList<>();

    private GanValidation(Generator generator, PropertyNetwork discriminator) {
        this.generator = generator;
        this.discriminator = discriminator;
    }

    /**
     * Results over all validation crystals.
     *
     * @param completion what the generator did, as pre-training's validation measures it; its loss is without the
     *     adversarial term
     * @param contest what the discriminator did
     */
    public record Result(Validation.Result completion, Contest contest) {
        /** By name, for logs. */
        public Map<String, Double> values() {
            Map<String, Double> values = new LinkedHashMap<>(completion.values());
            values.putAll(contest.values());
            return values;
        }
    }

    /** Validates; empty if there are no crystals to validate on. */
    static Optional<Result> run(
            Generator generator, PropertyNetwork discriminator, PretrainLoss.Settings loss, GanData data) {
        if (data.validationBatches() == 0) {
            return Optional.empty();
        }
        Validation sums = new Validation(loss);
        GanValidation contest = new GanValidation(generator, discriminator);
        try (ReadAhead<GanBatch> ahead =
                new ReadAhead<>(0, data.validationBatches(), 1, 2, k -> data.validationBatch((int) k))) {
            while (ahead.hasNext()) {
                contest.add(ahead.next(), sums);
            }
        }
        return Optional.of(new Result(sums.result(), contest.result()));
    }

    private void add(GanBatch batch, Validation sums) {
        JudgedCrystals given = batch.real().orElseThrow();
        GraphBatch spoilt = batch.spoilt().graph();
        Optional<FakeCrystals> completed;
        try (Tape tape = inference()) {
            Generator.Output output = generator.forward(tape, spoilt);
            sums.add(tape, generator, output, batch.spoilt());
            completed = FakeCrystals.of(
                    tape,
                    generator,
                    output,
                    spoilt,
                    GraphBatches.rule(discriminator.metadata().config()));
        }
        add(real, scores(given.batch()));
        add(labels, given.labels());
        // A network that gives no finite positions fools nobody.
        add(fake, completed.map(f -> scores(f.batch())).orElseGet(() -> hopeless(given.size())));
    }

    private Tape inference() {
        return new Tape(generator.store().device(), generator.store().dtype(), Tape.Mode.INFERENCE);
    }

    private double[] scores(GraphBatch crystals) {
        try (Tape tape = inference()) {
            return Scores.of(discriminator.forward(tape, crystals)).values();
        }
    }

    private static double[] hopeless(int count) {
        double[] scores = new double[count];
        java.util.Arrays.fill(scores, Double.NEGATIVE_INFINITY);
        return scores;
    }

    private static void add(List<Double> sum, double[] values) {
        for (double value : values) {
            sum.add(value);
        }
    }

    private Contest result() {
        return Contest.of(array(real), array(labels), array(fake));
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
