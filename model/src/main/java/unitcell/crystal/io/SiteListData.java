package unitcell.crystal.io;

import java.util.List;
import java.util.Optional;
import unitcell.crystal.io.Datum.Members;

/**
 * Structures as pymatgen writes them: {@code lattice} with {@code matrix} or six parameters, and a list of {@code sites}
 * with {@code species} (one element with occupancy 1) and {@code abc} or {@code xyz}. Disordered crystals are refused.
 */
final class SiteListData {
    private static final String[] PARAMETERS = {"a", "b", "c", "alpha", "beta", "gamma"};
    private static final double OCCUPANCY_SLACK = 1e-3;

    private final DatumNumbers data;
    private final Findings findings;

    private SiteListData(DatumNumbers data, Findings findings) {
        this.data = data;
        this.findings = findings;
    }

    static boolean describes(Members object) {
        return object.has("sites") && object.has("lattice");
    }

    /** The parts, or empty after errors about sites were reported. */
    static Optional<StructureData.Parts> read(Members object, Location where, Findings findings) {
        return new SiteListData(new DatumNumbers(where.file()), findings).parts(object);
    }

    private Optional<StructureData.Parts> parts(Members object) {
        double[] cell = cell(data.members(object.get("lattice"), "lattice"));
        List<Datum> sites = data.items(object.get("sites"), "sites").values();
        if (sites.size() > InputLimits.MAX_ATOMS) {
            throw InputException.of(
                    Finding.Kind.TOO_LARGE,
                    data.where(object.get("sites")),
                    sites.size() + " sites, the limit is " + InputLimits.MAX_ATOMS);
        }
        int[] species = new int[sites.size()];
        double[] positions = new double[3 * sites.size()];
        boolean cartesian =
                !sites.isEmpty() && !data.members(sites.get(0), "sites[0]").has("abc");
        for (int i = 0; i < species.length; i++) {
            String name = "sites[" + i + "]";
            Members site = data.members(sites.get(i), name);
            species[i] = species(required(site, "species", name), name);
            String key = cartesian ? "xyz" : "abc";
            double[] at = data.numbers(required(site, key, name), name + "." + key);
            if (at.length != 3) {
                throw data.unexpected(site.get(key), name + "." + key, "three numbers");
            }
            System.arraycopy(at, 0, positions, 3 * i, 3);
        }
        return findings.hasError()
                ? Optional.empty()
                : Optional.of(new StructureData.Parts(cell, species, positions, cartesian));
    }

    private Datum required(Members object, String key, String name) {
        if (!object.has(key)) {
            throw InputException.of(
                    Finding.Kind.COLUMN_MISSING, data.where(object), "'" + name + "' has no '" + key + "'");
        }
        return object.get(key);
    }

    private double[] cell(Members lattice) {
        if (lattice.has("pbc")) {
            data.requirePeriodic(lattice.get("pbc"), "lattice.pbc");
        }
        if (lattice.has("matrix")) {
            double[] matrix = data.numbers(lattice.get("matrix"), "lattice.matrix");
            if (matrix.length != 9) {
                throw data.unexpected(lattice.get("matrix"), "lattice.matrix", "three rows of three numbers");
            }
            return matrix;
        }
        double[] cell = new double[6];
        for (int i = 0; i < 6; i++) {
            cell[i] = data.number(required(lattice, PARAMETERS[i], "lattice"), "lattice." + PARAMETERS[i]);
        }
        return cell;
    }

    private int species(Datum value, String name) {
        List<Datum> list = data.items(value, name + ".species").values();
        if (list.size() != 1) {
            findings.add(
                    Finding.Kind.MIXED_SITE,
                    data.where(value),
                    "'" + name + "' holds " + list.size() + " species: disordered crystals are refused, expected one");
            return 0;
        }
        Members only = data.members(list.get(0), name + ".species[0]");
        if (only.has("occu")) {
            occupancy(only.get("occu"), name);
        }
        return data.element(required(only, "element", name + ".species[0]"), name + ".species[0].element", findings);
    }

    private void occupancy(Datum value, String name) {
        double occupancy = data.number(value, name + ".species[0].occu");
        if (occupancy > 0 && occupancy < 1 - OCCUPANCY_SLACK) {
            findings.add(
                    Finding.Kind.PARTIAL_OCCUPANCY,
                    data.where(value),
                    "'" + name + "' is occupied to " + occupancy + ": disordered crystals are refused, expected 1");
        } else if (!(occupancy > 0 && occupancy <= 1 + OCCUPANCY_SLACK)) {
            findings.add(
                    Finding.Kind.OCCUPANCY_RANGE,
                    data.where(value),
                    "'" + name + "' has occupancy " + value.show() + ", expected a number in (0, 1]");
        }
    }
}
