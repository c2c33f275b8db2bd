package unitcell.trainer.reconstruct;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import unitcell.autograd.Tape;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.DType;
import unitcell.net.Generator;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.SpeciesRanking;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.Corruption;

/**
 * Completes crystals: hidden sites (species 0, element {@code X}) get their most probable species, and the displacement
 * that the network sees in every atom is subtracted from its position, wrapped into the cell.
 *
 * <p>Rounds: the first round sees the crystal as given. Each further round sees the positions that the round before
 * arrived at, and again no species on the hidden sites: exactly the sites that were hidden in the input are masked anew,
 * so that what a round says of them rests on better positions, never on its own earlier guess. Visible sites keep the
 * given species; with {@link Options#allSpecies} a further round sees what the round before made of them. The last
 * round's species and probabilities are the result; displacements add up.
 *
 * <p>What comes out for a crystal depends on the crystal alone, up to the rounding of float32 sums whose split may go
 * with the size of the batch; the same sequence of crystals gives the same bits.
 *
 * <p>Memory convention: one batch at a time, whatever the number of crystals. One thread; the device uses several.
 */
public final class Reconstructor {
    /** Edges of a batch that suit every device. */
    public static final long EDGES_PER_BATCH = 8000;

    private final TrainedModel model;
    private final Options options;
    private final NeighborRule rule;

    /**
     * How crystals are completed.
     *
     * @param rounds passes through the network, at least 1
     * @param allSpecies take the network's most probable species for visible sites too, as the published code does
     * @param edgesPerBatch edges and atoms that a batch may have together; a larger crystal makes a batch of its own
     */
    public record Options(int rounds, boolean allSpecies, long edgesPerBatch) {
        /** One round; visible species stay as they are given. */
        public static final Options STANDARD = new Options(1, false, EDGES_PER_BATCH);

        public Options {
            if (rounds < 1 || edgesPerBatch < 1) {
                throw new IllegalArgumentException(
                        "rounds " + rounds + " and edges per batch " + edgesPerBatch + " must be at least 1");
            }
        }
    }

    /** Receives results, in the order of the input. */
    public interface Sink<T> {
        /** A crystal is complete. */
        void completed(T item, Reconstruction result) throws IOException;

        /** A crystal cannot be completed: one line says why. Ends everything unless a sink knows better. */
        default void refused(T item, String reason) throws IOException {
            throw TrainerException.input(reason);
        }
    }

    private record Work<T>(T item, Crystal crystal, NeighborGraph graph) {}

    public Reconstructor(TrainedModel model, Options options) {
        this.model = model;
        this.options = options;
        this.rule = GraphBatches.rule(model.generator().config());
    }

    /** Completes one crystal. */
    public Reconstruction one(Crystal crystal) throws IOException {
        List<Reconstruction> results = new ArrayList<>(1);
        each(List.of(crystal).iterator(), c -> c, (_, result) -> results.add(result));
        return results.get(0);
    }

    /**
     * Completes crystals one batch at a time.
     *
     * @param items read as they are needed
     * @param crystal the incomplete crystal of an item
     */
    public <T> void each(Iterator<T> items, Function<T, Crystal> crystal, Sink<T> sink) throws IOException {
        List<Work<T>> batch = new ArrayList<>();
        long size = 0;
        while (items.hasNext()) {
            T item = items.next();
            Crystal input = crystal.apply(item);
            NeighborGraph graph;
            try {
                requireSpecies(input);
                graph = NeighborGraph.of(input, rule);
            } catch (IllegalArgumentException e) {
                // In order: a refusal must not overtake the results before it.
                complete(batch, sink);
                batch.clear();
                size = 0;
                sink.refused(item, e.getMessage());
                continue;
            }
            long own = (long) graph.edges() + input.size();
            if (!batch.isEmpty() && size + own > options.edgesPerBatch()) {
                complete(batch, sink);
                batch.clear();
                size = 0;
            }
            batch.add(new Work<>(item, input, graph));
            size += own;
        }
        complete(batch, sink);
    }

    private void requireSpecies(Crystal crystal) {
        int rows = model.generator().config().maxNumElements();
        for (int i = 0; i < crystal.size(); i++) {
            if (crystal.species(i) >= rows) {
                throw new IllegalArgumentException("crystal '" + crystal.id() + "' has "
                        + Element.of(crystal.species(i)).symbol() + " at site " + i
                        + ", which the model does not know: its species go up to "
                        + Element.of(rows - 1).symbol());
            }
        }
    }

    private <T> void complete(List<Work<T>> batch, Sink<T> sink) throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        List<Crystal> inputs = batch.stream().map(Work::crystal).toList();
        List<Reconstruction> results =
                round(inputs, inputs, batch.stream().map(Work::graph).toList());
        for (int k = 1; k < options.rounds(); k++) {
            List<Crystal> again = new ArrayList<>(results.size());
            results.forEach(r -> again.add(hiddenAgain(r)));
            results = round(
                    inputs,
                    again,
                    again.stream().map(c -> NeighborGraph.of(c, rule)).toList());
        }
        for (int b = 0; b < batch.size(); b++) {
            sink.completed(batch.get(b).item(), results.get(b));
        }
    }

    /** What a further round sees: the result so far, with the sites that were hidden in the input hidden once more. */
    private static Crystal hiddenAgain(Reconstruction result) {
        int[] species = result.completed().species();
        for (SiteGuess guess : result.guesses()) {
            species[guess.site()] = Element.UNKNOWN_Z;
        }
        return result.completed().withSpecies(species);
    }

    private List<Reconstruction> round(List<Crystal> inputs, List<Crystal> seen, List<NeighborGraph> graphs) {
        GraphBatch batch = GraphBatches.of(seen, graphs);
        float[] logits;
        double[] displacement;
        try (Tape tape = new Tape(model.device(), DType.F32, Tape.Mode.INFERENCE)) {
            Generator.Output output = model.generator().forward(tape, batch);
            logits = output.logits().value().toFloats();
            displacement = model.generator().cartesian(output, batch);
        }
        List<Reconstruction> results = new ArrayList<>(seen.size());
        for (int b = 0; b < seen.size(); b++) {
            results.add(result(inputs.get(b), seen.get(b), batch.crystalStart()[b], logits, displacement));
        }
        return results;
    }

    private Reconstruction result(Crystal input, Crystal seen, int node, float[] logits, double[] displacement) {
        int n = seen.size();
        int[] species = seen.species();
        double[] back = new double[3 * n];
        List<SiteGuess> guesses = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            boolean hidden = input.species(i) == Element.UNKNOWN_Z;
            if (hidden || options.allSpecies()) {
                SpeciesRanking ranking = new SpeciesRanking(logits, node + i, Generator.CLASSES);
                requireFinite(ranking.probability(1), input);
                species[i] = ranking.best();
                if (hidden) {
                    guesses.add(new SiteGuess(i, ranking));
                }
            }
            for (int axis = 0; axis < 3; axis++) {
                back[3 * i + axis] = -displacement[3 * (node + i) + axis];
                requireFinite(back[3 * i + axis], input);
            }
        }
        Crystal completed = Corruption.displaced(seen.withSpecies(species), back);
        return new Reconstruction(input, completed, guesses);
    }

    private void requireFinite(double value, Crystal crystal) {
        if (!Double.isFinite(value)) {
            throw TrainerException.nonFinite("the network says " + value + " about crystal '" + crystal.id()
                    + "': the weights in " + model.checkpoint() + " are of no use; take an earlier checkpoint");
        }
    }
}
