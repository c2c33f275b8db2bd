package unitcell.trainer.stats;

import java.util.Arrays;
import java.util.Locale;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonNumber;
import unitcell.engine.io.JsonObject;

/**
 * A measured number with its interval of 95 %.
 *
 * @param value NaN where there was nothing to measure
 * @param low lower end, NaN without an interval
 * @param high upper end, NaN without an interval
 * @param n what the interval rests on: runs, crystals or pairs
 * @param kind how the interval was made
 * @param runs the value of each run, [runs]; for a single run its value alone
 */
public record Estimate(double value, double low, double high, double n, Kind kind, double[] runs) {
    /** How an interval is made. */
    public enum Kind {
        /** Wilson's score interval of a share. */
        WILSON("wilson", "Wilson"),
        /** Percentiles of a bootstrap over crystals. */
        BOOTSTRAP("bootstrap", "bootstrap"),
        /** Student's t over independent runs. */
        RUNS("t over runs", "t over runs"),
        /** No interval. */
        NONE("none", "no interval");

        private final String slug;
        private final String text;

        Kind(String slug, String text) {
            this.slug = slug;
            this.text = text;
        }

        /** For programs. */
        public String slug() {
            return slug;
        }

        /** For people. */
        public String text() {
            return text;
        }
    }

    /** Of nothing. */
    public static final Estimate NONE = new Estimate(Double.NaN, Double.NaN, Double.NaN, 0, Kind.NONE, new double[0]);

    public Estimate {
        runs = runs.clone();
    }

    @Override
    public double[] runs() {
        return runs.clone();
    }

    /** A number without an interval. */
    public static Estimate point(double value, double n) {
        return new Estimate(value, Double.NaN, Double.NaN, n, Kind.NONE, new double[] {value});
    }

    /**
     * A share with Wilson's interval.
     *
     * @param share of {@code n} independent cases; NaN for none
     */
    public static Estimate share(double share, double n) {
        if (!(n > 0) || Double.isNaN(share)) {
            return NONE;
        }
        double[] ends = Wilson.interval(share * n, n);
        return new Estimate(share, ends[0], ends[1], n, Kind.WILSON, new double[] {share});
    }

    /**
     * A value with percentiles of its resampled values.
     *
     * @param replicates one per resample; those that are not finite are left out
     * @param n crystals
     */
    public static Estimate resampled(double value, double[] replicates, double n) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        double[] finite =
                Arrays.stream(replicates).filter(Double::isFinite).sorted().toArray();
        // A value that most resamples do not have at all is no basis for an interval.
        if (n < 2 || 2 * finite.length < replicates.length || finite.length == 0) {
            return point(value, n);
        }
        return new Estimate(
                value,
                Quantiles.ofSorted(finite, 0.025),
                Quantiles.ofSorted(finite, 0.975),
                n,
                Kind.BOOTSTRAP,
                new double[] {value});
    }

    /**
     * The mean of independent runs with Student's interval; of one run, or of none, just the value. Runs without a value
     * are left out of mean and interval.
     */
    public static Estimate overRuns(double... values) {
        double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
        if (finite.length == 0) {
            return NONE;
        }
        double mean = Arrays.stream(finite).average().orElseThrow();
        if (finite.length == 1) {
            return new Estimate(mean, Double.NaN, Double.NaN, 1, Kind.NONE, values);
        }
        double squares = 0;
        for (double value : finite) {
            squares += (value - mean) * (value - mean);
        }
        double error = Math.sqrt(squares / (finite.length - 1) / finite.length);
        double half = StudentT.twoSided95(finite.length - 1) * error;
        return new Estimate(mean, mean - half, mean + half, finite.length, Kind.RUNS, values);
    }

    /** The same number with other values of runs behind it. */
    public Estimate withRuns(double... values) {
        return new Estimate(value, low, high, n, kind, values);
    }

    /** The same number, its interval cut to what is possible. */
    public Estimate within(double least, double most) {
        return hasInterval()
                ? new Estimate(value, Math.clamp(low, least, most), Math.clamp(high, least, most), n, kind, runs)
                : this;
    }

    /** Whether there is an interval. */
    public boolean hasInterval() {
        return Double.isFinite(low) && Double.isFinite(high);
    }

    /** Whether the interval leaves out a value, 0 for a difference; false without an interval. */
    public boolean excludes(double other) {
        return hasInterval() && (low > other || high < other);
    }

    /** Every number multiplied: 100 for percent. */
    public Estimate times(double factor) {
        return new Estimate(
                value * factor,
                Math.min(low * factor, high * factor),
                Math.max(low * factor, high * factor),
                n,
                kind,
                Arrays.stream(runs).map(x -> x * factor).toArray());
    }

    /** "93.12 (92.50 to 93.70)"; a dash for nothing. */
    public String text(int decimals) {
        return decimal(value, decimals)
                + (hasInterval() ? " (" + decimal(low, decimals) + " to " + decimal(high, decimals) + ")" : "");
    }

    /** A number with some decimals, a real minus, and no minus before nothing but zeros; a dash for none. */
    public static String decimal(double x, int decimals) {
        if (!Double.isFinite(x)) {
            return "\u2013";
        }
        String text = String.format(Locale.ROOT, "%." + decimals + "f", x);
        boolean zero = text.chars().noneMatch(c -> c >= '1' && c <= '9');
        return (zero ? text.replace("-", "") : text).replace('-', '\u2212');
    }

    /** Everything, for programs; null for what is not finite. */
    public JsonObject toJson() {
        return JsonObject.builder()
                .putOrNull("value", value)
                .putOrNull("low", low)
                .putOrNull("high", high)
                .putOrNull("n", n)
                .put("interval", kind.slug())
                .put(
                        "runs",
                        JsonArray.of(
                                Arrays.stream(runs).mapToObj(JsonNumber::orNull).toList()))
                .build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Estimate that
                && Double.compare(value, that.value) == 0
                && Double.compare(low, that.low) == 0
                && Double.compare(high, that.high) == 0
                && Double.compare(n, that.n) == 0
                && kind == that.kind
                && Arrays.equals(runs, that.runs);
    }

    @Override
    public int hashCode() {
        return Double.hashCode(value) + 31 * Double.hashCode(low) + 961 * Double.hashCode(high) + kind.hashCode();
    }

    @Override
    public String toString() {
        return text(6) + " " + kind.slug() + ", n " + n;
    }
}
