package unitcell.trainer.gan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import unitcell.autograd.NonFiniteException;
import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.check.GradCheck;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.Tensor;
import unitcell.net.Generator;
import unitcell.net.Geometry;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.PropertyNetwork;
import unitcell.trainer.data.TrainingBatch;
import unitcell.trainer.gan.AdversarialOptions.SpeciesPath;
import unitcell.trainer.pretrain.PretrainLoss;

/** What the discriminator says reaches species, positions and the generator's parameters with the true derivative. */
class AdversaryTest {
    private static final StepSetting SETTING = new StepSetting(3, 4, false);
    private static final int CRYSTALS = 3;

    private final Device device = Devices.open("cpu-scalar", 1);
    private final TrainingBatch batch = Games.batch(CRYSTALS);
    private Generator generator;
    private PropertyNetwork discriminator;

    @BeforeEach
    void networks() {
        generator = Games.generator(device, DType.F64);
        discriminator = Games.discriminator(device, DType.F64);
    }

    @AfterEach
    void close() {
        generator.close();
        discriminator.close();
        device.close();
    }

    /** Neighbours, logits and positions of what the generator completes. */
    private record Completed(FakeCrystals fakes, double[] logits, double[] position) {}

    private Completed completed() {
        GraphBatch noisy = batch.graph();
        try (Tape tape = new Tape(device, DType.F64, Tape.Mode.INFERENCE)) {
            Generator.Output output = generator.forward(tape, noisy);
            FakeCrystals fakes = FakeCrystals.of(tape, generator, output, noisy, GraphBatches.rule(Games.model()))
                    .orElseThrow();
            return new Completed(
                    fakes,
                    output.logits().value().toDoubles(),
                    fakes.position().value().toDoubles());
        }
    }

    private GradCheck.Report check(AdversarialOptions options, boolean species, boolean positions) {
        Completed completed = completed();
        long n = completed.position().length / 3;
        Adversary adversary = new Adversary(discriminator, options);
        GradCheck.Input logits = new GradCheck.Input("logits", completed.logits(), n, Generator.CLASSES);
        GradCheck.Input position = new GradCheck.Input("position", completed.position(), n, 3);
        GradCheck.Function judged = (tape, in) -> {
            Var l = species ? in.get(0) : Var.constant(tape.of(logits.values(), logits.shape()));
            Var p = positions ? in.get(species ? 1 : 0) : Var.constant(tape.of(position.values(), position.shape()));
            FakeCrystals fakes = new FakeCrystals(
                    completed.fakes().crystals(), completed.fakes().graphs(), p);
            return adversary.judge(tape, fakes, l, CRYSTALS, SETTING).loss();
        };
        List<GradCheck.Input> inputs =
                species ? positions ? List.of(logits, position) : List.of(logits) : List.of(position);
        // Gradients are a few hundredths: tolerances well below them.
        GradCheck.Options fine = new GradCheck.Options(1e-6, 1e-8, 1e-4, false, 12, 1);
        return new GradCheck(device, fine).check(judged, inputs);
    }

    @ParameterizedTest
    @EnumSource(AdversarialLoss.class)
    void throughSpeciesAlone(AdversarialLoss loss) {
        GradCheck.Report report = check(Games.adversarial(loss, SpeciesPath.SOFT), true, false);
        assertTrue(report.passed(), report.worst());
    }

    @ParameterizedTest
    @EnumSource(AdversarialLoss.class)
    void throughPositionsAlone(AdversarialLoss loss) {
        GradCheck.Report report = check(Games.adversarial(loss, SpeciesPath.SOFT), false, true);
        assertTrue(report.passed(), report.worst());
    }

    @Test
    void throughBothWithRandomSpecies() {
        GradCheck.Report report = check(Games.adversarial(AdversarialLoss.CRITIC, SpeciesPath.GUMBEL), true, true);
        assertTrue(report.passed(), report.worst());
    }

    @Test
    void withoutTheFramesItIsNotTheDerivative() {
        AdversarialOptions detached = new AdversarialOptions(
                true, AdversarialLoss.CRITIC, 0.1, SpeciesPath.SOFT, 1, Geometry.Flow.DETACHED_FRAMES, false);
        assertFalse(check(detached, false, true).passed());
    }

    private GeneratorBatch losses(AdversarialOptions options, double positionWeight, double weight) {
        PretrainLoss.Settings settings = new PretrainLoss.Settings(positionWeight, 1, false);
        return new GeneratorBatch(generator, new Adversary(discriminator, options), batch, settings, weight, SETTING);
    }

