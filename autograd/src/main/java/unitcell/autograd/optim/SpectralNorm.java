package unitcell.autograd.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import unitcell.autograd.Parameter;
import unitcell.autograd.ParameterStore;
import unitcell.engine.Tensor;
import unitcell.engine.random.RandomStream;

/**
 * Keeps the largest singular value of weight matrices to a limit: after an update, W becomes W / max(1, sigma(W) / limit).
 * Bounds of this kind make a network Lipschitz continuous, as the critic of a Wasserstein GAN has to be; T. Miyato et al. (arXiv
 * 1802.05957) divide by sigma in the forward pass instead. A matrix within the limit keeps its bits.
 *
 * <p>Matrices are the two innermost dimensions of every parameter that decays (weights and tables, not biases and norms); a
 * parameter [k, out, in] is k of them. Parameters that the store {@linkplain ParameterStore#setTrainable holds fixed} stay as
 * they are. Sigma is right to 1e-4, but for a direction that grows past the largest one between two calls, which is found once
 * it is a few per cent ahead.
 *
 * <p>Memory convention: works on the host, in float64 and in a fixed order: a parameter is copied there, and back only if it
 * changed; so that results do not depend on the device beyond its weights. One vector of a row's length persists for each
 * matrix, in {@link #vectors}: with them in a checkpoint a resumed run gives the same bits.
 */
public final class SpectralNorm {
    private static final int START = RandomStream.streamId("spectral norm start");
    /** Share of random directions in a start, by which a new largest direction is found. */
    private static final double FRESH = 0.05;

    private final ParameterStore store;
    private final double limit;
    private final List<Matrices> all = new ArrayList<>();
    private final double[] vectors;

    /** The matrices of one parameter; their vectors begin at {@code vectors}. */
    private record Matrices(String name, int count, int rows, int columns, int vectors) {}

    /**
     * What a projection found.
     *
     * @param largest largest singular value of all matrices before it; not a number if a weight was not
     * @param scaled matrices that were above the limit
     * @param matrices how many there are
     */
    public record Projection(double largest, int scaled, int matrices) {}

    /**
     * @param limit of the largest singular value, positive
     * @param applies which of the parameters, by name
     */
    public SpectralNorm(ParameterStore store, double limit, Predicate<String> applies) {
        if (!(limit > 0)) {
            throw new IllegalArgumentException(
                    "the limit of singular values is " + limit + ", expected a positive number");
        }
        this.store = store;
        this.limit = limit;
        int at = 0;
        for (Parameter p : store.parameters()) {
            int rank = p.shape().length;
            if (p.decays() && rank >= 2 && p.size() > 0 && applies.test(p.name())) {
                int rows = Math.toIntExact(p.shape()[rank - 2]);
                int columns = Math.toIntExact(p.shape()[rank - 1]);
                int count = Math.toIntExact(p.size() / rows / columns);
                all.add(new Matrices(p.name(), count, rows, columns, at));
                at += count * columns;
            }
        }
        vectors = new double[at];
    }

    /** All weight matrices. */
    public SpectralNorm(ParameterStore store, double limit) {
        this(store, limit, name -> true);
    }

    /** Brings every matrix within the limit. */
    public Projection project() {
        double largest = 0;
        int scaled = 0;
        int count = 0;
        for (int k = 0; k < all.size(); k++) {
            Matrices m = all.get(k);
            if (!store.trainable().contains(m.name)) {
                continue;
            }
            Tensor value = store.get(m.name).value();
            double[] w = value.toDoubles();
            int above = 0;
            for (int i = 0; i < m.count; i++) {
                double sigma = sigma(w, m, i, new RandomStream(k, i, START));
                largest = Math.max(largest, sigma); // or not a number
                if (sigma > limit) {
                    scale(w, i * m.rows * m.columns, m.rows * m.columns, limit / sigma);
                    above++;
                }
            }
            if (above > 0) {
                value.copyFrom(w);
            }
            scaled += above;
            count += m.count;
        }
        return new Projection(largest, scaled, count);
    }

    private double sigma(double[] w, Matrices m, int matrix, RandomStream random) {
        int at = m.vectors + matrix * m.columns;
        double[] known = Arrays.copyOfRange(vectors, at, at + m.columns);
        double[] start = new double[m.columns];
        for (int c = 0; c < m.columns; c++) {
            start[c] = random.normal(c);
        }
        LargestSingularValue.normalise(start);
        for (int c = 0; c < m.columns; c++) {
            start[c] = FRESH * start[c] + known[c];
        }
        double sigma = new LargestSingularValue(w, matrix * m.rows * m.columns, m.rows, m.columns).find(start);
        if (sigma > 0) {
            System.arraycopy(start, 0, vectors, at, m.columns);
        }
        return sigma;
    }

    private static void scale(double[] w, int from, int count, double factor) {
        for (int i = from; i < from + count; i++) {
            w[i] *= factor;
        }
    }

    /** A copy of what persists between calls, for checkpoints. */
    public double[] vectors() {
        return vectors.clone();
    }

    /**
     * Restores what {@link #vectors} gave.
     *
     * @throws IllegalArgumentException if it belongs to other matrices
     */
    public void restore(double[] saved) {
        if (saved.length != vectors.length) {
            throw new IllegalArgumentException("vectors of the spectral norm are " + saved.length
                    + " numbers, expected " + vectors.length + " for this network");
        }
        System.arraycopy(saved, 0, vectors, 0, saved.length);
    }
}
