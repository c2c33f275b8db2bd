package unitcell.trainer.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How often values fall into equal intervals, for one set of values or several laid over each other: each as a fraction
 * of its own set, so that sets of different sizes compare. Values that are not finite are left out and counted in the
 * legend.
 */
public final class Histogram {
    private record Values(String name, double[] values, int dropped) {}

    private final String title;
    private final String xLabel;
    private final int bins;
    private final List<Values> sets = new ArrayList<>();
    private double low = Double.NaN;
    private double high = Double.NaN;

    /**
     * @param xLabel with its unit: "position error (\u00c5)"
     * @param bins intervals, 1 to 500
     */
    public Histogram(String title, String xLabel, int bins) {
        if (bins < 1 || bins > 500) {
            throw new IllegalArgumentException("histogram '" + title + "': " + bins + " bins, expected 1 to 500");
        }
        this.title = title;
        this.xLabel = xLabel;
        this.bins = bins;
    }

    /** Adds a set of values. */
    public Histogram values(String name, double[] values) {
        double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
        sets.add(new Values(name, finite, values.length - finite.length));
        return this;
    }

    /** Fixes the range; values outside count in the first or last interval. Without it, all values just fit. */
    public Histogram range(double from, double to) {
        if (!(from < to)) {
            throw new IllegalArgumentException("histogram '" + title + "': range from " + from + " to " + to);
        }
        low = from;
        high = to;
        return this;
    }

    /** The drawing, 720 by 360 pixels. */
    public SvgPicture picture() {
        Svg svg = new Svg();
        List<ChartFrame.Key> keys = new ArrayList<>();
        for (Values set : sets) {
            String dropped = set.dropped() == 0 ? "" : ", " + set.dropped() + " not finite";
            keys.add(new ChartFrame.Key(
                    String.format(Locale.ROOT, "%s (%d%s)", set.name(), set.values().length, dropped),
                    Svg.series(keys.size()),
                    false));
        }
        ChartFrame.heading(svg, title, keys);
        double[] all = sets.stream()
                .flatMapToDouble(set -> Arrays.stream(set.values()))
                .toArray();
        if (all.length == 0) {
            svg.text(ChartFrame.WIDTH / 2, ChartFrame.HEIGHT / 2, "no values to show", "middle", 13, Svg.MUTED, "");
        } else {
            drawBars(svg, all);
        }
        return svg.picture(ChartFrame.WIDTH, ChartFrame.HEIGHT, title);
    }

    private void drawBars(Svg svg, double[] all) {
        double from = Double.isNaN(low) ? Arrays.stream(all).min().orElseThrow() : low;
        double to = Double.isNaN(high) ? Arrays.stream(all).max().orElseThrow() : high;
        Axis x = Axis.covering(from, to, false, false, ChartFrame.LEFT, ChartFrame.WIDTH - ChartFrame.RIGHT);
        double[][] heights = new double[sets.size()][];
        double highest = 0;
        for (int i = 0; i < heights.length; i++) {
            heights[i] = fractions(sets.get(i).values(), x.low(), x.high());
            highest = Math.max(highest, Arrays.stream(heights[i]).max().orElse(0));
        }
        double bottom = ChartFrame.HEIGHT - ChartFrame.BOTTOM;
        Axis y = Axis.covering(0, 100 * highest, false, true, bottom, ChartFrame.TOP + 4);
        new ChartFrame(x, y, xLabel, "share (%)").draw(svg);
        for (int i = 0; i < heights.length; i++) {
            outline(svg, x, y, heights[i], Svg.series(i));
        }
    }

    private void outline(Svg svg, Axis x, Axis y, double[] heights, String paint) {
        Svg.Path path = new Svg.Path().move(x.pixel(x.low()), y.pixel(0));
        double width = (x.high() - x.low()) / bins;
        for (int b = 0; b < bins; b++) {
            double top = y.pixel(100 * heights[b]);
            path.to(x.pixel(x.low() + b * width), top).to(x.pixel(x.low() + (b + 1) * width), top);
        }
        path.to(x.pixel(x.high()), y.pixel(0)).close();
        svg.path(path, "fill:" + paint + ";stroke:" + paint, " fill-opacity=\"0.28\" stroke-width=\"1.5\"");
    }

    /** Fraction of the values in each interval; the last interval holds its upper end. */
    double[] fractions(double[] values, double from, double to) {
        double[] fractions = new double[bins];
        for (double value : values) {
            int bin = (int) Math.floor((value - from) / (to - from) * bins);
            fractions[Math.clamp(bin, 0, bins - 1)] += 1.0 / values.length;
        }
        return fractions;
    }
}