    private double value(GeneratorBatch losses) {
        try (Tape tape = new Tape(device, DType.F64, Tape.Mode.EVALUATE)) {
            return losses.losses(tape).get(0).value().item();
        }
    }

    private double[] gradients(GeneratorBatch losses) {
        generator.store().zeroGradients();
        try (Tape tape = new Tape(device, DType.F64, Tape.Mode.EVALUATE)) {
            tape.backward(losses.losses(tape).get(0));
        }
        return generator.store().gradients().toDoubles();
    }

    @ParameterizedTest
    @EnumSource(AdversarialLoss.class)
    void parametersOfTheGeneratorGetTheDerivativeOfTheWholeLoss(AdversarialLoss loss) {
        GeneratorBatch losses = losses(Games.adversarial(loss, SpeciesPath.SOFT), 2, 3);
        double[] analytic = gradients(losses);
        double[] without = gradients(losses(Games.off(), 2, 3));
        ParameterStore store = generator.store();
        double[] values = store.values().toDoubles();
        SplittableRandom random = new SplittableRandom(6);
        double eps = 1e-5;
        int compared = 0;
        double adversarial = 0;
        while (compared < 20) {
            int i = random.nextInt(values.length);
            if (analytic[i] == 0) {
                continue; // gaps between parameters, and species that do not occur
            }
            double numeric = (at(losses, values, i, eps) - at(losses, values, i, -eps)) / (2 * eps);
            assertEquals(numeric, analytic[i], 1e-7 + 1e-4 * Math.abs(numeric), "element " + i);
            adversarial = Math.max(adversarial, Math.abs(analytic[i] - without[i]));
            compared++;
        }
        store.values().copyFrom(values);
        assertTrue(adversarial > 1e-3, "adversarial part of the gradient up to " + adversarial);
    }

    private double at(GeneratorBatch losses, double[] values, int i, double by) {
        double[] moved = values.clone();
        moved[i] += by;
        generator.store().values().copyFrom(moved);
        return value(losses);
    }

    @Test
    void switchedOffItIsToldButHasNoGradient() {
        double[] alone;
        generator.store().zeroGradients();
        try (Tape tape = new Tape(device, DType.F64, Tape.Mode.EVALUATE)) {
            tape.backward(PretrainLoss.of(tape, generator.forward(tape, batch.graph()), batch, Games.LOSS)
                    .total());
            alone = generator.store().gradients().toDoubles();
        }
        assertArrayEquals(alone, gradients(losses(Games.off(), 200, 0.1)));
        try (Tape tape = new Tape(device, DType.F64, Tape.Mode.EVALUATE)) {
            List<Var> off = losses(Games.off(), 200, 0.1).losses(tape);
            List<Var> on = losses(Games.adversarial(AdversarialLoss.PAPER, SpeciesPath.SOFT), 200, 0.1)
                    .losses(tape);
            for (int k = 0; k < off.size(); k++) {
                assertEquals(on.get(k).value().item(), off.get(k).value().item(), 1e-12, "loss " + k);
            }
            double sum = off.get(GeneratorBatch.SPECIES).value().item()
                    + off.get(GeneratorBatch.POSITION).value().item()
                    + 0.1 * off.get(GeneratorBatch.ADVERSARIAL).value().item();
            assertEquals(sum, off.get(0).value().item(), 1e-12);
        }
    }

    @Test
    void theDiscriminatorGetsAGradientOnlyWhereItLearns() {
        AdversarialOptions options = Games.adversarial(AdversarialLoss.CRITIC, SpeciesPath.SOFT);
        gradients(losses(options, 2, 3));
        assertEquals(0, largest(discriminator.store().gradients()));
        double learning = new Adversary(discriminator, options).learning(() -> {
            try (Tape tape = new Tape(device, DType.F64, Tape.Mode.EVALUATE)) {
                tape.backward(
                        new DiscriminatorBatch(discriminator, AdversarialLoss.CRITIC, 0, Games.real(2), Games.real(2))
                                .losses(tape)
                                .get(0));
                return largest(discriminator.store().gradients());
            }
        });
        assertTrue(learning > 0);
    }

    private static double largest(Tensor tensor) {
        return Arrays.stream(tensor.toDoubles()).map(Math::abs).max().orElseThrow();
    }

