package unitcell.crystal.io;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The listed atom sites of a CIF block: element, position and occupancy of each. */
final class CifSites {
    private CifSites() {}

    private static final String[][] COORDINATES = {
        {"_atom_site_fract_x"}, {"_atom_site_fract_y"}, {"_atom_site_fract_z"}
    };
    private static final double OCCUPANCY_SLACK = 1e-3;

    /**
     * One listed site.
     *
     * @param z atomic number, 0 for {@code X}
     * @param label its name in messages
     * @param frac three coordinates, NaN where an error was reported
     * @param decimals digits written after the decimal point of each
     * @param source the value that stands for the site in messages
     */
    record Site(int z, String label, double[] frac, int[] decimals, CifValue source) {}

    /** True if the block lists fractional coordinates. */
    static boolean present(CifBlock block) {
        for (String[] tags : COORDINATES) {
            if (block.column(tags).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** All sites; incomplete after an error was reported. */
    static List<Site> read(CifBlock block, Findings findings) {
        List<CifValue> x = block.column(COORDINATES[0]);
        List<CifValue> y = block.column(COORDINATES[1]);
        List<CifValue> z = block.column(COORDINATES[2]);
        List<CifValue> types = block.column("_atom_site_type_symbol");
        List<CifValue> labels = block.column("_atom_site_label", "_atom_site_label_atom_id", "_atom_site_id");
        List<CifValue> occupancies = block.column("_atom_site_occupancy");
        List<CifValue> flags = block.column("_atom_site_calc_flag");
        int rows = x.size();
        List<Site> sites = new ArrayList<>(rows);
        if (y.size() != rows || z.size() != rows) {
            findings.add(
                    Finding.Kind.SYNTAX,
                    x.get(0),
                    "there are " + rows + " x, " + y.size() + " y and " + z.size() + " z coordinates");
            return sites;
        }
        for (int row = 0; row < rows; row++) {
            String label = text(labels, row, rows).orElse("number " + (row + 1));
            if (text(flags, row, rows).filter("dum"::equalsIgnoreCase).isPresent()) {
                findings.add(Finding.Kind.DUMMY_SITE, x.get(row), "dummy site " + Findings.show(label) + " left out");
                continue;
            }
            Optional<SiteElements.Reading> element = element(types, labels, row, rows, x.get(row), findings);
            double[] frac = new double[3];
            int[] decimals = new int[3];
            // All of them, so that all problems of a site are reported.
            coordinate(x.get(row), 0, label, frac, decimals, findings);
            coordinate(y.get(row), 1, label, frac, decimals, findings);
            coordinate(z.get(row), 2, label, frac, decimals, findings);
            if (occupancy(occupancies, row, rows, label, findings) && element.isPresent()) {
                sites.add(new Site(element.get().element().z(), label, frac, decimals, x.get(row)));
            }
        }
        if (sites.isEmpty() && !findings.hasError()) {
            findings.add(
                    Finding.Kind.NO_STRUCTURE,
                    block.line(),
                    "block '" + Findings.show(block.name()) + "' has no atoms");
        }
        return sites;
    }

    // The value of a column in a row, unless it is missing or the column belongs to another loop.
    private static Optional<CifValue> value(List<CifValue> column, int row, int rows) {
        return column.size() == rows && !column.get(row).isMissing() ? Optional.of(column.get(row)) : Optional.empty();
    }

    private static Optional<String> text(List<CifValue> column, int row, int rows) {
        return value(column, row, rows).map(CifValue::text);
    }

    private static void coordinate(
            CifValue value, int axis, String label, double[] frac, int[] decimals, Findings findings) {
        frac[axis] = Double.NaN;
        if (value.isMissing()) {
            findings.add(
                    Finding.Kind.COORDINATE_MISSING,
                    value,
                    "site " + Findings.show(label) + " has '" + value.text() + "' as fractional " + "xyz".charAt(axis)
                            + ", expected a number");
            return;
        }
        double f = CifNumbers.parse(value.text());
        if (!(Math.abs(f) < 1e6)) {
            findings.add(
                    Finding.Kind.NUMBER,
                    value,
                    "site " + Findings.show(label) + " has '" + Findings.show(value.text()) + "' as fractional "
                            + "xyz".charAt(axis) + ", expected a number below a million");
            return;
        }
        frac[axis] = f;
        decimals[axis] = CifNumbers.decimals(value.text());
    }

    private static boolean occupancy(List<CifValue> column, int row, int rows, String label, Findings findings) {
        if (column.size() != rows) {
            return true;
        }
        CifValue value = column.get(row);
        if (value.isMissing()) {
            findings.add(
                    Finding.Kind.OCCUPANCY_UNKNOWN,
                    value,
                    "occupancy of site " + Findings.show(label) + " is '" + value.text() + "', taken as 1");
            return true;
        }
        double occupancy = CifNumbers.parse(value.text());
        if (occupancy > 0 && occupancy < 1 - OCCUPANCY_SLACK) {
            findings.add(
                    Finding.Kind.PARTIAL_OCCUPANCY,
                    value,
                    "site " + Findings.show(label) + " is occupied to " + occupancy
                            + ": disordered crystals are refused, expected 1");
            return false;
        }
        if (!(occupancy > 0 && occupancy <= 1 + OCCUPANCY_SLACK)) {
            findings.add(
                    Finding.Kind.OCCUPANCY_RANGE,
                    value,
                    "site " + Findings.show(label) + " has occupancy '" + Findings.show(value.text())
                            + "', expected a number in (0, 1]");
            return false;
        }
        return true;
    }

    private static Optional<SiteElements.Reading> element(
            List<CifValue> types, List<CifValue> labels, int row, int rows, CifValue site, Findings findings) {
        Optional<CifValue> type = value(types, row, rows);
        Optional<CifValue> label = value(labels, row, rows);
        if (type.isEmpty() && label.isEmpty()) {
            findings.add(Finding.Kind.UNKNOWN_ELEMENT, site, "site has neither a type symbol nor a label");
            return Optional.empty();
        }
        CifValue source = type.or(() -> label).orElseThrow();
        Optional<SiteElements.Reading> reading =
                type.isPresent() ? SiteElements.fromType(type.get().text()) : SiteElements.fromLabel(source.text());
        if (reading.isEmpty()) {
            findings.add(
                    Finding.Kind.UNKNOWN_ELEMENT,
                    source,
                    "no element can be read from " + (type.isPresent() ? "type symbol" : "label") + " '"
                            + Findings.show(source.text()) + "'");
        } else if (reading.get().guessed()) {
            findings.add(
                    Finding.Kind.ELEMENT_GUESSED,
                    source,
                    "'" + Findings.show(source.text()) + "' is taken as "
                            + reading.get().element().name());
        } else if (reading.get().isotope()) {
            findings.add(
                    Finding.Kind.HYDROGEN_ISOTOPE,
                    source,
                    "hydrogen isotope '" + Findings.show(source.text()) + "' is read as hydrogen");
        }
        return reading;
    }
}
