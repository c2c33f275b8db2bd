package unitcell.crystal;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How many atoms of each element: an immutable multiset of species, kept in order of atomic number.
 *
 * <p>Formulas are written in the element order of the IUPAC Red Book (2005, Table VI): noble gases, then groups 1, 2, 3
 * and so on to 17, heaviest first within a group, with hydrogen between groups 15 and 16; so NaCl, BaTiO3, NH3, H2O.
 */
public final class Composition {
    private final int[] elements; // distinct atomic numbers, ascending
    private final int[] counts; // same length, all positive

    private Composition(int[] perZ) {
        elements = IntStream.range(0, perZ.length).filter(z -> perZ[z] > 0).toArray();
        counts = Arrays.stream(elements).map(z -> perZ[z]).toArray();
        if (elements.length == 0) {
            throw new IllegalArgumentException("a composition needs at least one atom");
        }
    }

    /**
     * Counts the atoms of a structure.
     *
     * @param species atomic numbers 0 to 118, at least one
     */
    public static Composition ofSpecies(int... species) {
        int[] perZ = new int[Element.MAX_Z + 1];
        for (int z : species) {
            perZ[Element.of(z).z()]++;
        }
        return new Composition(perZ);
    }

    /**
     * The composition with given counts.
     *
     * @param perZ number of atoms by atomic number; shorter than 119 is fine; none negative, at least one positive
     */
    public static Composition ofCounts(int... perZ) {
        for (int z = 0; z < perZ.length; z++) {
            if (perZ[z] < 0 || (perZ[z] > 0 && z > Element.MAX_Z)) {
                throw new IllegalArgumentException("count " + perZ[z] + " for atomic number " + z);
            }
        }
        return new Composition(perZ);
    }

    /**
     * Reads a formula such as {@code Ba(AlTe2)2}, {@code Er2Tm7Th1} or {@code 'Tm1 Mg1 Hg2'}.
     *
     * @throws IllegalArgumentException naming the column, if it is not a formula or amounts are not whole numbers
     */
    public static Composition parse(String formula) {
        return ofCounts(new FormulaParser(formula).parse());
    }

    /**
     * Reads a formula whose amounts need not be whole, such as {@code Cs In0.07 Sn0.9 Cl3}.
     *
     * @return [119] amounts by atomic number
     * @throws IllegalArgumentException naming the column, if it is not a formula
     */
    public static double[] parseAmounts(String formula) {
        return new FormulaParser(formula).parseAmounts();
    }

    /** The distinct atomic numbers, ascending; a copy. */
    public int[] elements() {
        return elements.clone();
    }

    /** The counts belonging to {@link #elements}; a copy. */
    public int[] counts() {
        return counts.clone();
    }

    /** Number of distinct elements. */
    public int size() {
        return elements.length;
    }

    /** Number of atoms of one element, 0 if it does not occur. */
    public int count(int z) {
        int at = Arrays.binarySearch(elements, z);
        return at < 0 ? 0 : counts[at];
    }

    /** Number of atoms altogether. */
    public long atoms() {
        return Arrays.stream(counts).asLongStream().sum();
    }

    /** Greatest common divisor of the counts: how many reduced formula units these atoms make. */
    public int formulaUnits() {
        int g = 0;
        for (int n : counts) {
            g = gcd(g, n);
        }
        return g;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** The composition of one formula unit: counts divided by their greatest common divisor. */
    public Composition reduced() {
        int g = formulaUnits();
        int[] perZ = new int[Element.MAX_Z + 1];
        for (int i = 0; i < elements.length; i++) {
            perZ[elements[i]] = counts[i] / g;
        }
        return new Composition(perZ);
    }

    /** All counts, in the order described above, count 1 omitted: {@code Na4Cl4}. */
    public String formula() {
        return IntStream.range(0, elements.length)
                .boxed()
                .sorted((i, j) -> Integer.compare(rank(elements[i]), rank(elements[j])))
                .map(i -> Element.of(elements[i]).symbol() + (counts[i] == 1 ? "" : counts[i]))
                .collect(Collectors.joining());
    }

    /** The formula of one formula unit: {@code NaCl}. */
    public String reducedFormula() {
        return reduced().formula();
    }

    // Smaller is written earlier. The unknown species comes last.
    private static int rank(int z) {
        Element e = Element.of(z);
        if (e.isUnknown()) {
            return Integer.MAX_VALUE;
        }
        int column = e.group() == 18 ? 0 : 10 * e.group();
        if (z == 1) {
            column = 155;
        }
        return 1000 * column - z;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Composition that
                && Arrays.equals(elements, that.elements)
                && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(elements) + Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return formula();
    }
}