    @Test
    void mostProbableAndRandomSpeciesTeachToo() {
        double[] soft = gradients(losses(Games.adversarial(AdversarialLoss.CRITIC, SpeciesPath.SOFT), 0, 1));
        for (SpeciesPath path : List.of(SpeciesPath.STRAIGHT_THROUGH, SpeciesPath.GUMBEL)) {
            GeneratorBatch losses = losses(Games.adversarial(AdversarialLoss.CRITIC, path), 0, 1);
            double[] found = gradients(losses);
            assertArrayEquals(found, gradients(losses), path + " is the same every time");
            double[] off = gradients(losses(Games.off(), 0, 1));
            double apart = 0;
            for (int i = 0; i < found.length; i++) {
                apart = Math.max(apart, Math.abs(found[i] - off[i]));
            }
            assertTrue(apart > 1e-5, path + ": " + apart);
            assertNotEquals(Arrays.hashCode(soft), Arrays.hashCode(found));
        }
    }

    @Test
    void anomaliesOfTheDiscriminatorAreFoundWhereTheyBegin() {
        Tensor scale = discriminator.store().get("norm.affine_weight").value();
        double[] unknown = new double[(int) scale.size()];
        Arrays.fill(unknown, Double.NaN);
        scale.copyFrom(unknown);
        GeneratorBatch losses = new GeneratorBatch(
                generator,
                new Adversary(discriminator, Games.off()),
                batch,
                Games.LOSS,
                1,
                new StepSetting(3, 4, true));
        try (Tape tape = new Tape(device, DType.F64, Tape.Mode.EVALUATE)) {
            NonFiniteException e = assertThrows(NonFiniteException.class, () -> losses.losses(tape));
            assertTrue(e.getMessage().startsWith("value discriminator.equivariantNorm "), e.getMessage());
        }
    }

    @Test
    void partsOfABatchAddUpToIt() {
        TrainingBatch many = Games.batch(6);
        AdversarialOptions options = Games.adversarial(AdversarialLoss.PAPER, SpeciesPath.SOFT);
        GeneratorBatch whole =
                new GeneratorBatch(generator, new Adversary(discriminator, options), many, Games.LOSS, 5, SETTING);
        double[] expected = gradients(whole);
        double[] losses = new double[5];
        generator.store().zeroGradients();
        for (int[] range : new int[][] {{0, 2}, {2, 6}}) {
            try (Tape tape = new Tape(device, DType.F64, Tape.Mode.EVALUATE)) {
                List<Var> part = whole.part(range[0], range[1]).losses(tape);
                for (int k = 0; k < losses.length; k++) {
                    losses[k] += part.get(k).value().item();
                }
                tape.backward(part.get(0));
            }
        }
        assertArrayEquals(expected, generator.store().gradients().toDoubles(), 1e-10);
        try (Tape tape = new Tape(device, DType.F64, Tape.Mode.EVALUATE)) {
            List<Var> all = whole.losses(tape);
            for (int k = 0; k < losses.length; k++) {
                assertEquals(all.get(k).value().item(), losses[k], 1e-12);
            }
        }
        assertEquals(6, whole.fakes().orElseThrow().size());
    }

    @Test
    void partsOfTheDiscriminatorsBatchAddUpToIt() {
        for (AdversarialLoss loss : AdversarialLoss.values()) {
            DiscriminatorBatch whole = new DiscriminatorBatch(discriminator, loss, 0.1, Games.real(3), Games.real(3));
            double expected;
            try (Tape tape = new Tape(device, DType.F64, Tape.Mode.EVALUATE)) {
                expected = whole.losses(tape).get(0).value().item();
            }
            Contest contest = whole.contest();
            DiscriminatorBatch again = new DiscriminatorBatch(discriminator, loss, 0.1, Games.real(3), Games.real(3));
            double sum = 0;
            for (int[] range : new int[][] {{0, 2}, {2, 6}}) {
                try (Tape tape = new Tape(device, DType.F64, Tape.Mode.EVALUATE)) {
                    sum += again.part(range[0], range[1])
                            .losses(tape)
                            .get(0)
                            .value()
                            .item();
                }
            }
            assertEquals(expected, sum, 1e-12, loss.slug());
            assertEquals(contest.wasserstein(), again.contest().wasserstein(), 1e-12);
            assertEquals(contest.accuracyReal(), again.contest().accuracyReal());
        }
    }
}
