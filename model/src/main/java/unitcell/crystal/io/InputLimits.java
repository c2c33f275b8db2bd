package unitcell.crystal.io;

/** Limits that keep hostile or mistaken input from exhausting memory or time. */
public final class InputLimits {
    private InputLimits() {}

    /** Largest CIF file or field in bytes (64 MiB). */
    public static final int MAX_CIF_BYTES = 64 << 20;
    /** Most tags, values and keywords in one CIF. */
    public static final int MAX_CIF_TOKENS = 1_000_000;
    /** Most atoms in a cell after symmetry expansion. */
    public static final int MAX_ATOMS = 4096;
    /** Most symmetry operations; the largest space groups have 192, magnetic supercells a few times that. */
    public static final int MAX_OPERATIONS = 4096;
    /** Longest field of a table in characters. */
    public static final int MAX_FIELD = 64 << 20;
    /** Longest line of a JSON-lines file in characters. */
    public static final int MAX_JSON_LINE = 16 << 20;
    /** Most values in one record of JSON, which is held in memory. */
    public static final int MAX_RECORD_VALUES = 1_000_000;
    /** Most values in a JSON file whose columns follow each other, so that it must be held as a whole. */
    public static final int MAX_FILE_VALUES = 4_000_000;
    /** Cell lengths must be between these, in angstrom, exclusive. */
    public static final double MIN_LENGTH = 0.5;

    public static final double MAX_LENGTH = 500;
    /** Cell angles must be between these, in degrees, exclusive. */
    public static final double MIN_ANGLE = 5;

    public static final double MAX_ANGLE = 175;
    /** A cell whose volume is less than this fraction of the product of its lengths is called flat. */
    public static final double MIN_FLATNESS = 1e-4;
    /** Fractional distance along each axis within which symmetry images are one site. */
    public static final double SITE_TOLERANCE = 1e-4;
    /** Atoms closer than this many angstrom are reported. */
    public static final double MIN_DISTANCE = 0.5;
}
