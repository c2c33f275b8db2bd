package unitcell.trainer.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.autograd.Tape;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.net.Generator;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.pretrain.TinyRun;
import unitcell.trainer.reconstruct.Reconstructor.Options;
import unitcell.trainer.reconstruct.guide.AllowedSpecies;
import unitcell.trainer.reconstruct.guide.Candidate;
import unitcell.trainer.reconstruct.guide.Guidance;

/** Completing crystals with wishes about their species, by a network that was trained for a moment. */
class GuidedReconstructionTest {
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

    /** Crystals of at least three atoms, the first two hidden. */
    private static List<Crystal> incomplete(int count) {
        List<Crystal> crystals = new ArrayList<>();
        for (Crystal crystal : CrystalsForTests.random(2, 4 * count, 6)) {
            if (crystal.size() >= 3 && crystals.size() < count) {
                int[] species = crystal.species();
                species[0] = 0;
                species[1] = 0;
                crystals.add(crystal.withSpecies(species));
            }
        }
        return crystals;
    }

    private static List<Reconstruction> all(Options options, Guidance guidance, List<Crystal> crystals)
            throws IOException {
        List<Reconstruction> results = new ArrayList<>();
        new Reconstructor(model, options, guidance)
                .each(crystals.iterator(), c -> c, (_, result) -> results.add(result));
        return results;
    }

    private static Guidance candidates(int count, boolean settled) {
        return new Guidance(
                AllowedSpecies.ALL, Optional.empty(), Optional.empty(), false, count, settled, Guidance.LIMIT);
    }

    @Test
    void theFirstCandidateIsWhatComesWithoutGuidance() throws IOException {
        List<Crystal> crystals = incomplete(8);
        List<Reconstruction> plain = all(Options.STANDARD, Guidance.NONE, crystals);
        List<Reconstruction> guided = all(Options.STANDARD, candidates(4, false), crystals);
        for (int i = 0; i < plain.size(); i++) {
            assertEquals(plain.get(i).completed(), guided.get(i).completed());
            assertEquals(
                    plain.get(i).candidates().get(0).logProbability(),
                    guided.get(i).candidates().get(0).logProbability(),
                    1e-8);
            assertEquals(4, guided.get(i).candidates().size());
            assertEquals(2, guided.get(i).guesses().size());
        }
    }

    @Test
    void candidatesAreDistinctAndFallInProbability() throws IOException {
        for (Reconstruction result : all(Options.STANDARD, candidates(30, false), incomplete(5))) {
            double last = 0;
            Set<Crystal> distinct = new HashSet<>();
            for (Candidate candidate : result.candidates()) {
                assertTrue(candidate.logProbability() <= last + 1e-9);
                last = candidate.logProbability();
                assertTrue(distinct.add(candidate.crystal()));
                double sum = 0;
                for (SiteGuess guess : result.guesses()) {
                    sum += guess.ranking().logProbability(candidate.crystal().species(guess.site()));
                }
                assertEquals(sum, candidate.logProbability(), 1e-8);
                assertEquals(distinct.size(), candidate.generatorRank());
                for (int i = 2; i < result.input().size(); i++) {
                    assertEquals(result.input().species(i), candidate.crystal().species(i));
                }
            }
        }
    }

    @Test
    void settledPositionsComeFromAPassThatSeesTheChosenSpecies() throws IOException {
        List<Crystal> crystals = incomplete(3);
        List<Reconstruction> loose = all(Options.STANDARD, candidates(3, false), crystals);
        // Few edges a batch, so that candidates of a crystal are passed in several batches.
        List<Reconstruction> settled = all(new Options(1, false, 100), candidates(3, true), crystals);
        for (int i = 0; i < crystals.size(); i++) {
            for (int k = 0; k < 3; k++) {
                Crystal without = loose.get(i).candidates().get(k).crystal();
                Crystal with = settled.get(i).candidates().get(k).crystal();
                assertArrayEquals(without.species(), with.species());
                Crystal seen = crystals.get(i).withSpecies(with.species());
                GraphBatch batch = GraphBatches.of(
                        List.of(seen), GraphBatches.rule(model.generator().config()));
                double[] back;
                try (Tape tape = new Tape(device, DType.F32, Tape.Mode.INFERENCE)) {
                    Generator.Output output = model.generator().forward(tape, batch);
                    back = model.generator().cartesian(output, batch);
                }
                for (int d = 0; d < back.length; d++) {
                    back[d] = -back[d];
                }
                assertEquals(
                        0,
                        PositionError.between(Corruption.displaced(seen, back), with)
                                .rms(),
                        1e-5);
                assertTrue(PositionError.between(without, with).rms() > 1e-4, "no other positions");
            }
        }
    }

    @Test
    void wishesAreFulfilledTogetherAndCrystalsThatCannotAreRefusedInTheirPlace() throws IOException {
        ValidityRules rules = ValidityRules.of(OxidationStates.SMACT14);
        Guidance guidance = new Guidance(
                new AllowedSpecies(
                        Optional.of(List.of(Element.of(3), Element.of(8), Element.of(26), Element.of(17))),
                        Map.of(1, List.of(Element.of(3), Element.of(26)))),
                Optional.empty(),
                Optional.of(rules),
                false,
                3,
                true,
                Guidance.LIMIT);
        List<Crystal> crystals = new ArrayList<>(incomplete(6));
        Crystal small = new Crystal("small", crystals.get(0).lattice(), new int[1], new double[3]);
        crystals.add(2, small);
        List<String> events = new ArrayList<>();
        new Reconstructor(model, Options.STANDARD, guidance)
                .each(crystals.iterator(), c -> c, new Reconstructor.Sink<Crystal>() {
                    @Override
                    public void completed(Crystal item, Reconstruction result) {
                        events.add(item.id());
                        assertTrue(result.neutral().isPresent());
                        for (Candidate candidate : result.candidates()) {
                            Composition composition = candidate.crystal().composition();
                            assertEquals(result.neutral().get(), rules.composition(composition), composition.formula());
                            assertTrue(
                                    List.of(3, 26).contains(candidate.crystal().species(1)));
                        }
                    }

                    @Override
                    public void refused(Crystal item, String reason) {
                        events.add("refused " + item.id());
                        assertTrue(reason.contains("has no site 1"), reason);
                    }
                });
        List<String> expected = new ArrayList<>(crystals.stream()
                .map(c -> c.id().equals("small") ? "refused small" : c.id())
                .toList());
        assertEquals(expected, events);
    }

    @Test
    void furtherRoundsRestorePositionsBeforeSpeciesAreChosen() throws IOException {
        List<Crystal> crystals = incomplete(3);
        Options twice = new Options(2, false, 1000);
        List<Reconstruction> plain = all(twice, Guidance.NONE, crystals);
        List<Reconstruction> guided = all(twice, candidates(2, false), crystals);
        for (int i = 0; i < crystals.size(); i++) {
            assertEquals(plain.get(i).completed(), guided.get(i).completed());
        }
    }
}
