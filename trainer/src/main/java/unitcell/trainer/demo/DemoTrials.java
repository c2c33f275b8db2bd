package unitcell.trainer.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;
import unitcell.trainer.data.Corruption.Corrupted;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.reconstruct.Condition;
import unitcell.trainer.reconstruct.PositionError;
import unitcell.trainer.reconstruct.Reconstruction;
import unitcell.trainer.reconstruct.ReconstructionScore;
import unitcell.trainer.reconstruct.ReconstructionTrials;
import unitcell.trainer.reconstruct.Reconstructor;
import unitcell.trainer.reconstruct.TrainedModel;
import unitcell.trainer.run.Progress;

/**
 * What the demo finds out about held-out crystals: the scores under each condition, every atom's distance from the truth,
 * and a few crystals to look at, chosen before anything is computed.
 */
final class DemoTrials {
    /** Charges are judged with the set that most published numbers mean. */
    static final OxidationStates STATES = OxidationStates.SMACT14;

    private static final double MASK_RATIO = 0.15;
    private static final int EXAMPLES = 6;
    private static final int LEAST_ATOMS = 4;
    private static final int MOST_ATOMS = 12;
    private static final double MOST_OBLIQUE = 20;

    private final CrystalStore crystals;
    private final ReconstructionScore score;
    private final Map<Double, Distances> distances = new TreeMap<>();
    private final Map<Integer, Condition> chosen;
    private final List<Example> examples = new ArrayList<>();

    /** A crystal to look at. */
    record Example(Condition condition, Corrupted spoilt, Reconstruction result) {}

    /**
     * Distances of atoms from the truth under one noise, in angstrom, without the common shift of each crystal.
     *
     * @param before as given
     * @param after of what was completed
     */
    record Distances(List<Double> before, List<Double> after) {
        private void add(Corrupted spoilt, Reconstruction result) {
            add(before, spoilt.original(), spoilt.input());
            add(after, spoilt.original(), result.completed());
        }

        private static void add(List<Double> list, Crystal truth, Crystal crystal) {
            double[] moved = PositionError.aligned(PositionError.displacements(truth, crystal));
            for (double distance : PositionError.lengths(moved)) {
                list.add(distance);
            }
        }
    }

    DemoTrials(CrystalStore crystals, TrainedModel model) throws IOException {
        this.crystals = crystals;
        this.score = new ReconstructionScore(model.baseline(), ValidityRules.of(STATES));
        this.chosen = choose(crystals);
    }

    /** Crystals that can be seen at a glance, evenly spread over the list; conditions take turns. */
    private static Map<Integer, Condition> choose(CrystalStore crystals) {
        List<Integer> fit = new ArrayList<>();
        for (int i = 0; i < crystals.size(); i++) {
            boolean isDrawable = crystals.atoms(i) >= LEAST_ATOMS && crystals.atoms(i) <= MOST_ATOMS;
            if (isDrawable && isUpright(crystals.get(i).lattice())) {
                fit.add(i);
            }
        }
        List<Condition> conditions = ReconstructionTrials.STANDARD;
        Map<Integer, Condition> chosen = new TreeMap<>();
        int count = Math.min(EXAMPLES, fit.size());
        for (int k = 0; k < count; k++) {
            chosen.put(fit.get((2 * k + 1) * fit.size() / (2 * count)), conditions.get(k % conditions.size()));
        }
        return chosen;
    }

    /** A cell without sharp angles, in which few atoms hide others. */
    private static boolean isUpright(Lattice lattice) {
        double[] parameters = lattice.parameters();
        for (int k = 3; k < 6; k++) {
            if (Math.abs(parameters[k] - 90) > MOST_OBLIQUE) {
                return false;
            }
        }
        return true;
    }

    /** Completes every crystal under every condition, or until a stop is asked for; returns whether it was. */
    boolean run(TrainedModel model, long seed, Progress progress, BooleanSupplier stop) throws IOException {
        ReconstructionTrials trials =
                new ReconstructionTrials(new Reconstructor(model, Reconstructor.Options.STANDARD), MASK_RATIO, seed);
        long[] done = new long[1];
        for (Condition condition : ReconstructionTrials.STANDARD) {
            int[] index = new int[1];
            trials.run(untilStopped(stop), condition, (spoilt, result) -> {
                score.add(condition, spoilt.original(), result);
                if (condition.mask() == ReconstructionTrials.STANDARD.get(0).mask()) {
                    // Both masks meet the same noise; an atom counts once.
                    distances
                            .computeIfAbsent(
                                    condition.noise(), noise -> new Distances(new ArrayList<>(), new ArrayList<>()))
                            .add(spoilt, result);
                }
                if (condition.equals(chosen.get(index[0]++))) {
                    examples.add(new Example(condition, spoilt, result));
                }
                progress.done(++done[0]);
            });
        }
        return stop.getAsBoolean();
    }

    private Iterator<Crystal> untilStopped(BooleanSupplier stop) {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < crystals.size() && !stop.getAsBoolean();
            }

            @Override
            public Crystal next() {
                return crystals.get(next++);
            }
        };
    }

    CrystalStore crystals() {
        return crystals;
    }

    ReconstructionScore score() {
        return score;
    }

    /** By noise. */
    Map<Double, Distances> distances() {
        return distances;
    }

    List<Example> examples() {
        return examples;
    }
}
