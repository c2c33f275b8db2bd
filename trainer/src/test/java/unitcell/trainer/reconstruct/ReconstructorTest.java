package unitcell.trainer.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.autograd.Tape;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.net.Generator;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.pretrain.TinyRun;
import unitcell.trainer.reconstruct.Reconstructor.Options;

class ReconstructorTest {
    @TempDir
    static Path folder;

    private static Device device;
    private static TrainedModel model;

    @BeforeAll
    static void train() throws IOException {
        device = Devices.open("cpu-scalar", 1);
        model = TrainedModel.open(
                TinyRun.train(CrystalsForTests.random(1, 30, 6), 6, folder.resolve("run")), device, line -> {});
    }

    @AfterAll
    static void close() {
        model.close();
        device.close();
    }

    private static Crystal masked(Crystal crystal, int... sites) {
        int[] species = crystal.species();
        for (int site : sites) {
            species[site] = 0;
        }
        return crystal.withSpecies(species);
    }

    private static List<Crystal> incomplete(int count) {
        List<Crystal> crystals = new ArrayList<>();
        CrystalsForTests.random(2, count, 6).forEach(c -> crystals.add(masked(c, 0)));
        return crystals;
    }

    private static List<Reconstruction> all(Options options, List<Crystal> crystals) throws IOException {
        List<Reconstruction> results = new ArrayList<>();
        new Reconstructor(model, options).each(crystals.iterator(), c -> c, (_, result) -> results.add(result));
        return results;
    }

    @Test
    void fillsHiddenSitesAndLeavesVisibleOnes() throws IOException {
        for (Reconstruction result : all(Options.STANDARD, incomplete(12))) {
            Crystal input = result.input();
            Crystal completed = result.completed();
            assertEquals(input.id(), completed.id());
            assertEquals(input.lattice(), completed.lattice());
            assertEquals(1, result.guesses().size());
            SiteGuess guess = result.guesses().get(0);
            assertEquals(guess.ranking().best(), completed.species(guess.site()));
            for (int i = 1; i < input.size(); i++) {
                assertEquals(input.species(i), completed.species(i));
            }
        }
    }

    @Test
    void subtractsTheDisplacementThatTheNetworkSaysAndWraps() throws IOException {
        Crystal input = masked(
                new Crystal("outside", Lattice.ofParameters(3, 4, 5, 80, 95, 100), new int[] {11, 17, 8}, new double[] {
                    -0.01, 2.2, 0.999, 0.5, 0.5, 0.5, 1, 0, 0.3
                }),
                1);
        GraphBatch batch = GraphBatches.of(
                List.of(input), GraphBatches.rule(model.generator().config()));
        Crystal completed =
                new Reconstructor(model, Options.STANDARD).one(input).completed();
        double[] moved;
        try (Tape tape = new Tape(device, DType.F32, Tape.Mode.INFERENCE)) {
            Generator.Output output = model.generator().forward(tape, batch);
            moved = input.lattice().toFractional(output.displacement().value().toDoubles());
        }
        for (int k = 0; k < moved.length; k++) {
            double frac = completed.frac(k / 3, k % 3);
            assertTrue(frac >= 0 && frac < 1, "coordinate " + frac);
            double difference = frac - (input.frac(k / 3, k % 3) - moved[k]);
            assertEquals(Math.rint(difference), difference, 1e-12);
        }
    }

    @Test
    void resultsDependNeitherOnTheBatchNorOnTheRun() throws IOException {
        List<Crystal> crystals = incomplete(12);
        List<Reconstruction> together = all(Options.STANDARD, crystals);
        List<Reconstruction> again = all(Options.STANDARD, crystals);
        List<Reconstruction> alone = all(new Options(1, false, 1), crystals);
        assertEquals(12, together.size());
        for (int i = 0; i < crystals.size(); i++) {
            assertEquals(together.get(i).completed(), again.get(i).completed());
            assertEquals(crystals.get(i).id(), together.get(i).completed().id());
            assertArrayEquals(
                    together.get(i).completed().species(),
                    alone.get(i).completed().species());
            assertEquals(
                    0,
                    PositionError.between(
                                    together.get(i).completed(), alone.get(i).completed())
                            .rms(),
                    1e-5);
        }
    }

