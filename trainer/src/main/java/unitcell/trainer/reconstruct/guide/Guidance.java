package unitcell.trainer.reconstruct.guide;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.validity.ValidityRules;

/**
 * What is wanted of the species on hidden sites, besides being probable.
 *
 * @param allowed elements that sites may get
 * @param composition of the completed crystal, up to a whole factor; empty: any
 * @param neutral the rules whose judgement of compositions must be passed; empty: none
 * @param symmetric whether hidden sites that the symmetry of the incomplete crystal, within 0.1 angstrom, makes equivalent
 *     get one element in common
 * @param candidates how many completions of each crystal, at least 1; different structures, as far as the symmetry of the
 *     sites, within 0.1 angstrom, tells: of equivalent assignments only the first counts
 * @param settled whether positions come from a further pass in which the network sees the chosen species
 * @param limit most compositions to try for each crystal, and most assignments to look through, at least 1
 */
public record Guidance(
        AllowedSpecies allowed,
        Optional<Composition> composition,
        Optional<ValidityRules> neutral,
        boolean symmetric,
        int candidates,
        boolean settled,
        int limit) {
    /** Compositions tried for each crystal unless something else is asked for: at most some seconds' work. */
    public static final int LIMIT = 10_000;

    /** Nothing is wanted: each site gets its most probable species. */
    public static final Guidance NONE =
            new Guidance(AllowedSpecies.ALL, Optional.empty(), Optional.empty(), false, 1, false, LIMIT);

    public Guidance {
        if (candidates < 1 || limit < 1) {
            throw new IllegalArgumentException(
                    "candidates " + candidates + " and limit " + limit + " must be at least 1");
        }
        if (composition.isPresent() && composition.get().count(Element.UNKNOWN_Z) > 0) {
            throw new IllegalArgumentException("a composition to reach must not have unknown species: "
                    + composition.get().formula());
        }
    }

    /** Whether each site gets its most probable species and nothing else is looked at. */
    public boolean isNone() {
        return allowed.equals(AllowedSpecies.ALL)
                && composition.isEmpty()
                && neutral.isEmpty()
                && !symmetric
                && candidates == 1;
    }

    /**
     * What that means for a crystal.
     *
     * @param crystal hidden sites have species 0
     * @param rows the first atomic number that the network does not know
     * @throws IllegalArgumentException with one line that says why, if it cannot be
     */
    public SpeciesPlan plan(Crystal crystal, int rows) {
        int[] hidden = IntStream.range(0, crystal.size())
                .filter(i -> crystal.species(i) == Element.UNKNOWN_Z)
                .toArray();
        int[] visible = new int[Element.MAX_Z + 1];
        for (int i = 0; i < crystal.size(); i++) {
            visible[crystal.species(i)]++;
        }
        visible[Element.UNKNOWN_Z] = 0;
        boolean[][] places = allowed.of(crystal, hidden, rows);
        Optional<int[]> missing = composition.map(whole -> missing(crystal, whole, visible));
        missing.ifPresent(counts -> requireRoom(crystal, counts, hidden, places));
        Optional<EquivalentSites> groups =
                symmetric ? Optional.of(EquivalentSites.of(crystal, hidden)) : Optional.empty();
        groups.ifPresent(g -> requireCommon(crystal, hidden, g, places));
        return new SpeciesPlan(this, crystal, visible, places, missing, groups);
    }

    /** Atoms that a composition has more than are visible, by atomic number. */
    private static int[] missing(Crystal crystal, Composition whole, int[] visible) {
        Composition unit = whole.reduced();
        if (crystal.size() % unit.atoms() != 0) {
            throw new IllegalArgumentException("crystal '" + crystal.id() + "' has " + crystal.size()
                    + " atoms, no multiple of the " + unit.atoms() + " of " + unit.formula());
        }
        int factor = Math.toIntExact(crystal.size() / unit.atoms());
        int[] missing = new int[visible.length];
        for (int z = 1; z < visible.length; z++) {
            missing[z] = factor * unit.count(z) - visible[z];
            if (missing[z] < 0) {
                String symbol = Element.of(z).symbol();
                throw new IllegalArgumentException("crystal '" + crystal.id() + "' shows " + visible[z] + " " + symbol
                        + "; " + unit.formula() + " in " + crystal.size() + " atoms has " + factor * unit.count(z)
                        + ": hide more of it or give another composition");
            }
        }
        return missing;
    }

    private static void requireCommon(Crystal crystal, int[] hidden, EquivalentSites groups, boolean[][] places) {
        for (int g = 0; g < groups.groups(); g++) {
            int group = g;
            int[] own = IntStream.range(0, hidden.length)
                    .filter(s -> groups.groupOf()[s] == group)
                    .toArray();
            boolean common = IntStream.rangeClosed(1, Element.MAX_Z)
                    .anyMatch(z -> Arrays.stream(own).allMatch(s -> places[s][z]));
            if (!common) {
                throw new IllegalArgumentException("the equivalent sites "
                        + Arrays.toString(Arrays.stream(own).map(s -> hidden[s]).toArray()) + " of crystal '"
                        + crystal.id() + "' allow no element in common");
            }
        }
    }

    private static void requireRoom(Crystal crystal, int[] missing, int[] hidden, boolean[][] places) {
        for (int z = 1; z < missing.length; z++) {
            int element = z;
            long room = IntStream.range(0, hidden.length)
                    .filter(s -> places[s][element])
                    .count();
            if (room < missing[z]) {
                throw new IllegalArgumentException("the composition wants " + missing[z] + " more "
                        + Element.of(z).symbol() + " in crystal '"
                        + crystal.id() + "', whose hidden sites allow it "
                        + (room == 0 ? "nowhere" : "at " + room + " of " + hidden.length));
            }
        }
        for (int s = 0; s < hidden.length; s++) {
            boolean[] own = places[s];
            if (IntStream.range(1, missing.length).noneMatch(z -> own[z] && missing[z] > 0)) {
                throw new IllegalArgumentException("site " + hidden[s] + " of crystal '" + crystal.id()
                        + "' allows no element that the composition is missing");
            }
        }
        if (!SpeciesPlan.isPossible(missing, places)) {
            throw new IllegalArgumentException("the elements that the composition is missing cannot be put on the"
                    + " hidden sites of crystal '" + crystal.id() + "': too many sites allow the same few of them");
        }
    }
}
