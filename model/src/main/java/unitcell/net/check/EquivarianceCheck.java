package unitcell.net.check;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import unitcell.crystal.Crystal;

/**
 * Compares what a model says of crystals with what it says of other descriptions of the same crystals ({@link Change}):
 * scalars of atoms must stay, vectors must turn with the crystal, means over a cell's atoms must stay.
 *
 * <p>Differences are stated relative to the largest magnitude of the same kind over all crystals, not of the same crystal:
 * in a crystal of high symmetry a model's vectors are sums that vanish, to which rounding cannot be compared.
 *
 * <pre>{@code
 * EquivarianceCheck check = new EquivarianceCheck(crystals, seed);
 * for (Change change : Change.values()) {
 *     assertTrue(check.check(model, change).largest() <= EquivarianceCheck.FLOAT64);
 * }
 * }</pre>
 *
 * <p>A crystal with two atoms within rounding of the model's cutoff is no fit subject: its neighbour graph changes with
 * the rounding of its coordinates.
 */
public final class EquivarianceCheck {
    /** Largest relative deviation of an exactly equivariant model in float64: some 1e6 roundings. */
    public static final double FLOAT64 = 1e-9;

    /** The same in float32: some 1e4 roundings. */
    public static final double FLOAT32 = 1e-3;

    private final List<Crystal> crystals;
    private final long seed;

    /** The model under check. */
    @FunctionalInterface
    public interface Model {
        /** What the model says of one crystal; the same for the same crystal at every call. */
        Prediction predict(Crystal crystal);
    }

    /**
     * What a model says of a crystal of N atoms.
     *
     * @param scalars [N, C], any C, the same for all crystals
     * @param vectors [N, 3] Cartesian, or empty
     * @param means [K] what it says of the crystal as a whole, independent of the size of the cell; or empty
     */
    public record Prediction(double[] scalars, double[] vectors, double[] means) {}

    /**
     * @param crystals at least one
     * @param seed of the random changes
     */
    public EquivarianceCheck(List<Crystal> crystals, long seed) {
        if (crystals.isEmpty()) {
            throw new IllegalArgumentException("equivariance needs at least one crystal to be checked on");
        }
        this.crystals = List.copyOf(crystals);
        this.seed = seed;
    }

    /** Deviation of a model under one kind of change, relative to the largest magnitudes. */
    public Deviation check(Model model, Change change) {
        List<Prediction> reference = predict(model, originals());
        List<Counterpart> changed = counterparts(change);
        return deviations(predict(model, changed), changed, reference).stream()
                .reduce(Deviation.ZERO, Deviation::max)
                .relativeTo(magnitude(reference));
    }

    /** The crystals as they are. */
    public List<Counterpart> originals() {
        return crystals.stream().map(Counterpart::itself).toList();
    }

    /** One other description of each crystal, always the same for the same seed. */
    public List<Counterpart> counterparts(Change change) {
        List<Counterpart> changed = new ArrayList<>();
        for (int k = 0; k < crystals.size(); k++) {
            SplittableRandom random =
                    new SplittableRandom((seed * 1009 + k) * 31 + change.name().hashCode());
            changed.add(change.of(crystals.get(k), random));
        }
        return changed;
    }

    /** What a model says of each. */
    public static List<Prediction> predict(Model model, List<Counterpart> described) {
        return described.stream().map(c -> model.predict(c.crystal())).toList();
    }

    /**
     * For each crystal the largest difference between what was found for its counterpart and what follows for that from the
     * original.
     */
    public static List<Deviation> deviations(
            List<Prediction> found, List<Counterpart> counterparts, List<Prediction> originals) {
        List<Deviation> out = new ArrayList<>();
        for (int k = 0; k < counterparts.size(); k++) {
            Counterpart c = counterparts.get(k);
            Prediction there = found.get(k);
            Prediction here = originals.get(k);
            int width = there.scalars().length / c.original().length;
            double[] scalars = repeated(here.scalars(), c.original(), width);
            double[] vectors = repeated(here.vectors(), c.original(), here.vectors().length == 0 ? 0 : 3);
            out.add(new Deviation(
                    difference(there.scalars(), scalars, 1),
                    difference(there.vectors(), turned(vectors, c.rotation()), 3),
                    difference(there.means(), here.means(), 1)));
        }
        return out;
    }

    /** Largest magnitudes over all crystals. */
    public static Deviation magnitude(List<Prediction> predictions) {
        Deviation all = Deviation.ZERO;
        for (Prediction p : predictions) {
            all = all.max(new Deviation(
                    difference(p.scalars(), new double[p.scalars().length], 1),
                    difference(p.vectors(), new double[p.vectors().length], 3),
                    difference(p.means(), new double[p.means().length], 1)));
        }
        return all;
    }

    private static double[] repeated(double[] rows, int[] original, int width) {
        double[] out = new double[original.length * width];
        for (int i = 0; i < original.length; i++) {
            System.arraycopy(rows, original[i] * width, out, i * width, width);
        }
        return out;
    }

    private static double[] turned(double[] vectors, double[] r) {
        double[] out = new double[vectors.length];
        for (int i = 0; i < vectors.length; i += 3) {
            for (int k = 0; k < 3; k++) {
                out[i + k] = r[3 * k] * vectors[i] + r[3 * k + 1] * vectors[i + 1] + r[3 * k + 2] * vectors[i + 2];
            }
        }
        return out;
    }

    /** Largest length of a row of a - b; NaN if a difference is. */
    private static double difference(double[] a, double[] b, int width) {
        if (a.length != b.length) {
            throw new IllegalArgumentException(
                    "a model gave " + a.length + " numbers where it should give " + b.length);
        }
        double largest = 0;
        for (int i = 0; i < a.length; i += width) {
            double squares = 0;
            for (int k = i; k < i + width; k++) {
                squares += (a[k] - b[k]) * (a[k] - b[k]);
            }
            largest = Math.max(largest, Math.sqrt(squares));
        }
        return largest;
    }
}