    @Test
    void aFurtherRoundHidesTheSameSitesAtTheNewPositions() throws IOException {
        Crystal input = masked(CrystalsForTests.random(3, 9, 6).get(8), 0);
        Reconstruction once = new Reconstructor(model, Options.STANDARD).one(input);
        Reconstruction twice = new Reconstructor(model, new Options(2, false, 100)).one(input);
        Reconstruction onceMore = new Reconstructor(model, Options.STANDARD).one(masked(once.completed(), 0));
        assertEquals(onceMore.completed(), twice.completed());
        assertEquals(input, twice.input());
        assertNotEquals(once.completed(), twice.completed());
        assertEquals(
                onceMore.guesses().get(0).ranking().probability(8),
                twice.guesses().get(0).ranking().probability(8));
    }

    @Test
    void allSpeciesTakesTheNetworksWordForVisibleSites() throws IOException {
        // Praseodymium occurs nowhere in training, so the network never says it.
        Crystal strange =
                new Crystal("strange", Lattice.ofParameters(3, 4, 5, 90, 90, 90), new int[] {59, 0}, new double[] {
                    0, 0, 0, 0.5, 0.5, 0.5
                });
        assertEquals(
                59,
                new Reconstructor(model, Options.STANDARD)
                        .one(strange)
                        .completed()
                        .species(0));
        Reconstruction all = new Reconstructor(model, new Options(1, true, 100)).one(strange);
        assertNotEquals(59, all.completed().species(0));
        assertEquals(1, all.guesses().size());
        assertEquals(1, all.guesses().get(0).site());
    }

    @Test
    void probabilitiesFallAndDoNotExceedOne() throws IOException {
        for (Reconstruction result : all(Options.STANDARD, incomplete(6))) {
            double last = 1;
            double sum = 0;
            for (SiteGuess.Species species : result.guesses().get(0).best(118)) {
                assertTrue(species.probability() <= last && species.probability() >= 0);
                last = species.probability();
                sum += last;
            }
            assertEquals(1, sum, 1e-9);
            assertEquals(3, result.guesses().get(0).best(3).size());
        }
    }

    @Test
    void anAtomWithoutNeighboursIsCompletedToo() throws IOException {
        Crystal lonely = new Crystal("lonely", Lattice.ofParameters(20, 20, 20, 90, 90, 90), new int[1], new double[3]);
        assertTrue(new Reconstructor(model, Options.STANDARD)
                        .one(lonely)
                        .completed()
                        .species(0)
                > 0);
    }

    @Test
    void aCrystalThatCannotBeGraphedIsRefusedInItsPlace() throws IOException {
        Crystal dense =
                new Crystal("dense", Lattice.ofParameters(0.6, 0.6, 0.6, 90, 90, 90), new int[300], new double[900]);
        List<Crystal> crystals =
                List.of(incomplete(1).get(0), dense, incomplete(2).get(1));
        List<String> events = new ArrayList<>();
        new Reconstructor(model, Options.STANDARD).each(crystals.iterator(), c -> c, new Reconstructor.Sink<Crystal>() {
            @Override
            public void completed(Crystal item, Reconstruction result) {
                events.add(item.id());
            }

            @Override
            public void refused(Crystal item, String reason) {
                events.add("refused " + item.id());
                assertTrue(reason.contains("'dense'"), reason);
            }
        });
        assertEquals(List.of("c-0", "refused dense", "c-1"), events);
        assertThrows(TrainerException.class, () -> all(Options.STANDARD, crystals));
    }

    @Test
    void readsAheadNoFurtherThanABatch() throws IOException {
        List<Crystal> crystals = incomplete(20);
        int[] taken = new int[1];
        int[] most = new int[1];
        int[] done = new int[1];
        var counting = new java.util.Iterator<Crystal>() {
            @Override
            public boolean hasNext() {
                return taken[0] < crystals.size();
            }

            @Override
            public Crystal next() {
                return crystals.get(taken[0]++);
            }
        };
        new Reconstructor(model, new Options(1, false, 60)).each(counting, c -> c, (_, _) -> {
            most[0] = Math.max(most[0], taken[0] - done[0]);
            done[0]++;
        });
        assertEquals(20, done[0]);
        assertTrue(most[0] < 12, "crystals in memory: " + most[0]);
        assertFalse(most[0] < 1);
    }
}
