package unitcell.trainer.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Curves over the steps of a run. Gaps (NaN) stay gaps; on a logarithmic axis values of 0 and below are left out, and
 * the chart says how many. Long series are thinned to what pixels can show, keeping every extreme.
 */
public final class LossChart {
    private enum Kind {
        LINE,
        NOISY,
        POINTS
    }

    private record Series(String name, double[] x, double[] y, Kind kind, int window) {}

    private static final int BUCKETS = 640;

    private final String title;
    private final String xLabel;
    private final String yLabel;
    private final List<Series> series = new ArrayList<>();
    private boolean logarithmic;

    /**
     * @param xLabel with its unit if it has one: "step"
     * @param yLabel with its unit if it has one: "position error (\u00c5)"
     */
    public LossChart(String title, String xLabel, String yLabel) {
        this.title = title;
        this.xLabel = xLabel;
        this.yLabel = yLabel;
    }

    /** Equal factors of y take equal heights. */
    public LossChart logarithmic() {
        logarithmic = true;
        return this;
    }

    /**
     * Adds a curve.
     *
     * @param x rising
     * @param y as many; NaN for a gap
     */
    public LossChart line(String name, double[] x, double[] y) {
        return add(new Series(name, x.clone(), y.clone(), Kind.LINE, 1));
    }

    /**
     * Adds a curve that jumps from step to step: faint, with its running mean in full colour.
     *
     * @param window values that the mean looks back on, at least 1
     */
    public LossChart noisy(String name, double[] x, double[] y, int window) {
        if (window < 1) {
            throw new IllegalArgumentException("chart '" + title + "': window " + window + ", expected at least 1");
        }
        return add(new Series(name, x.clone(), y.clone(), Kind.NOISY, window));
    }

    /** Adds a curve with a dot at every value, for rare ones such as validation. */
    public LossChart points(String name, double[] x, double[] y) {
        return add(new Series(name, x.clone(), y.clone(), Kind.POINTS, 1));
    }

    private LossChart add(Series added) {
        if (added.x().length != added.y().length) {
            throw new IllegalArgumentException("chart '" + title + "', series '" + added.name() + "': "
                    + added.x().length + " x values and " + added.y().length + " y values");
        }
        series.add(added);
        return this;
    }

    /** The drawing, 720 by 360 pixels. */
    public SvgPicture picture() {
        Svg svg = new Svg();
        List<ChartFrame.Key> keys = new ArrayList<>();
        for (int i = 0; i < series.size(); i++) {
            keys.add(new ChartFrame.Key(
                    series.get(i).name(), Svg.series(i), series.get(i).kind() == Kind.POINTS));
        }
        ChartFrame.heading(svg, title, keys);
        double[] range = range();
        if (range == null) {
            svg.text(ChartFrame.WIDTH / 2, ChartFrame.HEIGHT / 2, "no values to show", "middle", 13, Svg.MUTED, "");
        } else {
            drawSeries(svg, range);
        }
        return svg.picture(ChartFrame.WIDTH, ChartFrame.HEIGHT, title);
    }

    private void drawSeries(Svg svg, double[] range) {
        Axis x = Axis.covering(range[0], range[1], false, false, ChartFrame.LEFT, ChartFrame.WIDTH - ChartFrame.RIGHT);
        Axis y = Axis.covering(
                range[2], range[3], logarithmic, true, ChartFrame.HEIGHT - ChartFrame.BOTTOM, ChartFrame.TOP + 4);
        new ChartFrame(x, y, xLabel, yLabel).draw(svg);
        int left = 0;
        for (int i = 0; i < series.size(); i++) {
            Series one = series.get(i);
            String paint = Svg.series(i);
            if (one.kind() == Kind.NOISY) {
                stroke(svg, x, y, one.x(), one.y(), paint, 1, " opacity=\"0.3\"");
                stroke(svg, x, y, one.x(), runningMean(one.y(), one.window()), paint, 2, "");
            } else {
                stroke(svg, x, y, one.x(), one.y(), paint, 2, "");
            }
            for (int k = 0; k < one.x().length; k++) {
                if (isShown(one.x()[k], one.y()[k])) {
                    boolean alone = one.x().length == 1;
                    if (one.kind() == Kind.POINTS || alone) {
                        svg.circle(x.pixel(one.x()[k]), y.pixel(one.y()[k]), 3, "fill:" + paint, "");
                    }
                } else if (!Double.isNaN(one.y()[k])) {
                    left++;
                }
            }
        }
        if (left > 0) {
            String note = left + " values cannot be shown on this axis";
            svg.text(ChartFrame.WIDTH - ChartFrame.RIGHT, 20, note, "end", 12, Svg.MUTED, "");
        }
    }

