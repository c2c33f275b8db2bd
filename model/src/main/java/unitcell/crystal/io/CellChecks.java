package unitcell.crystal.io;

import java.util.Optional;
import unitcell.crystal.Lattice;

/** Plausibility of a cell, the same for every file format: see {@link InputLimits} for the ranges. */
final class CellChecks {
    private CellChecks() {}

    private static final String[] NAMES = {
        "length a", "length b", "length c", "angle alpha", "angle beta", "angle gamma"
    };

    /** A complaint about parameter {@code index} (0 a .. 5 gamma), or nothing. */
    static Optional<String> range(int index, double value) {
        boolean isLength = index < 3;
        double low = isLength ? InputLimits.MIN_LENGTH : InputLimits.MIN_ANGLE;
        double high = isLength ? InputLimits.MAX_LENGTH : InputLimits.MAX_ANGLE;
        if (value > low && value < high) {
            return Optional.empty();
        }
        return Optional.of("cell " + NAMES[index] + " is " + value + ", expected between " + low + " and " + high
                + (isLength ? " angstrom" : " degrees"));
    }

    /**
     * The lattice of six parameters that are in range, if it is not flat.
     *
     * @param problems receives a complaint if there is no such lattice
     */
    static Optional<Lattice> lattice(double[] p, Findings problems, Location where) {
        try {
            Lattice lattice = Lattice.ofParameters(p[0], p[1], p[2], p[3], p[4], p[5]);
            return flatness(lattice, problems, where);
        } catch (IllegalArgumentException e) {
            problems.add(Finding.Kind.CELL_FLAT, where, e.getMessage());
            return Optional.empty();
        }
    }

    /** The lattice with the given rows, if its lengths and angles are in range and it is not flat. */
    static Optional<Lattice> latticeOfRows(double[] rows, Findings problems, Location where) {
        Lattice lattice;
        try {
            lattice = Lattice.ofRows(rows);
        } catch (IllegalArgumentException e) {
            problems.add(Finding.Kind.CELL_FLAT, where, e.getMessage());
            return Optional.empty();
        }
        double[] p = lattice.parameters();
        boolean good = true;
        for (int i = 0; i < 6; i++) {
            Optional<String> complaint = range(i, p[i]);
            good &= complaint.isEmpty() || problems.addImplausible(Finding.Kind.CELL_RANGE, where, complaint.get());
        }
        return good ? flatness(lattice, problems, where) : Optional.empty();
    }

    private static Optional<Lattice> flatness(Lattice lattice, Findings problems, Location where) {
        double product = lattice.length(0) * lattice.length(1) * lattice.length(2);
        if (lattice.volume() >= InputLimits.MIN_FLATNESS * product) {
            return Optional.of(lattice);
        }
        boolean tolerated = problems.addImplausible(
                Finding.Kind.CELL_FLAT,
                where,
                "cell vectors almost lie in a plane: volume " + lattice.volume() + " cubic angstrom of at most "
                        + product);
        return tolerated ? Optional.of(lattice) : Optional.empty();
    }
}
