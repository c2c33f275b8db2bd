package unitcell.trainer.gan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import unitcell.autograd.Parameter;
import unitcell.autograd.Tape;
import unitcell.autograd.optim.AdamW;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.Tensor;
import unitcell.net.Generator;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.PropertyNetwork;
import unitcell.trainer.data.TrainingBatch;
import unitcell.trainer.gan.AdversarialOptions.SpeciesPath;
import unitcell.trainer.gan.DiscriminatorOptions.Lipschitz;
import unitcell.trainer.learn.BatchGradients;
import unitcell.trainer.learn.Learner;
import unitcell.trainer.learn.OptimiserOptions;

/** Steps of both networks do what they are for. */
class PlayersTest {
    private final Device device = Devices.open("cpu-scalar", 1);

    @AfterEach
    void close() {
        device.close();
    }

    private static GanOptions options(AdversarialOptions adversarial, Lipschitz lipschitz) {
        return Games.options(adversarial, lipschitz, 6, Path.of("none"));
    }

    private static AdversarialOptions heavy(AdversarialLoss loss) {
        AdversarialOptions usual = Games.adversarial(loss, SpeciesPath.SOFT);
        return new AdversarialOptions(true, loss, 1000, usual.species(), 1, usual.flow(), false);
    }

    private Players players(GanOptions options) {
        return new Players(
                Games.generator(device, DType.F32), Games.discriminator(device, DType.F32), options, line -> {});
    }

    /** Mean score that the discriminator gives to what the generator makes of a batch, most probable species. */
    private double meanScore(Players players, TrainingBatch batch) {
        Generator generator = players.generator();
        PropertyNetwork discriminator = players.discriminator();
        try (Tape tape = new Tape(device, DType.F32, Tape.Mode.INFERENCE)) {
            GraphBatch fakes = FakeCrystals.of(
                            tape,
                            generator,
                            generator.forward(tape, batch.graph()),
                            batch.graph(),
                            GraphBatches.rule(generator.config()))
                    .orElseThrow()
                    .batch();
            return Arrays.stream(Scores.of(discriminator.forward(tape, fakes)).values())
                    .average()
                    .orElseThrow();
        }
    }

    @ParameterizedTest
    @EnumSource(AdversarialLoss.class)
    void stepsAgainstADiscriminatorThatDoesNotLearnRaiseTheScoresOfFakes(AdversarialLoss loss) {
        TrainingBatch batch = Games.batch(6);
        try (Players players = players(options(heavy(loss), Lipschitz.NONE))) {
            double before = meanScore(players, batch);
            double[] frozen = players.discriminator().store().values().toDoubles();
            double first = 0;
            double last = 0;
            for (int step = 0; step < 15; step++) {
                Players.Step result = players.step(new GanBatch(batch, Optional.empty()), step, 1, false);
                last = result.generator().losses().get(GeneratorBatch.ADVERSARIAL);
                first = step == 0 ? last : first;
                assertTrue(result.discriminator().isEmpty());
            }
            assertTrue(last < first, "adversarial loss from " + first + " to " + last);
            assertTrue(meanScore(players, batch) > before + 0.01, "from " + before);
            assertArrayEquals(frozen, players.discriminator().store().values().toDoubles());
        }
    }

    @ParameterizedTest
    @EnumSource(AdversarialLoss.class)
    void theDiscriminatorLearnsToTellRealCrystalsFromFakes(AdversarialLoss loss) {
        GanOptions options = options(Games.adversarial(loss, SpeciesPath.SOFT), Lipschitz.NONE);
        JudgedCrystals real = Games.real(6);
        JudgedCrystals displaced =
                new JudgedCrystals(Games.displaced(6), Games.graphs(Games.displaced(6)), new double[6]);
        try (PropertyNetwork network = Games.discriminator(device, DType.F32)) {
            Learner judging = new Learner(
                    network.store(),
                    new AdamW(network.store(), options.discriminator().adam()),
                    new OptimiserOptions(1e-2, 0, 0, 1, 10, 0, 3),
                    line -> {});
            Contest first = null;
            Contest last = null;
            double loss0 = 0;
            double loss1 = 0;
            for (int step = 0; step < 20; step++) {
                DiscriminatorBatch batch = new DiscriminatorBatch(network, loss, 0, real, displaced);
                loss1 = judging.step(batch, new BatchGradients.Setting(1, step, false), 1)
                        .loss();
                last = batch.contest();
                first = step == 0 ? last : first;
                loss0 = step == 0 ? loss1 : loss0;
            }
            assertTrue(loss1 < loss0 - 0.2, "loss from " + loss0 + " to " + loss1);
            assertTrue(last.wasserstein() > first.wasserstein() + 0.2, first + " to " + last);
        }
    }

