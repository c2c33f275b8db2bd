package unitcell.crystal.io;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Collects the findings about one structure, at most a few of each kind. */
final class Findings {
    private static final int MAX_PER_KIND = 10;

    private final String file;
    private final Plausibility plausibility;
    private final List<Finding> list = new ArrayList<>();
    private final Map<Finding.Kind, Integer> seen = new EnumMap<>(Finding.Kind.class);
    private boolean error;

    Findings(String file, Plausibility plausibility) {
        this.file = file;
        this.plausibility = plausibility;
    }

    String file() {
        return file;
    }

    void add(Finding.Kind kind, Location where, String message) {
        error |= kind.isError();
        if (seen.merge(kind, 1, Integer::sum) <= MAX_PER_KIND) {
            list.add(new Finding(kind, where, message));
        }
    }

    /**
     * Adds a complaint about a cell that is possible but not plausible.
     *
     * @param kind what it is where plausibility is required
     * @return whether the cell may be used all the same
     */
    boolean addImplausible(Finding.Kind kind, Location where, String message) {
        boolean tolerated = plausibility == Plausibility.REPORTED;
        add(tolerated ? Finding.Kind.CELL_IMPLAUSIBLE : kind, where, message);
        return tolerated;
    }

    void add(Finding.Kind kind, CifValue value, String message) {
        add(kind, new Location(file, value.line(), value.column()), message);
    }

    /** At a line of the file. */
    void add(Finding.Kind kind, int line, String message) {
        add(kind, new Location(file, line, 0), message);
    }

    void addAll(List<Finding> findings) {
        for (Finding f : findings) {
            add(f.kind(), f.where(), f.message());
        }
    }

    boolean hasError() {
        return error;
    }

    /** Whether the atoms may be told in spite of the errors: asked for, and the errors concern cell and coordinates alone. */
    boolean mayTellAtoms() {
        return plausibility == Plausibility.REPORTED
                && seen.keySet().stream().allMatch(kind -> !kind.isError() || kind.spoilsGeometryOnly());
    }

    /** All of them, errors first, otherwise in the order they were found. */
    List<Finding> list() {
        List<Finding> sorted = new ArrayList<>(list.size());
        list.stream().filter(Finding::isError).forEach(sorted::add);
        list.stream().filter(f -> !f.isError()).forEach(sorted::add);
        return List.copyOf(sorted);
    }

    /** Text cut to a printable single line for messages. */
    static String show(String text) {
        String line = text.length() > 200 ? text.substring(0, 200) : text;
        line = line.replaceAll("\\s+", " ").strip();
        return line.length() <= 60 ? line : line.substring(0, 57) + "...";
    }
}
