package unitcell.trainer.results.tuned;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.label.Task;
import unitcell.trainer.stats.Estimate;
import unitcell.trainer.stats.Resampling;
import unitcell.trainer.stats.Tally;

/**
 * Predicted against true values of one number, by one start with its lowest seed, all folds together.
 *
 * <p>Memory: at most {@value #MOST} pairs; the rest counts in the errors but is not drawn.
 */
public final class Parity {
    /** Pairs kept for drawing. */
    public static final int MOST = 20_000;

    private final String init;
    private final long seed;
    private final String column;
    private final boolean logarithmic;
    private final List<double[]> pairs = new ArrayList<>();
    private final Tally error = new Tally();
    private final Tally logError = new Tally();
    private final Moments plain = new Moments();
    private final Moments log = new Moments();
    private long count;

    /** Sums for R2, with their resamples. */
    private static final class Moments {
        final Tally mean = new Tally();
        final Tally square = new Tally();
        final Tally residual = new Tally();

        void add(byte[] weights, double truth, double predicted) {
            mean.add(weights, truth, 1);
            square.add(weights, truth * truth, 1);
            residual.add(weights, (truth - predicted) * (truth - predicted), 1);
        }

        Estimate r2() {
            double[] means = mean.resampled();
            double[] squares = square.resampled();
            double[] residuals = residual.resampled();
            double[] values = new double[means.length];
            for (int b = 0; b < values.length; b++) {
                values[b] = of(means[b], squares[b], residuals[b]);
            }
            return Estimate.resampled(
                    of(mean.ratio(), square.ratio(), residual.ratio()), values, (double) mean.crystals());
        }

        private static double of(double mean, double square, double residual) {
            double variance = square - mean * mean;
            return variance > 1e-12 * square ? 1 - residual / variance : Double.NaN;
        }
    }

    private Parity(String init, long seed, String column, boolean logarithmic) {
        this.init = init;
        this.seed = seed;
        this.column = column;
        this.logarithmic = logarithmic;
    }

    /**
     * Reads the pairs of every start but the dummy, one result for each number of the task.
     *
     * @param seed of the resamples
     */
    public static List<Parity> read(TunedRun run, long seed) throws IOException {
        if (run.task().kind() != Task.Kind.REGRESSION || run.predictions().isEmpty()) {
            return List.of();
        }
        Task task = run.task();
        List<Parity> all = new ArrayList<>();
        for (String init : run.inits()) {
            Optional<Fit> first = run.fits(init).stream().min((a, b) -> Long.compare(a.seed(), b.seed()));
            if (!init.equals(TunedRun.DUMMY) && first.isPresent()) {
                for (String column : task.columns()) {
                    all.add(new Parity(
                            init, first.get().seed(), column, task.transform().isLogarithmic()));
                }
            }
        }
        Resampling resampling = new Resampling(seed);
        Map<String, Long> index = new HashMap<>();
        new Predictions(run.predictions().get(), task.width()).forEach(row -> {
            // The same crystal weighs the same in every start's resamples.
            byte[] weights = resampling.weights(index.computeIfAbsent(row.id(), id -> (long) index.size()));
            for (Parity parity : all) {
                if (parity.init.equals(row.init()) && parity.seed == row.seed()) {
                    int t = task.columns().indexOf(parity.column);
                    parity.add(weights, row.truth()[t], row.predicted()[t]);
                }
            }
        });
        return all;
    }

    private void add(byte[] weights, double truth, double predicted) {
        count++;
        if (pairs.size() < MOST) {
            pairs.add(new double[] {truth, predicted});
        }
        error.add(weights, Math.abs(truth - predicted), 1);
        plain.add(weights, truth, predicted);
        if (logarithmic && truth > 0 && predicted > 0) {
            double a = Math.log10(truth);
            double b = Math.log10(predicted);
            logError.add(weights, Math.abs(a - b), 1);
            log.add(weights, a, b);
        }
    }

    /** What the fit started from. */
    public String init() {
        return init;
    }

    /** The number's column. */
    public String column() {
        return column;
    }

    /** Whether logarithms are learned and judged. */
    public boolean logarithmic() {
        return logarithmic;
    }

    /** Pairs read. */
    public long count() {
        return count;
    }

    /** True values of the pairs kept. */
    public double[] truth() {
        return pairs.stream().mapToDouble(p -> p[0]).toArray();
    }

    /** Predicted values of the pairs kept. */
    public double[] predicted() {
        return pairs.stream().mapToDouble(p -> p[1]).toArray();
    }

    /** Mean absolute error, of decimal logarithms where these are learned. */
    public Estimate mae() {
        Tally tally = logarithmic ? logError : error;
        return Estimate.resampled(tally.ratio(), tally.resampled(), (double) tally.crystals());
    }

    /** Coefficient of determination, of decimal logarithms where these are learned. */
    public Estimate r2() {
        return (logarithmic ? log : plain).r2();
    }

    /** For programs. */
    public JsonObject toJson() {
        return JsonObject.builder()
                .put("init", init)
                .put("seed", seed)
                .put("column", column)
                .put("log10", logarithmic)
                .put("pairs", count)
                .put("mae", mae().toJson())
                .put("r2", r2().toJson())
                .build();
    }
}
