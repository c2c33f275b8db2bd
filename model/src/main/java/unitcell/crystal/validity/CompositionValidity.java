package unitcell.crystal.validity;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import unitcell.crystal.Composition;
import unitcell.crystal.Element;

/**
 * Whether charges can balance in a composition, as CDVAE asks it with SMACT's help.
 *
 * <p>Counts are divided by their greatest common divisor. One element alone is valid, so are metals among themselves.
 * Otherwise there must be a choice of one oxidation state for each element, the same for all its atoms (hence Fe3O4 is
 * invalid), that is neutral and passes Pauling's test: no cation is as electronegative as an anion or more so. Elements
 * beyond lawrencium and unknown species are invalid, and so is every compound of an element without known states.
 *
 * <p>SMACT tries all combinations. Here the electronegativities are sorted: the test says that all cations come before
 * all anions, so each place to divide them leaves a question of sums alone, which {@link ChargeBalance} answers.
 */
final class CompositionValidity {
    private final OxidationStates set;

    CompositionValidity(OxidationStates set) {
        this.set = set;
    }

    /** What is wrong with a composition, in a few words; empty if it is valid. */
    Optional<String> fault(Composition composition) {
        int[] elements = composition.elements();
        for (int z : elements) {
            if (z == Element.UNKNOWN_Z) {
                return Optional.of("unknown species");
            }
            if (z > OxidationStates.MAX_Z) {
                return Optional.of("no data for " + Element.of(z).symbol());
            }
        }
        if (elements.length == 1 || Arrays.stream(elements).allMatch(set::isMetal)) {
            return Optional.empty();
        }
        int[] counts = composition.reduced().counts();
        int[][] states = Arrays.stream(elements).mapToObj(set::of).toArray(int[][]::new);
        for (int i = 0; i < elements.length; i++) {
            if (states[i].length == 0) {
                return Optional.of(
                        "no oxidation state of " + Element.of(elements[i]).symbol());
            }
        }
        if (passesPauling(elements, counts, states)) {
            return Optional.empty();
        }
        return Optional.of(
                ChargeBalance.isPossible(counts, states) ? "anions not more electronegative" : "not neutral");
    }

    private boolean passesPauling(int[] elements, int[] counts, int[][] states) {
        double[] electronegativity =
                Arrays.stream(elements).mapToDouble(set::electronegativity).toArray();
        int unknown = 0;
        while (unknown < elements.length && !Double.isNaN(electronegativity[unknown])) {
            unknown++;
        }
        if (unknown < elements.length) {
            return set.excusesUnknown() && passesExcused(electronegativity, unknown, counts, states);
        }
        // Below the bound cations, from it on anions. The lowest leaves no cation.
        return Arrays.stream(electronegativity).distinct().sorted().skip(1).anyMatch(bound -> {
            IntPredicate cation = i -> electronegativity[i] < bound;
            return ChargeBalance.isPossible(counts, restricted(states, cation, cation.negate()));
        });
    }

    /**
     * As SMACT 2.2.1 compares pairs of elements in order of atomic number until one decides: the pairs of the first
     * element come first, and the first element without an electronegativity ends them at the latest.
     */
    private static boolean passesExcused(double[] electronegativity, int unknown, int[] counts, int[][] states) {
        int decider = Math.max(unknown, 1);
        for (int sign : new int[] {1, -1}) {
            IntPredicate mayBeLike = i -> i != decider;
            IntPredicate mayBeOpposite =
                    i -> i >= decider || (i > 0 && sign * (electronegativity[i] - electronegativity[0]) > 0);
            IntPredicate positive = sign > 0 ? mayBeLike : mayBeOpposite;
            IntPredicate negative = sign > 0 ? mayBeOpposite : mayBeLike;
            if (ChargeBalance.isPossible(counts, restricted(states, positive, negative))) {
                return true;
            }
        }
        return false;
    }

    /** The states of each element [n] without the signs it may not have. */
    private static int[][] restricted(int[][] states, IntPredicate mayBePositive, IntPredicate mayBeNegative) {
        return IntStream.range(0, states.length)
                .mapToObj(i -> Arrays.stream(states[i])
                        .filter(s -> s > 0 ? mayBePositive.test(i) : mayBeNegative.test(i))
                        .toArray())
                .toArray(int[][]::new);
    }
}
