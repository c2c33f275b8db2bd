package unitcell.trainer.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;

/**
 * Many crystals in a few flat arrays: about 25 bytes for each atom and 150 for each crystal, so that 72,000 structures
 * of up to 20 atoms take some 30 MB. Cell matrices and coordinates are kept in float64 exactly as they were given.
 *
 * <p>Memory convention: immutable once built; {@link #get} makes a new {@link Crystal} at every call. Safe for several
 * threads.
 */
public final class CrystalStore {
    private final String[] ids; // [B]
    private final int[] start; // [B+1] first atom of each crystal
    private final byte[] species; // [atoms]
    private final double[] frac; // [atoms, 3]
    private final double[] cell; // [B, 3, 3]

    private CrystalStore(String[] ids, int[] start, byte[] species, double[] frac, double[] cell) {
        this.ids = ids;
        this.start = start;
        this.species = species;
        this.frac = frac;
        this.cell = cell;
    }

    /** A store of the given crystals in the given order. */
    public static CrystalStore of(List<Crystal> crystals) {
        Builder builder = new Builder();
        crystals.forEach(builder::add);
        return builder.build();
    }

    /** Number of crystals B. */
    public int size() {
        return ids.length;
    }

    /** Number of atoms of all crystals together. */
    public int atoms() {
        return start[ids.length];
    }

    /** Number of atoms of crystal {@code index}. */
    public int atoms(int index) {
        return start[index + 1] - start[index];
    }

    /** Id of crystal {@code index}. */
    public String id(int index) {
        return ids[index];
    }

    /** Crystal {@code index}, newly made. */
    public Crystal get(int index) {
        int from = start[index];
        int to = start[index + 1];
        int[] z = new int[to - from];
        for (int i = 0; i < z.length; i++) {
            z[i] = species[from + i];
        }
        Lattice lattice = Lattice.ofRows(Arrays.copyOfRange(cell, 9 * index, 9 * index + 9));
        return new Crystal(ids[index], lattice, z, Arrays.copyOfRange(frac, 3 * from, 3 * to));
    }

    /** The crystals at the given places, in that order. */
    public CrystalStore subset(int[] indices) {
        Builder builder = new Builder();
        for (int index : indices) {
            builder.add(get(index));
        }
        return builder.build();
    }

    /** Counts of each atomic number over all atoms, [119]. */
    public long[] speciesCounts() {
        long[] counts = new long[unitcell.crystal.Element.MAX_Z + 1];
        for (byte z : species) {
            counts[z]++;
        }
        return counts;
    }

    /** A short text that changes with any id, species, cell or coordinate, or their order: SHA-256, first 16 digits. */
    public String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(String.join("\n", ids).getBytes(StandardCharsets.UTF_8));
            digest.update(species);
            ByteBuffer bytes = ByteBuffer.allocate(8 * Math.max(frac.length, cell.length) + 4 * start.length);
            bytes.asIntBuffer().put(start);
            digest.update(bytes.array(), 0, 4 * start.length);
            bytes.asDoubleBuffer().put(frac);
            digest.update(bytes.array(), 0, 8 * frac.length);
            bytes.asDoubleBuffer().put(cell);
            digest.update(bytes.array(), 0, 8 * cell.length);
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Collects crystals. */
    public static final class Builder {
        private final List<String> ids = new ArrayList<>();
        private int[] start = new int[1024];
        private byte[] species = new byte[8192];
        private double[] frac = new double[3 * 8192];
        private double[] cell = new double[9 * 1024];

        /** Appends a crystal. */
        public Builder add(Crystal crystal) {
            int index = ids.size();
            int from = start[index];
            int to = Math.addExact(from, crystal.size());
            reserve(index + 1, to);
            ids.add(crystal.id());
            start[index + 1] = to;
            for (int i = 0; i < crystal.size(); i++) {
                species[from + i] = (byte) crystal.species(i);
            }
            System.arraycopy(crystal.frac(), 0, frac, 3 * from, 3 * crystal.size());
            System.arraycopy(crystal.lattice().matrix(), 0, cell, 9 * index, 9);
            return this;
        }

        private void reserve(int crystals, int atoms) {
            if (crystals >= start.length) {
                start = Arrays.copyOf(start, 2 * start.length);
                cell = Arrays.copyOf(cell, 2 * cell.length);
            }
            if (atoms > species.length) {
                int capacity = Math.max(atoms, 2 * species.length);
                species = Arrays.copyOf(species, capacity);
                frac = Arrays.copyOf(frac, 3 * capacity);
            }
        }

        public CrystalStore build() {
            int count = ids.size();
            int atoms = start[count];
            return new CrystalStore(
                    ids.toArray(String[]::new),
                    Arrays.copyOf(start, count + 1),
                    Arrays.copyOf(species, atoms),
                    Arrays.copyOf(frac, 3 * atoms),
                    Arrays.copyOf(cell, 9 * count));
        }
    }
}
