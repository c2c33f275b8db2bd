package unitcell.crystal.symmetry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.io.SymmetryOperation;

/**
 * Well-known structures in their conventional cells, built from the general position of their space group and one atom
 * of each orbit; cells and coordinates about those of the minerals (R. W. G. Wyckoff, Crystal Structures, 1963).
 *
 * @param crystal the conventional cell
 * @param system the crystal system of the space group
 * @param pointGroupOrder order of its point group
 * @param cells primitive cells in the conventional one
 */
record TextbookStructure(Crystal crystal, CrystalSystem system, int pointGroupOrder, int cells) {
    private static final String[] FACES = {"0,0,0", "0,1/2,1/2", "1/2,0,1/2", "1/2,1/2,0"};

    @Override
    public String toString() {
        return crystal.id();
    }

    static List<TextbookStructure> all() {
        List<TextbookStructure> list = new ArrayList<>();
        // P1: five atoms without any relation.
        list.add(of(
                "P1",
                CrystalSystem.TRICLINIC,
                1,
                1,
                Lattice.ofParameters(5.1, 6.3, 7.2, 81, 97, 104),
                "x,y,z",
                "Si 0.11 0.23 0.37",
                "O 0.61 0.29 0.83",
                "O 0.31 0.71 0.17",
                "O 0.83 0.59 0.53",
                "O 0.07 0.91 0.71"));
        // One atom in a triclinic lattice: P-1, whatever the atom.
        list.add(of(
                "one atom",
                CrystalSystem.TRICLINIC,
                2,
                1,
                Lattice.ofParameters(3.1, 3.7, 4.4, 83, 97, 104),
                "x,y,z",
                "Po 0.3 0.1 0.2"));
        list.add(of(
                "baddeleyite ZrO2, P2_1/c",
                CrystalSystem.MONOCLINIC,
                4,
                1,
                Lattice.ofParameters(5.1505, 5.2116, 5.3173, 90, 99.23, 90),
                "x,y,z; -x,y+1/2,-z+1/2; -x,-y,-z; x,-y+1/2,z+1/2",
                "Zr 0.2754 0.0395 0.2083",
                "O 0.0700 0.3317 0.3447",
                "O 0.4496 0.7569 0.4792"));
        list.add(of(
                "perovskite CaTiO3, Pnma",
                CrystalSystem.ORTHORHOMBIC,
                8,
                1,
                Lattice.ofParameters(5.4405, 7.6436, 5.3812, 90, 90, 90),
                "x,y,z; -x+1/2,-y,z+1/2; -x,y+1/2,-z; x+1/2,-y+1/2,-z+1/2;"
                        + "-x,-y,-z; x+1/2,y,-z+1/2; x,-y+1/2,z; -x+1/2,y+1/2,z+1/2",
                "Ca 0.0350 0.25 0.9930",
                "Ti 0 0 0.5",
                "O 0.4840 0.25 0.0710",
                "O 0.2890 0.0375 0.7113"));
        list.add(of(
                "rutile TiO2, P4_2/mnm",
                CrystalSystem.TETRAGONAL,
                16,
                1,
                Lattice.ofParameters(4.594, 4.594, 2.959, 90, 90, 90),
                "x,y,z; -x,-y,z; -y+1/2,x+1/2,z+1/2; y+1/2,-x+1/2,z+1/2;"
                        + "-x+1/2,y+1/2,-z+1/2; x+1/2,-y+1/2,-z+1/2; y,x,-z; -y,-x,-z",
                "Ti 0 0 0",
                "O 0.305 0.305 0"));
        list.add(of(
                "quartz SiO2, P3_2 2 1",
                CrystalSystem.TRIGONAL,
                6,
                1,
                Lattice.ofParameters(4.9137, 4.9137, 5.4047, 90, 90, 120),
                "x,y,z; -y,x-y,z+2/3; -x+y,-x,z+1/3; y,x,-z; x-y,-y,-z+1/3; -x,-x+y,-z+2/3",
                "Si 0.4697 0 0.6666666667",
                "O 0.4135 0.2669 0.7857666667"));
        // Rhombohedral, obverse: three primitive cells in the hexagonal one.
        list.add(of(
                "Bi2Te3, R-3m",
                CrystalSystem.TRIGONAL,
                12,
                3,
                Lattice.ofParameters(4.386, 4.386, 30.497, 90, 90, 120),
                "x,y,z; x+2/3,y+1/3,z+1/3; x+1/3,y+2/3,z+2/3",
                "Bi 0 0 0.4",
                "Bi 0 0 -0.4",
                "Te 0 0 0",
                "Te 0 0 0.2097",
                "Te 0 0 -0.2097"));
        list.add(of(
                "magnesium, P6_3/mmc",
                CrystalSystem.HEXAGONAL,
                24,
                1,
                Lattice.ofParameters(3.209, 3.209, 5.211, 90, 90, 120),
                "x,y,z; -x,-y,z+1/2",
                "Mg 0.3333333333 0.6666666667 0.25"));
        list.add(of(
                "wurtzite ZnS, P6_3mc",
                CrystalSystem.HEXAGONAL,
                12,
                1,
                Lattice.ofParameters(3.811, 3.811, 6.234, 90, 90, 120),
                "x,y,z; -x,-y,z+1/2",
                "Zn 0.3333333333 0.6666666667 0",
                "S 0.3333333333 0.6666666667 0.375"));
        list.add(faceCentred("halite NaCl, Fm-3m", 48, 5.64, "Na 0 0 0", "Cl 0.5 0 0"));
        list.add(faceCentred("sphalerite ZnS, F-43m", 24, 5.409, "Zn 0 0 0", "S 0.25 0.25 0.25"));
        list.add(faceCentred("diamond, Fd-3m", 48, 3.567, "C 0 0 0", "C 0.25 0.25 0.25"));
        list.add(of(
                "pyrite FeS2, Pa-3",
                CrystalSystem.CUBIC,
                24,
                1,
                Lattice.cubic(5.418),
                "x,y,z; -x+1/2,-y,z+1/2; -x,y+1/2,-z+1/2; x+1/2,-y+1/2,-z;"
                        + "-x,-y,-z; x+1/2,y,-z+1/2; x,-y+1/2,z+1/2; -x+1/2,y+1/2,z",
                "Fe 0 0 0",
                "S 0.385 0.385 0.385"));
        return list;
    }

