package unitcell.crystal.symmetry;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The seven crystal systems of the International Tables for Crystallography, volume A (2016), section 2.1.1.2, by
 * increasing symmetry: the declaration order is that of the space-group numbers.
 */
public enum CrystalSystem {
    TRICLINIC(1, 2),
    MONOCLINIC(3, 15),
    ORTHORHOMBIC(16, 74),
    TETRAGONAL(75, 142),
    TRIGONAL(143, 167),
    HEXAGONAL(168, 194),
    CUBIC(195, 230);

    /** Number of space-group types. */
    public static final int SPACE_GROUPS = 230;

    private final int first;
    private final int last;

    CrystalSystem(int first, int last) {
        this.first = first;
        this.last = last;
    }

    /** The name in lower case, as in tables, options and reports: {@code triclinic} to {@code cubic}. */
    public String slug() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Smallest space-group number of this system, 1 to 230. */
    public int firstSpaceGroup() {
        return first;
    }

    /** Largest space-group number of this system, 1 to 230. */
    public int lastSpaceGroup() {
        return last;
    }

    /**
     * The system to which a space-group type belongs.
     *
     * @param number number in the International Tables, 1 to 230
     * @throws IllegalArgumentException if there is no such space group
     */
    public static CrystalSystem ofSpaceGroup(int number) {
        for (CrystalSystem system : values()) {
            if (number >= system.first && number <= system.last) {
                return system;
            }
        }
        throw new IllegalArgumentException(
                "space group " + number + " does not exist, expected a number from 1 to " + SPACE_GROUPS);
    }

    /** The system of that name, in any case and with blanks around it; empty if there is none. */
    public static Optional<CrystalSystem> find(String name) {
        String slug = name.strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values()).filter(s -> s.slug().equals(slug)).findFirst();
    }

    /**
     * The system of that name, in any case and with blanks around it.
     *
     * @throws IllegalArgumentException if there is none, listing all
     */
    public static CrystalSystem parse(String name) {
        return find(name)
                .orElseThrow(() -> new IllegalArgumentException("crystal system '" + name + "', expected one of "
                        + Arrays.stream(values()).map(CrystalSystem::slug).collect(Collectors.joining(", "))));
    }
}
