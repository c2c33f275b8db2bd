package unitcell.trainer.label;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.RowFields;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.crystal.symmetry.SymmetryFinder;

/** The crystal system of a row: what the table says, by name or by space-group number, otherwise what the atoms say. */
final class CrystalSystems {
    private static final List<String> NAMES = List.of("crystal_system", "spacegroup.crystal_system");
    private static final List<String> NUMBERS = List.of("spacegroup.number", "spacegroup_number", "space_group");

    private static final SymmetryFinder FINDER = new SymmetryFinder();

    private CrystalSystems() {}

    /** The system, null if the table does not say and the crystal is beyond what {@link SymmetryFinder} searches. */
    static CrystalSystem of(Crystal crystal, RowFields fields) {
        for (String column : NAMES) {
            Optional<CrystalSystem> system = fields.text(column).flatMap(CrystalSystem::find);
            if (system.isPresent()) {
                return system.get();
            }
        }
        for (String column : NUMBERS) {
            OptionalDouble number = fields.number(column);
            if (number.isPresent() && isSpaceGroup(number.getAsDouble())) {
                return CrystalSystem.ofSpaceGroup((int) number.getAsDouble());
            }
        }
        return found(crystal);
    }

    private static boolean isSpaceGroup(double number) {
        return number == Math.rint(number) && number >= 1 && number <= CrystalSystem.SPACE_GROUPS;
    }

    private static CrystalSystem found(Crystal crystal) {
        try {
            return FINDER.system(crystal);
        } catch (IllegalArgumentException e) {
            return null; // too many atoms or too skewed a cell: unknown, which results show as such
        }
    }
}