    private void stroke(Svg svg, Axis x, Axis y, double[] xs, double[] ys, String paint, double width, String extra) {
        Svg.Path path = new Svg.Path();
        boolean pen = false;
        for (int k : thinned(x, xs, ys)) {
            if (!isShown(xs[k], ys[k])) {
                pen = false;
            } else if (pen) {
                path.to(x.pixel(xs[k]), y.pixel(ys[k]));
            } else {
                path.move(x.pixel(xs[k]), y.pixel(ys[k]));
                pen = true;
            }
        }
        if (!path.isEmpty()) {
            svg.path(
                    path,
                    "fill:none;stroke:" + paint,
                    " stroke-width=\"" + Markup.coordinate(width) + "\" stroke-linejoin=\"round\"" + extra);
        }
    }

    /** Of all values on one column of pixels the first, the lowest, the highest and the last draw the same picture. */
    private int[] thinned(Axis x, double[] xs, double[] ys) {
        List<Integer> kept = new ArrayList<>();
        int k = 0;
        while (k < xs.length) {
            int lowest = k;
            int highest = k;
            int last = k;
            while (last + 1 < xs.length
                    && bucket(x, xs[last + 1]) == bucket(x, xs[k])
                    && isShown(xs[last + 1], ys[last + 1]) == isShown(xs[k], ys[k])) {
                last++;
                lowest = ys[last] < ys[lowest] ? last : lowest;
                highest = ys[last] > ys[highest] ? last : highest;
            }
            int[] candidates = {k, Math.min(lowest, highest), Math.max(lowest, highest), last};
            for (int candidate : candidates) {
                if (kept.isEmpty() || kept.getLast() < candidate) {
                    kept.add(candidate);
                }
            }
            k = last + 1;
        }
        return kept.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int bucket(Axis x, double value) {
        return (int) (BUCKETS * (value - x.low()) / (x.high() - x.low()));
    }

    private static double[] runningMean(double[] values, int window) {
        double[] means = new double[values.length];
        for (int k = 0; k < values.length; k++) {
            double sum = 0;
            int count = 0;
            for (int j = Math.max(0, k - window + 1); j <= k; j++) {
                if (Double.isFinite(values[j])) {
                    sum += values[j];
                    count++;
                }
            }
            means[k] = Double.isFinite(values[k]) ? sum / count : Double.NaN;
        }
        return means;
    }

    private boolean isShown(double x, double y) {
        return Double.isFinite(x) && Double.isFinite(y) && (!logarithmic || y > 0);
    }

    /** Lowest and highest x, lowest and highest y of what is shown; null if nothing is. */
    private double[] range() {
        double[] range = {
            Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
        };
        for (Series one : series) {
            for (int k = 0; k < one.x().length; k++) {
                if (isShown(one.x()[k], one.y()[k])) {
                    range[0] = Math.min(range[0], one.x()[k]);
                    range[1] = Math.max(range[1], one.x()[k]);
                    range[2] = Math.min(range[2], one.y()[k]);
                    range[3] = Math.max(range[3], one.y()[k]);
                }
            }
        }
        return range[0] > range[1] ? null : range;
    }
}
