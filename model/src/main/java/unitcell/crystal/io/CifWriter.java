package unitcell.crystal.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;

/**
 * Writes crystals as CIF in space group P 1, in the layout that pymatgen writes and the benchmark tables carry.
 *
 * <p>Cell parameters and coordinates are written with as many digits as it takes to read back the same float64 bit for
 * bit. CIF has no place for the orientation of the cell: a crystal in a rotated lattice comes back in the standard
 * orientation of {@link unitcell.crystal.Lattice#ofParameters}. Masked sites get the type symbol {@code X}.
 */
public final class CifWriter {
    private static final String[] CELL = {
        "_cell_length_a",
        "_cell_length_b",
        "_cell_length_c",
        "_cell_angle_alpha",
        "_cell_angle_beta",
        "_cell_angle_gamma"
    };

    private CifWriter() {}

    /** The crystal as CIF text; the block is named after its id. */
    public static String write(Crystal crystal) {
        StringBuilder out = new StringBuilder(512 + 80 * crystal.size());
        append(out, crystal);
        return out.toString();
    }

    /**
     * Appends a crystal as one data block.
     *
     * @throws UncheckedIOException if {@code out} fails
     */
    public static void append(Appendable out, Crystal crystal) {
        try {
            header(out, crystal);
            for (int i = 0; i < crystal.size(); i++) {
                String symbol = Element.of(crystal.species(i)).symbol();
                out.append("  ")
                        .append(symbol)
                        .append("  ")
                        .append(symbol)
                        .append(Integer.toString(i))
                        .append("  1");
                for (int axis = 0; axis < 3; axis++) {
                    out.append("  ").append(Double.toString(crystal.frac(i, axis)));
                }
                out.append("  1\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void header(Appendable out, Crystal crystal) throws IOException {
        Composition composition = crystal.composition();
        out.append("data_").append(blockName(crystal)).append('\n');
        out.append("_symmetry_space_group_name_H-M   'P 1'\n");
        double[] parameters = crystal.lattice().parameters();
        for (int i = 0; i < 6; i++) {
            out.append(CELL[i])
                    .append("   ")
                    .append(Double.toString(parameters[i]))
                    .append('\n');
        }
        out.append("_symmetry_Int_Tables_number   1\n");
        out.append("_chemical_formula_structural   ")
                .append(composition.reducedFormula())
                .append('\n');
        out.append("_chemical_formula_sum   '").append(sum(composition)).append("'\n");
        String volume = String.format(Locale.ROOT, "%.8f", crystal.lattice().volume());
        out.append("_cell_volume   ").append(volume).append('\n');
        String units = Integer.toString(composition.formulaUnits());
        out.append("_cell_formula_units_Z   ").append(units).append('\n');
        out.append("loop_\n _symmetry_equiv_pos_site_id\n _symmetry_equiv_pos_as_xyz\n  1  'x, y, z'\n");
        out.append("loop_\n _atom_site_type_symbol\n _atom_site_label\n _atom_site_symmetry_multiplicity\n");
        out.append(" _atom_site_fract_x\n _atom_site_fract_y\n _atom_site_fract_z\n _atom_site_occupancy\n");
    }

    private static String sum(Composition composition) {
        StringBuilder out = new StringBuilder();
        int[] elements = composition.elements();
        int[] counts = composition.counts();
        for (int i = 0; i < elements.length; i++) {
            out.append(i == 0 ? "" : " ")
                    .append(Element.of(elements[i]).symbol())
                    .append(counts[i]);
        }
        return out.toString();
    }

    // Block names are printable ASCII without blanks, at most 75 characters.
    private static String blockName(Crystal crystal) {
        String name = crystal.id().replaceAll("[^!-~]+", "_");
        name = name.length() > 70 ? name.substring(0, 70) : name;
        return name.isEmpty() ? crystal.composition().reducedFormula() : name;
    }
}