    private static TextbookStructure faceCentred(String name, int order, double edge, String... atoms) {
        StringBuilder operations = new StringBuilder();
        for (String shift : FACES) {
            String[] s = shift.split(",");
            operations.append("x+" + s[0] + ",y+" + s[1] + ",z+" + s[2] + ";");
        }
        return of(name, CrystalSystem.CUBIC, order, 4, Lattice.cubic(edge), operations.toString(), atoms);
    }

    // Every atom under every operation, positions that fall together once.
    private static TextbookStructure of(
            String name,
            CrystalSystem system,
            int order,
            int cells,
            Lattice lattice,
            String operations,
            String... atoms) {
        List<Integer> species = new ArrayList<>();
        List<double[]> positions = new ArrayList<>();
        for (String atom : atoms) {
            String[] words = atom.split(" ");
            double[] f = {Double.parseDouble(words[1]), Double.parseDouble(words[2]), Double.parseDouble(words[3])};
            for (String operation : operations.split(";")) {
                double[] p = SymmetryOperation.parse(operation.strip()).apply(f);
                if (positions.stream().noneMatch(q -> distance(lattice, p, q) < 0.01)) {
                    positions.add(p);
                    species.add(Composition.parse(words[0]).elements()[0]);
                }
            }
        }
        int[] z = species.stream().mapToInt(Integer::intValue).toArray();
        double[] frac = positions.stream().flatMapToDouble(Arrays::stream).toArray();
        return new TextbookStructure(new Crystal(name, lattice, z, frac), system, order, cells);
    }

    private static double distance(Lattice lattice, double[] p, double[] q) {
        double[] d = new double[3];
        for (int k = 0; k < 3; k++) {
            d[k] = p[k] - q[k];
            d[k] -= Math.rint(d[k]);
        }
        double[] c = lattice.toCartesian(d);
        return Math.sqrt(c[0] * c[0] + c[1] * c[1] + c[2] * c[2]);
    }
}
