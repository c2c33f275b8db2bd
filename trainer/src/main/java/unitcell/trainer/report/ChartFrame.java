package unitcell.trainer.report;

import java.util.List;

/** What charts have in common: title, grid, axes with their labels, and a legend line. */
record ChartFrame(Axis x, Axis y, String xLabel, String yLabel) {
    static final double WIDTH = 720;
    static final double HEIGHT = 360;
    static final double LEFT = 72;
    static final double RIGHT = 16;
    static final double TOP = 52;
    static final double BOTTOM = 48;

    /** One entry of the legend: a name and its paint; a point rather than a stroke where {@code dot}. */
    record Key(String name, String paint, boolean dot) {}

    /** Title and legend; they need no axes. */
    static void heading(Svg svg, String title, List<Key> keys) {
        svg.text(LEFT, 20, title, "start", 15, Svg.INK, " font-weight=\"600\"");
        double x = LEFT;
        for (Key key : keys) {
            if (key.dot()) {
                svg.circle(x + 9, 38, 3.5, "fill:" + key.paint(), "");
            } else {
                svg.line(x, 38, x + 18, 38, key.paint(), 2.5, " stroke-linecap=\"round\"");
            }
            svg.text(x + 24, 42, key.name(), "start", 12, Svg.MUTED, "");
            x += 24 + 7.0 * key.name().length() + 20;
        }
    }

    void draw(Svg svg) {
        double left = x.from();
        double right = x.to();
        double bottom = y.from();
        double top = y.to();
        for (Axis.Tick tick : y.ticks()) {
            double at = y.pixel(tick.value());
            svg.line(left, at, right, at, Svg.GRID, tick.isMajor() ? 1 : 0.5, "");
            if (tick.isMajor()) {
                svg.text(left - 8, at + 4, tick.text(), "end", 12, Svg.MUTED, "");
            }
        }
        for (Axis.Tick tick : x.ticks()) {
            double at = x.pixel(tick.value());
            svg.line(at, bottom, at, bottom + 5, Svg.MUTED, 1, "");
            if (tick.isMajor()) {
                svg.text(at, bottom + 18, tick.text(), "middle", 12, Svg.MUTED, "");
            }
        }
        svg.line(left, bottom, right, bottom, Svg.MUTED, 1, "");
        svg.text((left + right) / 2, bottom + 38, xLabel, "middle", 12, Svg.INK, "");
        double middle = (top + bottom) / 2;
        svg.text(
                14,
                middle,
                yLabel,
                "middle",
                12,
                Svg.INK,
                " transform=\"rotate(-90 14 " + Markup.coordinate(middle) + ")\"");
    }
}
