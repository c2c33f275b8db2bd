package unitcell.crystal.io;

import java.util.List;
import unitcell.crystal.io.Datum.Members;

/** Structures as arrays over atoms: this program's own form, ASE's and JARVIS'. See {@link StructureData}. */
final class AtomArrayData {
    private AtomArrayData() {}

    // Names of cell, species and positions; the first that is there counts.
    private static final List<String> CELL = List.of("cell", "lattice", "lattice_mat");
    private static final List<String> SPECIES = List.of("species", "atom_types", "numbers", "elements", "symbols");
    private static final List<String> FRACTIONAL = List.of("frac", "frac_coords", "scaled_positions");
    private static final List<String> CARTESIAN = List.of("positions", "cart_coords");
    private static final String COORDS = "coords";

    /** Keys that belong to the structure, not to the row. */
    static boolean isPart(String key) {
        return CELL.contains(key)
                || SPECIES.contains(key)
                || FRACTIONAL.contains(key)
                || CARTESIAN.contains(key)
                || key.equals(COORDS);
    }

    static boolean describes(Members object) {
        return first(object, CELL) != null && first(object, SPECIES) != null && positions(object) != null;
    }

    private static String first(Members object, List<String> keys) {
        return keys.stream().filter(object::has).findFirst().orElse(null);
    }

    private static String positions(Members object) {
        String fractional = first(object, FRACTIONAL);
        String cartesian = first(object, CARTESIAN);
        return fractional != null ? fractional : cartesian != null ? cartesian : object.has(COORDS) ? COORDS : null;
    }

    static StructureData.Parts read(Members object, Location where, Findings findings) {
        DatumNumbers data = new DatumNumbers(where.file());
        String cell = required(first(object, CELL), "cell", where);
        String species = required(first(object, SPECIES), "species", where);
        String positions = required(positions(object), "frac", where);
        if (object.has("pbc")) {
            data.requirePeriodic(object.get("pbc"), "pbc");
        }
        boolean cartesian = positions.equals(COORDS)
                ? object.has("cartesian") && data.flag(object.get("cartesian"), "cartesian")
                : CARTESIAN.contains(positions);
        return new StructureData.Parts(
                data.numbers(object.get(cell), cell),
                data.species(object.get(species), species, findings),
                data.numbers(object.get(positions), positions),
                cartesian);
    }

    private static String required(String found, String usual, Location where) {
        if (found == null) {
            throw InputException.of(Finding.Kind.COLUMN_MISSING, where, "object has no '" + usual + "'");
        }
        return found;
    }
}