    @Test
    void singularValuesStayWithinTheLimit() {
        GanOptions options = options(Games.adversarial(AdversarialLoss.CRITIC, SpeciesPath.SOFT), Lipschitz.SPECTRAL);
        try (Players players = players(options)) {
            double before = largest(players.discriminator());
            assertTrue(before > 1.6, "singular values up to " + before);
            GanBatch batch = new GanBatch(Games.batch(4), Optional.of(Games.real(4)));
            for (int step = 0; step < 5; step++) {
                players.step(batch, step, 1, false);
            }
            double after = largest(players.discriminator());
            assertTrue(after <= 1.5 * 1.02 && after > 1.3, "singular values up to " + after);
        }
    }

    @Test
    void clippedWeightsStayWithinTheLimit() {
        GanOptions usual = options(Games.adversarial(AdversarialLoss.CRITIC, SpeciesPath.SOFT), Lipschitz.CLIP);
        DiscriminatorOptions theirs = usual.discriminator();
        DiscriminatorOptions narrow = new DiscriminatorOptions(
                theirs.start(),
                theirs.optimiser(),
                theirs.beta1(),
                theirs.beta2(),
                theirs.every(),
                Lipschitz.CLIP,
                0.25,
                theirs.drift(),
                theirs.noise());
        GanOptions options =
                new GanOptions(usual.pretrain(), usual.generator(), usual.adversarial(), narrow, usual.guard());
        try (Players players = players(options)) {
            assertTrue(largestWeight(players.discriminator()) > 0.5);
            players.step(new GanBatch(Games.batch(4), Optional.of(Games.real(4))), 0, 1, false);
            assertEquals(0.25, largestWeight(players.discriminator()), 1e-6);
            double scale = players.discriminator()
                    .store()
                    .get("norm.affine_weight")
                    .value()
                    .toDoubles()[0];
            assertEquals(1, scale, 0.2, "scales of norms are left alone");
        }
    }

    private static double largestWeight(PropertyNetwork network) {
        return network.store().parameters().stream()
                .filter(SlopeLimit::isLimited)
                .flatMapToDouble(
                        p -> Arrays.stream(network.store().get(p.name()).value().toDoubles()))
                .map(Math::abs)
                .max()
                .orElseThrow();
    }

    /** The largest singular value of all matrices whose slope is limited, by Jacobi's method. */
    private static double largest(PropertyNetwork network) {
        double largest = 0;
        for (Parameter p : network.store().parameters()) {
            if (SlopeLimit.isLimited(p)) {
                double[] values = network.store().get(p.name()).value().toDoubles();
                int columns = (int) p.shape()[p.shape().length - 1];
                int rows = (int) p.shape()[p.shape().length - 2];
                for (int from = 0; from < values.length; from += rows * columns) {
                    largest = Math.max(largest, SingularValues.largest(values, from, rows, columns));
                }
            }
        }
        return largest;
    }

    @Test
    void aStepThatIsNotFiniteChangesNothing() {
        GanOptions options = options(Games.adversarial(AdversarialLoss.PAPER, SpeciesPath.SOFT), Lipschitz.NONE);
        try (Players players = players(options)) {
            Tensor scale = players.generator().store().get("norm.affine_weight").value();
            double[] unknown = new double[(int) scale.size()];
            Arrays.fill(unknown, Double.NaN);
            scale.copyFrom(unknown);
            double[] before = players.discriminator().store().values().toDoubles();
            Players.Step result = players.step(new GanBatch(Games.batch(3), Optional.of(Games.real(3))), 0, 1, false);
            assertTrue(Double.isNaN(result.generator().loss()));
            assertEquals(1, players.completing().guard().skipped());
            assertEquals(List.of(), result.contest().stream().toList());
            assertArrayEquals(before, players.discriminator().store().values().toDoubles());
        }
    }
}
