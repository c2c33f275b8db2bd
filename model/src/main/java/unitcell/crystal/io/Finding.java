package unitcell.crystal.io;

import java.util.Locale;

/**
 * Something noticed about an input: an error, for which the structure is refused, or a warning, with which it is read.
 *
 * @param kind what, by name
 * @param where place in the file
 * @param message one line: what was found and what was expected
 */
public record Finding(Kind kind, Location where, String message) {
    /** Names of all findings. The constants up to {@link #COMPOSITION} are errors, the rest warnings. */
    public enum Kind {
        /** No such file or folder, or it cannot be read. */
        IO,
        /** The file holds nothing, or a folder holds no crystal files. */
        EMPTY,
        /** The name says gzip, the content does not. */
        NOT_GZIP,
        /** Compressed data end too early or are damaged. */
        TRUNCATED,
        /** Larger than the reader's limits ({@link InputLimits}). */
        TOO_LARGE,
        /** Text in an encoding that is not understood. */
        ENCODING,
        /** Not CIF, CSV or JSON as their grammars have it. */
        SYNTAX,
        /** A table without the column that is needed. */
        COLUMN_MISSING,
        /** A table row with the wrong number of fields, or holding no or several structures. */
        ROW_SHAPE,
        /** No block with fractional coordinates. */
        NO_STRUCTURE,
        /** A cell length or angle is missing or unknown. */
        CELL_MISSING,
        /** A cell length or angle outside the plausible range. */
        CELL_RANGE,
        /** Cell vectors that (almost) lie in a plane. */
        CELL_FLAT,
        /** A value that should be a finite number is none. */
        NUMBER,
        /** A coordinate is unknown ({@code ?}) or inapplicable ({@code .}). */
        COORDINATE_MISSING,
        /** No element can be read from a site's type symbol or label. */
        UNKNOWN_ELEMENT,
        /** A site is occupied only in part: disordered crystals are refused. */
        PARTIAL_OCCUPANCY,
        /** An occupancy that is not in (0, 1]. */
        OCCUPANCY_RANGE,
        /** Different elements on the same position: disordered crystals are refused. */
        MIXED_SITE,
        /** A symmetry operation that cannot be read. */
        SYMMETRY_OPERATION,
        /** A space group is named but its operations are not listed. */
        SYMMETRY_MISSING,
        /** A composition that cannot be read. */
        COMPOSITION,

        /** A byte order mark was skipped. */
        BYTE_ORDER_MARK,
        /** Not UTF-8; read as Latin-1. */
        LATIN1,
        /** A loop with tags but no values. */
        EMPTY_LOOP,
        /** Deuterium or tritium is read as hydrogen. */
        HYDROGEN_ISOTOPE,
        /** The element was guessed from an unusual symbol or label. */
        ELEMENT_GUESSED,
        /** An unknown occupancy is taken as 1. */
        OCCUPANCY_UNKNOWN,
        /** A site marked as a dummy was left out. */
        DUMMY_SITE,
        /** No symmetry is given: taken as P 1. */
        SYMMETRY_ASSUMED_P1,
        /** The listed operations contradict the named space group or do not form a group. */
        SYMMETRY_INCONSISTENT,
        /** A cell outside the plausible range, read under {@link Plausibility#REPORTED}. */
        CELL_IMPLAUSIBLE,
        /** A site was listed twice. */
        DUPLICATE_SITE,
        /** Atoms closer than 0.5 angstrom. */
        ATOMS_TOO_CLOSE,
        /** The sites do not have the composition that the file declares. */
        FORMULA_MISMATCH,
        /** The cell does not have the volume that the file declares. */
        VOLUME_MISMATCH;

        /** True if it is an error about the cell or the coordinates alone: which atoms there are may still be known. */
        boolean spoilsGeometryOnly() {
            return this == CELL_RANGE || this == CELL_FLAT || this == NUMBER;
        }

        /** True if a structure with this finding is refused. */
        public boolean isError() {
            return compareTo(COMPOSITION) <= 0;
        }

        /** Lower case with hyphens, for tables and reports: {@code partial-occupancy}. */
        public String slug() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** True if the structure is refused for it. */
    public boolean isError() {
        return kind.isError();
    }

    /** {@code file:line:column: message}. */
    @Override
    public String toString() {
        return where + ": " + message;
    }
}
