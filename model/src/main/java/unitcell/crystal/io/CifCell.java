package unitcell.crystal.io;

import java.util.Optional;
import unitcell.crystal.Lattice;

/** The lattice of a CIF block, from the six {@code _cell_} values. */
final class CifCell {
    private CifCell() {}

    private static final String[] TAGS = {
        "_cell_length_a",
        "_cell_length_b",
        "_cell_length_c",
        "_cell_angle_alpha",
        "_cell_angle_beta",
        "_cell_angle_gamma"
    };

    /** The lattice, or nothing after reporting every value that is missing, no number or out of range. */
    static Optional<Lattice> read(CifBlock block, Findings findings) {
        double[] parameters = new double[6];
        boolean good = true;
        for (int i = 0; i < 6; i++) {
            Optional<CifValue> value = block.value(TAGS[i]);
            if (value.isEmpty()) {
                findings.add(
                        Finding.Kind.CELL_MISSING,
                        block.line(),
                        "block '" + Findings.show(block.name()) + "' has no value for " + TAGS[i]);
                good = false;
            } else {
                parameters[i] = CifNumbers.parse(value.get().text());
                good &= check(i, parameters[i], value.get(), findings);
            }
        }
        if (!good) {
            return Optional.empty();
        }
        CifValue last = block.value(TAGS[5]).orElseThrow();
        Optional<Lattice> lattice =
                CellChecks.lattice(parameters, findings, new Location(findings.file(), last.line(), last.column()));
        lattice.ifPresent(l -> checkVolume(block, l, findings));
        return lattice;
    }

    private static boolean check(int index, double value, CifValue source, Findings findings) {
        if (!Double.isFinite(value)) {
            findings.add(
                    Finding.Kind.NUMBER,
                    source,
                    TAGS[index] + " is '" + Findings.show(source.text()) + "', expected a finite number");
            return false;
        }
        Optional<String> complaint = CellChecks.range(index, value);
        return complaint.isEmpty()
                || findings.addImplausible(
                        Finding.Kind.CELL_RANGE,
                        new Location(findings.file(), source.line(), source.column()),
                        complaint.get());
    }

    private static void checkVolume(CifBlock block, Lattice lattice, Findings findings) {
        Optional<CifValue> declared = block.value("_cell_volume");
        double volume = declared.map(v -> CifNumbers.parse(v.text())).orElse(Double.NaN);
        if (Double.isFinite(volume) && Math.abs(volume - lattice.volume()) > 0.01 * lattice.volume()) {
            findings.add(
                    Finding.Kind.VOLUME_MISMATCH,
                    declared.orElseThrow(),
                    "_cell_volume is " + volume + " but the cell parameters give "
                            + String.format(java.util.Locale.ROOT, "%.3f", lattice.volume()));
        }
    }
}
