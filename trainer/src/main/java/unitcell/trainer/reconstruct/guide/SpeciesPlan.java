package unitcell.trainer.reconstruct.guide;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.net.SpeciesRanking;

/**
 * {@link Guidance} for one crystal, found to be possible as far as that can be told before the network is asked. Immutable.
 */
public final class SpeciesPlan {
    private final Guidance guidance;
    private final Crystal crystal;
    private final int[] visible; // [119] atoms by atomic number
    private final boolean[][] allowed; // [H, 119]
    private final Optional<int[]> missing; // [119] atoms by atomic number, if the composition is given
    private final Optional<EquivalentSites> groups; // if symmetry is to be kept

    SpeciesPlan(
            Guidance guidance,
            Crystal crystal,
            int[] visible,
            boolean[][] allowed,
            Optional<int[]> missing,
            Optional<EquivalentSites> groups) {
        this.guidance = guidance;
        this.crystal = crystal;
        this.visible = visible;
        this.allowed = allowed;
        this.missing = missing;
        this.groups = groups;
    }

    /**
     * The best species for the hidden sites.
     *
     * @param rankings [H] what the network says of each, by rising index
     * @return as many as are wanted, or as many as there are. If nothing neutral is found, what is best without regard
     *     to charges
     * @throws IllegalArgumentException with one line that says so, if equivalent sites cannot have the composition
     */
    public SpeciesChoice.Result choose(List<SpeciesRanking> rankings) {
        if (rankings.size() != allowed.length) {
            throw new IllegalArgumentException(rankings.size() + " rankings for " + allowed.length + " hidden sites");
        }
        if (rankings.isEmpty()) {
            SpeciesChoice nothing = new SpeciesChoice(new int[0], 0);
            Optional<Boolean> neutral = guidance.neutral().map(_ -> isNeutral(nothing.species()));
            String note = !neutral.orElse(true)
                    ? "no site is hidden, and the composition is not neutral"
                    : guidance.candidates() > 1
                            ? "only 1 of " + guidance.candidates() + " candidates: no site is hidden"
                            : "";
            return new SpeciesChoice.Result(List.of(nothing), neutral, note);
        }
        SiteScores scores = SiteScores.of(rankings, allowed);
        if (guidance.neutral().isPresent()) {
            AssignmentSearch search = search(scores, this::isNeutral);
            List<SpeciesChoice> choices = draw(search);
            if (!choices.isEmpty()) {
                return new SpeciesChoice.Result(choices, Optional.of(true), shortage(choices, search));
            }
            return new SpeciesChoice.Result(
                    some(draw(search(scores, _ -> true))), Optional.of(false), withoutNeutral(search));
        }
        AssignmentSearch search = search(scores, _ -> true);
        List<SpeciesChoice> choices = some(draw(search));
        return new SpeciesChoice.Result(choices, Optional.empty(), shortage(choices, search));
    }

    private AssignmentSearch search(SiteScores scores, Predicate<int[]> test) {
        SiteScores own = missing.isEmpty() ? scores : scores.over(elements(missing.get()));
        Optional<int[]> counts = missing.map(all ->
                IntStream.range(0, own.elements()).map(m -> all[own.z(m)]).toArray());
        if (groups.isPresent()) {
            return new GroupSearch(own, groups.get(), counts, test, guidance.limit());
        }
        return counts.isPresent()
                ? SpeciesSearch.of(own, counts.get(), test)
                : new SpeciesSearch(own, test, guidance.limit());
    }

    private List<SpeciesChoice> draw(AssignmentSearch search) {
        List<SpeciesChoice> choices = new ArrayList<>();
        DistinctStructures distinct = guidance.candidates() == 1 ? null : new DistinctStructures(crystal);
        // Equivalents of a few substitutions on many equal sites are more than anybody wants to see.
        for (int drawn = 0; choices.size() < guidance.candidates() && drawn < guidance.limit(); drawn++) {
            Optional<AssignmentSearch.Found> found = search.next();
            if (found.isEmpty()) {
                break;
            }
            int[] species = found.get().species();
            if (distinct == null || distinct.take(species)) {
                choices.add(
                        new SpeciesChoice(species, SiteScores.nats(found.get().score())));
            }
        }
        return choices;
    }

    private List<SpeciesChoice> some(List<SpeciesChoice> choices) {
        if (choices.isEmpty()) {
            throw new IllegalArgumentException("the composition cannot be put on the hidden sites of crystal '"
                    + crystal.id() + "' with one element for equivalent sites, which are in groups of "
                    + Arrays.toString(groups.orElseThrow().sizes()));
        }
        return choices;
    }

    private boolean isNeutral(int[] species) {
        int[] counts = visible.clone();
        for (int z : species) {
            counts[z]++;
        }
        return guidance.neutral().orElseThrow().composition(Composition.ofCounts(counts));
    }

    private String shortage(List<SpeciesChoice> choices, AssignmentSearch search) {
        if (choices.size() == guidance.candidates()) {
            return "";
        }
        return "only " + choices.size() + " of " + guidance.candidates() + " candidates: "
                + (search.isExhausted() ? "there are no more" : "the limit of the search was met");
    }

    private String withoutNeutral(AssignmentSearch search) {
        if (missing.isPresent()) {
            return "the composition is not neutral";
        }
        String kind = groups.isPresent() ? "assignments" : "compositions";
        return search.isExhausted()
                ? "none of the " + search.tested() + " possible " + kind + " is neutral"
                : "nothing neutral among the " + search.tested() + " most probable " + kind;
    }

    /** Whether hidden sites can take certain atoms. */
    static boolean isPossible(int[] missing, boolean[][] allowed) {
        double[][] even = new double[allowed.length][Element.MAX_Z + 1];
        for (int s = 0; s < even.length; s++) {
            for (int z = 0; z < even[s].length; z++) {
                even[s][z] = allowed[s][z] ? 0 : Double.NEGATIVE_INFINITY;
            }
        }
        SiteScores scores = SiteScores.of(even).over(elements(missing));
        int[] counts = IntStream.range(0, scores.elements())
                .map(m -> missing[scores.z(m)])
                .toArray();
        return BestAssignment.of(scores, counts).isPresent();
    }

    private static int[] elements(int[] counts) {
        return IntStream.range(0, counts.length).filter(z -> counts[z] > 0).toArray();
    }
}
