package unitcell.crystal.io;

import java.util.List;
import java.util.Optional;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;

/** What became of one row of a table, one structure of a CIF file, or one file that could not be read. */
public sealed interface CrystalRecord {
    /** Where it was found. */
    Location where();

    /** Its name: the id column, the file's stem, or {@code row-N}. */
    String id();

    /** The other columns of its row. */
    RowFields fields();

    /**
     * A crystal.
     *
     * @param crystal with the record's id
     * @param warnings what was noticed but tolerated
     */
    record Accepted(Location where, Crystal crystal, RowFields fields, List<Finding> warnings)
            implements CrystalRecord {
        @Override
        public String id() {
            return crystal.id();
        }
    }

    /** A composition without a structure, from a table that has only those. */
    record CompositionOnly(Location where, String id, Composition composition, RowFields fields)
            implements CrystalRecord {}

    /**
     * Input that was refused.
     *
     * @param findings what was noticed, errors first, at least one error
     * @param composition its atoms, where only the cell or the coordinates are wrong and plausibility was not required
     */
    record Refused(
            Location where, String id, RowFields fields, List<Finding> findings, Optional<Composition> composition)
            implements CrystalRecord {
        static Refused of(Finding finding, String id, RowFields fields) {
            return new Refused(finding.where(), id, fields, List.of(finding), Optional.empty());
        }

        /** The first error. */
        public Finding reason() {
            return findings.get(0);
        }

        /** One line: {@code file:line:column: reason (and k more)}. */
        public String message() {
            long more = findings.stream().filter(Finding::isError).count() - 1;
            return reason() + (more == 0 ? "" : " (and " + more + " more)");
        }
    }
}
