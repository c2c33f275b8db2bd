package unitcell.trainer.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Several curves over one axis, each with a band of uncertainty if it has one, and the legend they need. Gaps (NaN) stay
 * gaps.
 */
public final class LineChart {
    private record Series(String name, double[] x, double[] y, double[] low, double[] high) {}

    private static final double LEFT = 72;
    private static final double RIGHT = 18;

    private final String title;
    private final String xTitle;
    private final String yTitle;
    private final List<Series> series = new ArrayList<>();
    private boolean logarithmic;
    private boolean fromZero;
    private boolean dots;
    private double width = 720;
    private double plot = 260;

    /**
     * @param xTitle with its unit if it has one: "step"
     * @param yTitle with its unit if it has one: "share (%)"
     */
    public LineChart(String title, String xTitle, String yTitle) {
        this.title = title;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
    }

    /** Equal factors of y take equal heights; values of 0 and below become gaps. */
    public LineChart logarithmic() {
        logarithmic = true;
        return this;
    }

    /** The y axis begins at 0. */
    public LineChart fromZero() {
        fromZero = true;
        return this;
    }

    /** Smaller, so that two stand side by side. */
    public LineChart compact() {
        width = 480;
        plot = 170;
        return this;
    }

    /** A dot at every value, for few of them. */
    public LineChart dots() {
        dots = true;
        return this;
    }

    /** Adds a curve without a band. */
    public LineChart line(String name, double[] x, double[] y) {
        return band(name, x, y, new double[0], new double[0]);
    }

    /**
     * Adds a curve with a band.
     *
     * @param x rising
     * @param y as many; NaN for a gap
     * @param low lower edge, as many or none
     * @param high upper edge, as many or none
     */
    public LineChart band(String name, double[] x, double[] y, double[] low, double[] high) {
        if (x.length != y.length || low.length != high.length || low.length != 0 && low.length != x.length) {
            throw new IllegalArgumentException("chart '" + title + "', series '" + name + "': " + x.length + ", "
                    + y.length + ", " + low.length + " and " + high.length + " values");
        }
        series.add(new Series(name, x.clone(), y.clone(), low.clone(), high.clone()));
        return this;
    }

    /** The drawing, 720 pixels wide, 480 if compact. */
    public SvgPicture picture() {
        List<Legend.Entry> entries = new ArrayList<>();
        for (int i = 0; i < series.size(); i++) {
            entries.add(new Legend.Entry(
                    series.get(i).name(), Svg.series(i), isDashed(i) ? Legend.Mark.DASHED : Legend.Mark.LINE));
        }
        Legend legend = new Legend(entries, width - LEFT - RIGHT);
        Svg svg = new Svg();
        svg.text(LEFT, 20, title, "start", 15, Svg.INK, " font-weight=\"600\"");
        legend.draw(svg, LEFT, 28);
        double top = 38 + legend.height();
        double bottom = top + plot;
        double[] range = range();
        if (range == null) {
            svg.text(width / 2, (top + bottom) / 2, "no values to show", "middle", 13, Svg.MUTED, "");
        } else {
            draw(svg, range, top, bottom);
        }
        return svg.picture(width, bottom + 48, title);
    }

    private static boolean isDashed(int i) {
        return i / 6 % 2 == 1; // colours come again after six
    }

    private void draw(Svg svg, double[] range, double top, double bottom) {
        Axis x = Axis.covering(range[0], range[1], false, false, LEFT, width - RIGHT);
        Axis y = Axis.covering(fromZero ? Math.min(0, range[2]) : range[2], range[3], logarithmic, true, bottom, top);
        Panel panel = new Panel(x, y);
        panel.draw(svg, true, true, 12);
        panel.titles(svg, xTitle, yTitle, 14);
        for (int i = 0; i < series.size(); i++) {
            band(svg, x, y, series.get(i), Svg.series(i));
        }
        for (int i = 0; i < series.size(); i++) {
            stroke(svg, x, y, series.get(i), Svg.series(i), isDashed(i));
        }
    }

    private void band(Svg svg, Axis x, Axis y, Series one, String paint) {
        for (int from = 0; from < one.low().length; from++) {
            int to = from;
            while (to < one.low().length && isShown(one.low()[to]) && isShown(one.high()[to])) {
                to++;
            }
            if (to - from > 1) {
                Svg.Path path = new Svg.Path();
                for (int k = from; k < to; k++) {
                    double px = x.pixel(one.x()[k]);
                    double py = y.pixel(one.high()[k]);
                    if (k == from) {
                        path.move(px, py);
                    } else {
                        path.to(px, py);
                    }
                }
                for (int k = to - 1; k >= from; k--) {
                    path.to(x.pixel(one.x()[k]), y.pixel(one.low()[k]));
                }
                svg.path(path.close(), "fill:" + paint, " fill-opacity=\"0.16\"");
            }
            from = Math.max(from, to);
        }
    }

    private void stroke(Svg svg, Axis x, Axis y, Series one, String paint, boolean dashed) {
        Svg.Path path = new Svg.Path();
        boolean pen = false;
        for (int k = 0; k < one.x().length; k++) {
            if (!isShown(one.y()[k])) {
                pen = false;
                continue;
            }
            double px = x.pixel(one.x()[k]);
            double py = y.pixel(one.y()[k]);
            if (pen) {
                path.to(px, py);
            } else {
                path.move(px, py);
                pen = true;
            }
            if (dots || one.x().length == 1) {
                svg.circle(px, py, 3, "fill:" + paint, "");
            }
        }
        if (!path.isEmpty()) {
            svg.path(
                    path,
                    "fill:none;stroke:" + paint,
                    " stroke-width=\"2\" stroke-linejoin=\"round\"" + (dashed ? " stroke-dasharray=\"6 4\"" : ""));
        }
    }

    private boolean isShown(double y) {
        return Double.isFinite(y) && (!logarithmic || y > 0);
    }

    private double[] range() {
        double[] range = {
            Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
        };
        for (Series one : series) {
            for (int k = 0; k < one.x().length; k++) {
                include(range, one.x()[k], one.y()[k]);
                if (one.low().length > 0) {
                    include(range, one.x()[k], one.low()[k]);
                    include(range, one.x()[k], one.high()[k]);
                }
            }
        }
        return range[0] > range[1] ? null : range;
    }

    private void include(double[] range, double x, double y) {
        if (isShown(y)) {
            range[0] = Math.min(range[0], x);
            range[1] = Math.max(range[1], x);
            range[2] = Math.min(range[2], y);
            range[3] = Math.max(range[3], y);
        }
    }
}
