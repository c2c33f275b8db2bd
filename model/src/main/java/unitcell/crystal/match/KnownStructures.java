package unitcell.crystal.match;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.match.Comparison.Matched;

/**
 * A set of known structures, such as the training data, in which others are looked up: a crystal is novel if it fits
 * none of the same reduced formula ({@link StructureMatcher#fits}, the known one first).
 *
 * <p>Memory: about 350 bytes and 13 bytes an atom for each structure; cells are reduced when their formula is first asked
 * for. Lattices are kept in double, coordinates in single precision (1e-6 angstrom). Not safe to share between threads.
 */
public final class KnownStructures {
    private static final class Bucket {
        final List<PackedCrystal> entries = new ArrayList<>();
        int reduced; // so many of the first entries hold reduced cells
    }

    private final StructureMatcher matcher;
    private final Map<Composition, Bucket> byFormula = new HashMap<>();
    private long size;
    private long undecided;

    public KnownStructures(StructureMatcher matcher) {
        this.matcher = matcher;
    }

    /** Adds a structure to the set; structures may occur more than once. */
    public void add(Crystal crystal) {
        byFormula
                .computeIfAbsent(crystal.composition().reduced(), f -> new Bucket())
                .entries
                .add(PackedCrystal.of(crystal));
        size++;
    }

    /** Number of structures added. */
    public long size() {
        return size;
    }

    /** Number of different reduced formulas. */
    public int formulas() {
        return byFormula.size();
    }

    /** Whether a structure of this reduced formula is known. */
    public boolean knowsFormula(Composition composition) {
        return byFormula.containsKey(composition.reduced());
    }

    /** Whether a crystal fits none of the known structures. */
    public boolean isNovel(Crystal crystal) {
        return find(crystal).isEmpty();
    }

    /** The id of the first known structure, in the order of adding, that a crystal fits. */
    public Optional<String> find(Crystal crystal) {
        // Most formulas are unknown: then there is nothing to reduce.
        return knowsFormula(crystal.composition()) ? find(PreparedCrystal.of(crystal)) : Optional.empty();
    }

    /** Like {@link #find(Crystal)} for a crystal prepared before. */
    public Optional<String> find(PreparedCrystal crystal) {
        Bucket bucket = byFormula.get(crystal.formula());
        if (bucket == null) {
            return Optional.empty();
        }
        reduce(bucket);
        for (PackedCrystal entry : bucket.entries) {
            Comparison result = matcher.compareFit(entry.prepared(), crystal);
            if (result instanceof Matched) {
                return Optional.of(entry.id());
            }
            undecided += CrystalGroups.isUndecided(result) ? 1 : 0;
        }
        return Optional.empty();
    }

    private static void reduce(Bucket bucket) {
        for (; bucket.reduced < bucket.entries.size(); bucket.reduced++) {
            bucket.entries.set(
                    bucket.reduced, bucket.entries.get(bucket.reduced).reduced());
        }
    }

    /** Comparisons that were given up at a bound of {@link StructureMatcher} and count as different. */
    public long undecided() {
        return undecided;
    }
}
