package unitcell.crystal.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;

/**
 * Writes crystals as extended XYZ frames, which ASE, OVITO and the training tools of interatomic potentials read: the
 * number of atoms, a comment line with {@code Lattice}, {@code Properties} and {@code pbc}, then one atom a line in
 * Cartesian angstrom. Frames follow each other without a separator. Masked sites are written as {@code X}.
 */
public final class ExtXyzWriter {
    private ExtXyzWriter() {}

    /** One frame as text. */
    public static String write(Crystal crystal) {
        StringBuilder out = new StringBuilder(256 + 80 * crystal.size());
        append(out, crystal);
        return out.toString();
    }

    /**
     * Appends a frame.
     *
     * @throws UncheckedIOException if {@code out} fails
     */
    public static void append(Appendable out, Crystal crystal) {
        try {
            out.append(Integer.toString(crystal.size())).append("\nLattice=\"");
            double[] rows = crystal.lattice().matrix();
            for (int i = 0; i < 9; i++) {
                out.append(i == 0 ? "" : " ").append(Double.toString(rows[i]));
            }
            out.append("\" Properties=species:S:1:pos:R:3 pbc=\"T T T\" id=\"");
            out.append(crystal.id().replaceAll("[\"\\\\\\p{Cntrl}]", "_")).append("\"\n");
            double[] positions = crystal.cartesian();
            for (int i = 0; i < crystal.size(); i++) {
                out.append(Element.of(crystal.species(i)).symbol());
                for (int k = 0; k < 3; k++) {
                    out.append(' ').append(Double.toString(positions[3 * i + k]));
                }
                out.append('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
