package unitcell.crystal.io;

import java.util.List;
import java.util.Optional;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.io.Datum.Members;

/**
 * Crystals from dictionaries, told apart by their keys:
 *
 * <ul>
 *   <li>this program's own: {@code cell} (six parameters in angstrom and degrees, or nine numbers or three rows of a matrix),
 *       {@code species} (symbols or atomic numbers), {@code frac} (rows of three);
 *   <li>pymatgen's: {@code lattice} with {@code matrix}, and {@code sites} with {@code species} and {@code abc};
 *   <li>ASE's: {@code numbers}, {@code positions} (Cartesian, angstrom), {@code cell}, {@code pbc};
 *   <li>JARVIS': {@code lattice_mat}, {@code elements}, {@code coords}, {@code cartesian}.
 * </ul>
 *
 * Structures that are not periodic in all three directions are refused.
 */
final class StructureData {
    /**
     * A structure as it was written down.
     *
     * @param cell six parameters, or the nine numbers of a matrix whose rows are lattice vectors
     * @param species [N]
     * @param positions [N, 3]
     * @param cartesian whether positions are in angstrom instead of fractions of the cell
     */
    record Parts(double[] cell, int[] species, double[] positions, boolean cartesian) {}

    private final String file;
    private final Plausibility plausibility;

    StructureData(String file, Plausibility plausibility) {
        this.file = file;
        this.plausibility = plausibility;
    }

    /** Whether the keys are those of a structure. */
    static boolean isStructure(Members object) {
        return SiteListData.describes(object) || AtomArrayData.describes(object);
    }

    /**
     * The crystal of a structure.
     *
     * @param where place of its record
     * @throws InputException if its form is wrong
     */
    CrystalRecord record(Members object, String id, Location where, RowFields fields) {
        Findings findings = new Findings(file, plausibility);
        Optional<Parts> read = SiteListData.describes(object)
                ? SiteListData.read(object, where, findings)
                : Optional.of(AtomArrayData.read(object, where, findings));
        if (read.isEmpty()) {
            return new CrystalRecord.Refused(where, id, fields, findings.list(), Optional.empty());
        }
        Parts parts = read.get();
        if (parts.species().length == 0 || parts.positions().length != 3 * parts.species().length) {
            throw InputException.of(
                    Finding.Kind.ROW_SHAPE,
                    where,
                    "object has " + parts.species().length + " species and " + parts.positions().length
                            + " coordinates, expected three each");
        }
        requireNumbers(parts.cell(), parts.positions(), findings, where);
        Optional<Lattice> lattice = findings.hasError() ? Optional.empty() : lattice(parts.cell(), findings, where);
        if (lattice.isPresent() && parts.cartesian()) {
            parts = new Parts(parts.cell(), parts.species(), lattice.get().toFractional(parts.positions()), false);
            requireNumbers(parts.cell(), parts.positions(), findings, where);
        }
        if (findings.hasError() || lattice.isEmpty()) {
            Optional<Composition> atoms =
                    findings.mayTellAtoms() ? Optional.of(Composition.ofSpecies(parts.species())) : Optional.empty();
            return new CrystalRecord.Refused(where, id, fields, findings.list(), atoms);
        }
        Crystal crystal = new Crystal(id, lattice.get(), parts.species(), parts.positions());
        if (plausibility == Plausibility.REQUIRED) {
            CifStructures.checkDistances(crystal, where, findings);
        }
        return new CrystalRecord.Accepted(where, crystal, fields, List.copyOf(findings.list()));
    }

    private static void requireNumbers(double[] cell, double[] positions, Findings findings, Location where) {
        for (double x : cell) {
            if (!Double.isFinite(x)) {
                findings.add(Finding.Kind.NUMBER, where, "'cell' holds " + x + ", expected finite numbers");
            }
        }
        for (int i = 0; i < positions.length; i++) {
            if (!(Math.abs(positions[i]) < 1e6)) {
                findings.add(
                        Finding.Kind.NUMBER,
                        where,
                        "atom " + i / 3 + " has coordinate " + positions[i] + ", expected a number below a million");
            }
        }
    }

    private static Optional<Lattice> lattice(double[] cell, Findings findings, Location where) {
        if (cell.length == 9) {
            return CellChecks.latticeOfRows(cell, findings, where);
        }
        if (cell.length != 6) {
            throw InputException.of(
                    Finding.Kind.ROW_SHAPE, where, "'cell' has " + cell.length + " numbers, expected 6 or 9");
        }
        for (int i = 0; i < 6; i++) {
            CellChecks.range(i, cell[i]).ifPresent(c -> findings.addImplausible(Finding.Kind.CELL_RANGE, where, c));
        }
        return findings.hasError() ? Optional.empty() : CellChecks.lattice(cell, findings, where);
    }
}
