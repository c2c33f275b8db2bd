package unitcell.crystal.io;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;

/**
 * All atoms of a cell from the listed sites and the symmetry operations.
 *
 * <p>With {@code x,y,z} alone the sites are the atoms, coordinates untouched. Otherwise every operation is applied to
 * every site, images are wrapped into [0, 1), and images of one site that agree within 1e-4 along each axis (modulo 1)
 * are one atom. Files print special positions such as 1/3 with few digits, whose images would then differ by the
 * rounding; a coordinate that is the correctly rounded decimal (three digits or more) of a multiple of 1/12 or 1/16 is
 * therefore taken as that fraction, a change below the printed precision. Images of different sites that coincide are
 * one atom too if the element is the same, which is reported, and a mixed site, which is refused, if it is not.
 */
final class SiteExpansion {
    private static final double TOLERANCE = InputLimits.SITE_TOLERANCE + 1e-9;
    private static final int GRID = 1000; // buckets per axis for finding coincident atoms

    private final List<SymmetryOperation> operations;
    private final Findings findings;
    private final List<double[]> positions = new ArrayList<>();
    private final List<CifSites.Site> origins = new ArrayList<>();
    private final Map<Integer, List<Integer>> buckets = new HashMap<>();

    SiteExpansion(List<SymmetryOperation> operations, Findings findings) {
        this.operations = operations;
        this.findings = findings;
    }

    /** Species [N] and coordinates [N, 3], in the order of sites and, within a site, of operations. */
    record Atoms(int[] species, double[] frac) {}

    Atoms expand(List<CifSites.Site> sites) {
        boolean symmetric = operations.size() > 1;
        for (CifSites.Site site : sites) {
            if (symmetric) {
                orbit(site);
            } else {
                positions.add(site.frac());
                origins.add(site);
            }
            if (positions.size() > InputLimits.MAX_ATOMS) {
                findings.add(
                        Finding.Kind.TOO_LARGE,
                        site.source(),
                        "more than " + InputLimits.MAX_ATOMS + " atoms in the cell, which is the limit");
                break;
            }
        }
        int n = positions.size();
        int[] species = new int[n];
        double[] frac = new double[3 * n];
        for (int i = 0; i < n; i++) {
            species[i] = origins.get(i).z();
            System.arraycopy(positions.get(i), 0, frac, 3 * i, 3);
        }
        return new Atoms(species, frac);
    }

    private void orbit(CifSites.Site site) {
        double[] start = new double[3];
        for (int axis = 0; axis < 3; axis++) {
            start[axis] = exactFraction(site.frac()[axis], site.decimals()[axis]);
        }
        List<double[]> images = new ArrayList<>();
        for (SymmetryOperation operation : operations) {
            double[] image = operation.apply(start);
            for (int axis = 0; axis < 3; axis++) {
                image[axis] = Crystal.wrap(image[axis]);
            }
            if (images.stream().noneMatch(other -> coincide(other, image))) {
                images.add(image);
            }
        }
        boolean duplicate = false;
        for (double[] image : images) {
            int other = coincident(image);
            if (other < 0) {
                place(image, site);
            } else if (origins.get(other).z() != site.z()) {
                findings.add(
                        Finding.Kind.MIXED_SITE,
                        site.source(),
                        "site " + Findings.show(site.label()) + " (" + symbol(site) + ") lies on site "
                                + Findings.show(origins.get(other).label()) + " (" + symbol(origins.get(other))
                                + "): disordered crystals are refused");
                return;
            } else if (!duplicate) {
                duplicate = true;
                findings.add(
                        Finding.Kind.DUPLICATE_SITE,
                        site.source(),
                        "site " + Findings.show(site.label()) + " repeats site "
                                + Findings.show(origins.get(other).label()) + ", kept once");
            }
        }
    }

    private static String symbol(CifSites.Site site) {
        return Element.of(site.z()).symbol();
    }

    /** The fraction that a decimal of some digits stands for, or the decimal itself. */
    static double exactFraction(double value, int decimals) {
        if (decimals < 3 || decimals > 12) {
            return value;
        }
        double halfUnit = 0.5 * Math.pow(10, -decimals) * (1 + 1e-9);
        for (int denominator : new int[] {12, 16}) {
            double nearest = Math.rint(value * denominator) / denominator;
            if (Math.abs(value - nearest) <= halfUnit) {
                return nearest;
            }
        }
        return value;
    }

    private static boolean coincide(double[] a, double[] b) {
        for (int axis = 0; axis < 3; axis++) {
            double d = Math.abs(a[axis] - b[axis]);
            if (Math.min(d, 1 - d) > TOLERANCE) {
                return false;
            }
        }
        return true;
    }

    private int coincident(double[] image) {
        for (int dx = -1; dx <= 1; dx++) {
            for (int dy = -1; dy <= 1; dy++) {
                for (int dz = -1; dz <= 1; dz++) {
                    List<Integer> near = buckets.get(bucket(image, dx, dy, dz));
                    if (near != null) {
                        for (int i : near) {
                            if (coincide(positions.get(i), image)) {
                                return i;
                            }
                        }
                    }
                }
            }
        }
        return -1;
    }

    private void place(double[] image, CifSites.Site site) {
        buckets.computeIfAbsent(bucket(image, 0, 0, 0), k -> new ArrayList<>(2)).add(positions.size());
        positions.add(image);
        origins.add(site);
    }

    private static int bucket(double[] f, int dx, int dy, int dz) {
        int x = Math.floorMod((int) (f[0] * GRID) + dx, GRID);
        int y = Math.floorMod((int) (f[1] * GRID) + dy, GRID);
        int z = Math.floorMod((int) (f[2] * GRID) + dz, GRID);
        return (x * GRID + y) * GRID + z;
    }
}
