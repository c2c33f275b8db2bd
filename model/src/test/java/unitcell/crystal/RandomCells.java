package unitcell.crystal;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Seeded random lattices, rotations, basis changes and crystals for tests. */
public final class RandomCells {
    private RandomCells() {}

    public static RandomGenerator generator(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** Edges uniform in [low, high] angstrom, directions uniform; retried until the cell is not too flat. */
    public static Lattice lattice(RandomGenerator random, double low, double high) {
        while (true) {
            double[] rows = new double[9];
            double product = 1;
            for (int i = 0; i < 3; i++) {
                double[] v = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
                double norm = Math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
                double length = low + (high - low) * random.nextDouble();
                product *= length;
                for (int k = 0; k < 3; k++) {
                    rows[3 * i + k] = v[k] / norm * length;
                }
            }
            if (Math.abs(Lattice.determinant(rows)) > 0.05 * product) {
                return Lattice.ofRows(rows);
            }
        }
    }

    public static Crystal crystal(RandomGenerator random, Lattice lattice, int atoms) {
        int[] species = new int[atoms];
        double[] frac = new double[3 * atoms];
        for (int i = 0; i < atoms; i++) {
            species[i] = 1 + random.nextInt(Element.MAX_Z);
        }
        for (int i = 0; i < frac.length; i++) {
            frac[i] = random.nextDouble();
        }
        return new Crystal("random", lattice, species, frac);
    }

    /** A product of {@code steps} random elementary row operations: determinant +1, increasingly skewed. */
    public static int[] unimodular(RandomGenerator random, int steps) {
        int[] u = {1, 0, 0, 0, 1, 0, 0, 0, 1};
        for (int s = 0; s < steps; s++) {
            int i = random.nextInt(3);
            int j = (i + 1 + random.nextInt(2)) % 3;
            int times = random.nextBoolean() ? 1 : -1;
            for (int k = 0; k < 3; k++) {
                u[3 * i + k] += times * u[3 * j + k];
            }
        }
        return u;
    }

    /** Uniformly distributed proper rotation, from a random unit quaternion. */
    public static double[] rotation(RandomGenerator random) {
        double[] q = new double[4];
        double norm = 0;
        for (int i = 0; i < 4; i++) {
            q[i] = random.nextGaussian();
            norm += q[i] * q[i];
        }
        norm = Math.sqrt(norm);
        double w = q[0] / norm;
        double x = q[1] / norm;
        double y = q[2] / norm;
        double z = q[3] / norm;
        return new double[] {
            1 - 2 * (y * y + z * z),
            2 * (x * y - w * z),
            2 * (x * z + w * y),
            2 * (x * y + w * z),
            1 - 2 * (x * x + z * z),
            2 * (y * z - w * x),
            2 * (x * z - w * y),
            2 * (y * z + w * x),
            1 - 2 * (x * x + y * y)
        };
    }

    public static int[] permutation(RandomGenerator random, int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
