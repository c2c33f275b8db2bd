package unitcell.trainer.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Bars in groups, one of each series in every group, with error bars, and lines across for values to compare with. A
 * group or bar without a finite value stays empty.
 */
public final class BarChart {
    private record Series(String name, double[] value, double[] low, double[] high) {}

    private record Line(String name, double value) {}

    private static final double PLOT = 260;
    private static final double LEFT = 72;
    private static final double RIGHT = 18;
    private static final double LEAST_WIDTH = 720;

    private final String title;
    private final String xTitle;
    private final String yTitle;
    private final List<String> groups;
    private final List<Series> series = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();
    private double floor = Double.NaN;

    /**
     * @param groups names along the x axis
     * @param yTitle with its unit: "share (%)"
     */
    public BarChart(String title, String xTitle, String yTitle, List<String> groups) {
        this.title = title;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
        this.groups = List.copyOf(groups);
    }

    /**
     * Adds a bar to every group.
     *
     * @param value [groups], NaN for none
     * @param low lower ends of error bars, [groups], NaN for none
     * @param high upper ends
     */
    public BarChart bars(String name, double[] value, double[] low, double[] high) {
        if (value.length != groups.size() || low.length != value.length || high.length != value.length) {
            throw new IllegalArgumentException("chart '" + title + "', bars '" + name + "': " + value.length + ", "
                    + low.length + " and " + high.length + " values for " + groups.size() + " groups");
        }
        series.add(new Series(name, value.clone(), low.clone(), high.clone()));
        return this;
    }

    /** Adds a dashed line across the chart, if it has a value. */
    public BarChart line(String name, double value) {
        if (Double.isFinite(value)) {
            lines.add(new Line(name, value));
        }
        return this;
    }

    /** Lets the y axis begin above 0, so that small differences between large values can be seen; the chart says so. */
    public BarChart floor(double value) {
        floor = value;
        return this;
    }

    /** The drawing; its width follows the number of bars. */
    public SvgPicture picture() {
        double bar = Math.clamp(560.0 / Math.max(1, groups.size() * (series.size() + 1)), 5, 34);
        double width = Math.max(LEAST_WIDTH, LEFT + RIGHT + groups.size() * (bar * (series.size() + 0.8)));
        List<Legend.Entry> entries = new ArrayList<>();
        for (int i = 0; i < series.size(); i++) {
            entries.add(new Legend.Entry(series.get(i).name(), paint(i), Legend.Mark.BAR));
        }
        for (int i = 0; i < lines.size(); i++) {
            entries.add(new Legend.Entry(lines.get(i).name(), linePaint(i), Legend.Mark.DASHED));
        }
        Legend legend = new Legend(entries, width - LEFT - RIGHT);
        Svg svg = new Svg();
        svg.text(LEFT, 20, title, "start", 15, Svg.INK, " font-weight=\"600\"");
        legend.draw(svg, LEFT, 28);
        double top = 38 + legend.height();
        double bottom = top + PLOT;
        double[] range = range();
        if (range == null) {
            svg.text(width / 2, (top + bottom) / 2, "no values to show", "middle", 13, Svg.MUTED, "");
        } else {
            draw(svg, range, bar, width, top, bottom);
        }
        return svg.picture(width, bottom + 56, title);
    }

    private static String paint(int i) {
        return Svg.series(i);
    }

    private static String linePaint(int i) {
        return i == 0 ? Svg.INK : Svg.MUTED;
    }

    private void draw(Svg svg, double[] range, double bar, double width, double top, double bottom) {
        boolean cut = !Double.isNaN(floor) && floor <= range[0] && floor > 0;
        double low = cut ? floor : Math.min(0, range[0]);
        Axis y = Axis.covering(low, range[1], false, true, bottom, top);
        double slot = (width - LEFT - RIGHT) / groups.size();
        Axis x = new Axis(0, groups.size(), false, LEFT, width - RIGHT);
        for (Axis.Tick tick : y.ticks()) {
            double at = y.pixel(tick.value());
            svg.line(LEFT, at, width - RIGHT, at, Svg.GRID, 1, "");
            svg.text(LEFT - 7, at + 4, tick.text(), "end", 12, Svg.MUTED, "");
        }
        double base = y.pixel(Math.max(y.low(), Math.min(0, y.high())));
        boolean stagger = groups.stream().anyMatch(name -> TextWidth.of(name, 12) > slot - 2);
        for (int g = 0; g < groups.size(); g++) {
            double middle = x.pixel(g + 0.5);
            for (int s = 0; s < series.size(); s++) {
                double left = middle + (s - series.size() / 2.0) * bar;
                bar(svg, series.get(s), g, y, base, left + 0.1 * bar, 0.8 * bar, paint(s));
            }
            double line = stagger && g % 2 == 1 ? 13 : 0;
            svg.text(middle, bottom + 17 + line, groups.get(g), "middle", 12, Svg.MUTED, "");
        }
        for (int i = 0; i < lines.size(); i++) {
            double at = y.pixel(lines.get(i).value());
            svg.line(LEFT, at, width - RIGHT, at, linePaint(i), 1.5, " stroke-dasharray=\"5 4\"");
        }
        svg.line(LEFT, base, width - RIGHT, base, Svg.MUTED, 1, "");
        svg.text((LEFT + width - RIGHT) / 2, bottom + (stagger ? 50 : 40), xTitle, "middle", 12, Svg.INK, "");
        Panel.turned(svg, yTitle, 14, (top + bottom) / 2);
        if (cut) {
            svg.text(width - RIGHT, 20, "the axis does not begin at 0", "end", 12, Svg.MUTED, "");
        }
    }

    private static void bar(
            Svg svg, Series one, int group, Axis y, double base, double left, double width, String paint) {
        double value = one.value()[group];
        if (!Double.isFinite(value)) {
            return;
        }
        double tip = y.pixel(value);
        svg.rectangle(left, Math.min(tip, base), width, Math.abs(base - tip), "fill:" + paint, " rx=\"1.5\"");
        double low = one.low()[group];
        double high = one.high()[group];
        if (Double.isFinite(low) && Double.isFinite(high)) {
            double middle = left + width / 2;
            double cap = Math.min(4, width / 3);
            double below = y.pixel(Math.max(low, y.low()));
            double above = y.pixel(high);
            svg.line(middle, below, middle, above, Svg.INK, 1.3, "");
            svg.line(middle - cap, above, middle + cap, above, Svg.INK, 1.3, "");
            if (low >= y.low()) {
                svg.line(middle - cap, below, middle + cap, below, Svg.INK, 1.3, "");
            }
        }
    }

    private double[] range() {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Series one : series) {
            for (int g = 0; g < groups.size(); g++) {
                for (double value : new double[] {one.value()[g], one.low()[g], one.high()[g]}) {
                    if (Double.isFinite(value)) {
                        low = Math.min(low, value);
                        high = Math.max(high, value);
                    }
                }
            }
        }
        for (Line line : lines) {
            if (low <= high) {
                low = Math.min(low, line.value());
                high = Math.max(high, line.value());
            }
        }
        return low > high ? null : new double[] {low, high};
    }
}
