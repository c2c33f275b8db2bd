package unitcell.trainer.pretrain;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;
import unitcell.autograd.Tape;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.net.Generator;
import unitcell.net.SpeciesRanking;
import unitcell.trainer.data.ReadAhead;
import unitcell.trainer.data.TrainingBatch;

/**
 * How well a network does on crystals it does not train on, each spoilt in the same way every time, so that one
 * validation compares with the next.
 */
public final class Validation {
    private final PretrainLoss.Settings settings;
    private double atoms;
    private double masked;
    private double species;
    private double position;
    private double maskedSpecies;
    private long top1;
    private long top5;
    private double errorBefore;
    private double errorAfter;

    /** Sums of nothing yet. */
    public Validation(PretrainLoss.Settings settings) {
        this.settings = settings;
    }

    /**
     * Results over all validation crystals.
     *
     * @param loss what training minimises, averaged over atoms
     * @param species mean negative log-likelihood, all atoms
     * @param position weighted mean squared error of fractional noise
     * @param maskedSpecies mean negative log-likelihood of hidden atoms
     * @param top1 share of hidden atoms whose species came first
     * @param top5 share of hidden atoms whose species was among the first five
     * @param errorBefore mean distance of atoms from the truth as they were given, angstrom
     * @param errorAfter the same after subtracting the predicted displacement, angstrom
     */
    public record Result(
            double loss,
            double species,
            double position,
            double maskedSpecies,
            double top1,
            double top5,
            double errorBefore,
            double errorAfter) {
        /** By name, for logs. */
        public Map<String, Double> values() {
            Map<String, Double> values = new LinkedHashMap<>();
            values.put("loss", loss);
            values.put("species", species);
            values.put("position", position);
            values.put("masked_species", maskedSpecies);
            values.put("masked_top1", top1);
            values.put("masked_top5", top5);
            values.put("error_before_A", errorBefore);
            values.put("error_after_A", errorAfter);
            return values;
        }
    }

    /**
     * Validates.
     *
     * @param batches number of batches
     * @param make makes batch k; called on another thread
     */
    static Result run(
            Device device,
            Generator generator,
            PretrainLoss.Settings settings,
            long batches,
            LongFunction<TrainingBatch> make) {
        Validation sums = new Validation(settings);
        try (ReadAhead<TrainingBatch> ahead = new ReadAhead<>(0, batches, 1, 2, make)) {
            while (ahead.hasNext()) {
                TrainingBatch batch = ahead.next();
                try (Tape tape = new Tape(device, DType.F32, Tape.Mode.INFERENCE)) {
                    sums.add(tape, generator, generator.forward(tape, batch.graph()), batch);
                }
            }
        }
        return sums.result();
    }

    /** Adds what a network said of a batch. */
    public void add(Tape tape, Generator generator, Generator.Output output, TrainingBatch batch) {
        int n = batch.graph().nodes();
        PretrainLoss.Parts parts = PretrainLoss.of(tape, output, batch, settings);
        species += n * parts.species().value().item();
        position += n * parts.position().value().item();
        addSites(output.logits().value().toFloats(), batch);
        addErrors(generator.cartesian(output, batch.graph()), batch);
        atoms += n;
    }

    private void addSites(float[] logits, TrainingBatch batch) {
        for (int i = 0; i < batch.graph().nodes(); i++) {
            if (batch.masked()[i]) {
                SpeciesRanking ranking = new SpeciesRanking(logits, i, Generator.CLASSES);
                int truth = batch.target()[i] + 1;
                int rank = ranking.rank(truth);
                masked++;
                maskedSpecies -= ranking.logProbability(truth);
                top1 += rank == 1 ? 1 : 0;
                top5 += rank <= 5 ? 1 : 0;
            }
        }
    }

    // Noise is small against the cell, so the plain difference is the shortest one.
    private void addErrors(double[] moved, TrainingBatch batch) {
        double[] noise = batch.noise();
        for (int i = 0; i < noise.length; i += 3) {
            errorBefore += length(noise[i], noise[i + 1], noise[i + 2]);
            errorAfter += length(noise[i] - moved[i], noise[i + 1] - moved[i + 1], noise[i + 2] - moved[i + 2]);
        }
    }

    private static double length(double x, double y, double z) {
        return Math.sqrt(x * x + y * y + z * z);
    }

    /** Over all batches added. */
    public Result result() {
        return new Result(
                (species + position) / atoms,
                species / atoms,
                position / atoms,
                maskedSpecies / masked,
                top1 / masked,
                top5 / masked,
                errorBefore / atoms,
                errorAfter / atoms);
    }
}
