package unitcell.trainer.reconstruct;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.crystal.graph.NeighborRule;
import unitcell.net.GraphBatches;
import unitcell.trainer.TrainerException;
import unitcell.trainer.reconstruct.guide.Candidate;
import unitcell.trainer.reconstruct.guide.Guidance;
import unitcell.trainer.reconstruct.guide.SpeciesChoice;
import unitcell.trainer.reconstruct.guide.SpeciesPlan;

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
 * <p>Guidance: elements may be restricted, a composition given, charges asked to balance, and several candidates wanted;
 * the species then are the best assignments that comply. Where positions are to suit the chosen species, the last round is
 * repeated for each candidate with the species in place, and its displacement counts instead.
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
    private final Guidance guidance;
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

    private record Work<T>(T item, Crystal crystal, Optional<SpeciesPlan> plan, NeighborGraph graph) {}

    private sealed interface Outcome {
        record Completed(Reconstruction result) implements Outcome {}

        record Refused(String reason) implements Outcome {}

        default List<Candidate> candidates() {
            return this instanceof Completed completed ? completed.result().candidates() : List.of();
        }
    }

    /** Without guidance: each site gets its most probable species. */
    public Reconstructor(TrainedModel model, Options options) {
        this(model, options, Guidance.NONE);
    }

    /**
     * @param guidance what is wanted of the species besides being probable
     */
    public Reconstructor(TrainedModel model, Options options, Guidance guidance) {
        this.model = model;
        this.options = options;
        this.guidance = guidance;
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
            Work<T> work;
            try {
                work = work(item, crystal.apply(item));
            } catch (IllegalArgumentException e) {
                // In order: a refusal must not overtake the results before it.
                complete(batch, sink);
                batch.clear();
                size = 0;
                sink.refused(item, e.getMessage());
                continue;
            }
            if (!batch.isEmpty() && size + size(work.graph()) > options.edgesPerBatch()) {
                complete(batch, sink);
                batch.clear();
                size = 0;
            }
            batch.add(work);
            size += size(work.graph());
        }
        complete(batch, sink);
    }

    private <T> Work<T> work(T item, Crystal input) {
        int rows = model.generator().config().maxNumElements();
        for (int i = 0; i < input.size(); i++) {
            if (input.species(i) >= rows) {
                throw new IllegalArgumentException("crystal '" + input.id() + "' has "
                        + Element.of(input.species(i)).symbol() + " at site " + i
                        + ", which the model does not know: its species go up to "
                        + Element.of(rows - 1).symbol());
            }
        }
        Optional<SpeciesPlan> plan = guidance.isNone() ? Optional.empty() : Optional.of(guidance.plan(input, rows));
        return new Work<>(item, input, plan, NeighborGraph.of(input, rule));
    }

    private static long size(NeighborGraph graph) {
        return (long) graph.edges() + graph.nodes();
    }

    private <T> void complete(List<Work<T>> batch, Sink<T> sink) throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        List<Crystal> seen = batch.stream().map(Work::crystal).toList();
        List<NeighborGraph> graphs = batch.stream().map(Work::graph).toList();
        NetworkPass pass = new NetworkPass(model, seen, graphs);
        for (int k = 1; k < options.rounds(); k++) {
            List<Crystal> further = new ArrayList<>(seen.size());
            for (int b = 0; b < seen.size(); b++) {
                further.add(restored(batch.get(b).crystal(), pass, b));
            }
            seen = further;
            graphs = seen.stream().map(c -> NeighborGraph.of(c, rule)).toList();
            pass = new NetworkPass(model, seen, graphs);
        }
        List<Outcome> outcomes = new ArrayList<>(seen.size());
        for (int b = 0; b < seen.size(); b++) {
            outcomes.add(outcome(batch.get(b), pass, b));
        }
        if (guidance.settled()) {
            outcomes = settled(outcomes, seen, graphs);
        }
        for (int b = 0; b < batch.size(); b++) {
            T item = batch.get(b).item();
            switch (outcomes.get(b)) {
                case Outcome.Completed completed -> sink.completed(item, completed.result());
                case Outcome.Refused refused -> sink.refused(item, refused.reason());
            }
        }
    }

    private <T> Outcome outcome(Work<T> work, NetworkPass pass, int index) {
        try {
            return new Outcome.Completed(result(work, pass, index));
        } catch (IllegalArgumentException e) {
            return new Outcome.Refused(e.getMessage());
        }
    }

    /** A crystal without displacements; the sites that are hidden in the input still are. */
    private Crystal restored(Crystal input, NetworkPass pass, int index) {
        Crystal restored = pass.restored(index);
        if (!options.allSpecies()) {
            return restored;
        }
        int[] species = restored.species();
        for (int i = 0; i < species.length; i++) {
            species[i] = input.species(i) == Element.UNKNOWN_Z
                    ? Element.UNKNOWN_Z
                    : pass.ranking(index, i).best();
        }
        return restored.withSpecies(species);
    }

    private <T> Reconstruction result(Work<T> work, NetworkPass pass, int index) {
        Crystal restored = restored(work.crystal(), pass, index);
        List<SiteGuess> guesses = new ArrayList<>();
        for (int i = 0; i < restored.size(); i++) {
            if (work.crystal().species(i) == Element.UNKNOWN_Z) {
                guesses.add(new SiteGuess(i, pass.ranking(index, i)));
            }
        }
        if (work.plan().isEmpty()) {
            int[] best = guesses.stream().mapToInt(g -> g.ranking().best()).toArray();
            return new Reconstruction(work.crystal(), filled(restored, guesses, best), guesses);
        }
        SpeciesChoice.Result found = work.plan()
                .get()
                .choose(guesses.stream().map(SiteGuess::ranking).toList());
        List<Candidate> candidates = new ArrayList<>();
        for (SpeciesChoice choice : found.choices()) {
            candidates.add(new Candidate(
                    filled(restored, guesses, choice.species()), candidates.size() + 1, choice.logProbability()));
        }
        return new Reconstruction(work.crystal(), candidates, guesses, found.neutral(), found.note());
    }

    /** A crystal with species on its hidden sites, [H]. */
    private static Crystal filled(Crystal crystal, List<SiteGuess> hidden, int[] chosen) {
        int[] species = crystal.species();
        for (int s = 0; s < chosen.length; s++) {
            species[hidden.get(s).site()] = chosen[s];
        }
        return crystal.withSpecies(species);
    }

    /**
     * The candidates at the positions that the network restores when it sees their species.
     *
     * @param seen what the last round saw, [B]
     */
    private List<Outcome> settled(List<Outcome> outcomes, List<Crystal> seen, List<NeighborGraph> graphs) {
        List<Candidate> settled = new ArrayList<>();
        List<Crystal> crystals = new ArrayList<>();
        List<NeighborGraph> shared = new ArrayList<>();
        List<Candidate> waiting = new ArrayList<>();
        long size = 0;
        for (int b = 0; b < outcomes.size(); b++) {
            for (Candidate candidate : outcomes.get(b).candidates()) {
                if (!crystals.isEmpty() && size + size(graphs.get(b)) > options.edgesPerBatch()) {
                    settle(waiting, crystals, shared, settled);
                    size = 0;
                }
                waiting.add(candidate);
                crystals.add(seen.get(b).withSpecies(candidate.crystal().species()));
                shared.add(graphs.get(b));
                size += size(graphs.get(b));
            }
        }
        settle(waiting, crystals, shared, settled);
        List<Outcome> all = new ArrayList<>(outcomes.size());
        int from = 0;
        for (Outcome outcome : outcomes) {
            int to = from + outcome.candidates().size();
            all.add(
                    outcome instanceof Outcome.Completed completed
                            ? new Outcome.Completed(completed.result().with(settled.subList(from, to)))
                            : outcome);
            from = to;
        }
        return all;
    }

    private void settle(
            List<Candidate> waiting, List<Crystal> crystals, List<NeighborGraph> graphs, List<Candidate> settled) {
        if (waiting.isEmpty()) {
            return;
        }
        NetworkPass pass = new NetworkPass(model, List.copyOf(crystals), graphs);
        for (int k = 0; k < waiting.size(); k++) {
            settled.add(waiting.get(k).at(pass.restored(k)));
        }
        waiting.clear();
        crystals.clear();
        graphs.clear();
    }
}
