package unitcell.trainer.report;

/**
 * The coordinates of one chart within a drawing: two axes, their grid, ticks and titles.
 *
 * @param x from left to right
 * @param y from bottom to top, so {@code y.from()} is the larger pixel
 */
record Panel(Axis x, Axis y) {
    /** Grid, ticks and numbers. */
    void draw(Svg svg, boolean xNumbers, boolean yNumbers, double textSize) {
        double bottom = y.from();
        for (Axis.Tick tick : y.ticks()) {
            double at = y.pixel(tick.value());
            if (isDrawn(y, tick)) {
                svg.line(x.from(), at, x.to(), at, Svg.GRID, tick.isMajor() ? 1 : 0.5, "");
            }
            if (tick.isMajor() && yNumbers) {
                svg.text(x.from() - 7, at + 4, tick.text(), "end", textSize, Svg.MUTED, "");
            }
        }
        double free = Double.NEGATIVE_INFINITY;
        for (Axis.Tick tick : x.ticks()) {
            double at = x.pixel(tick.value());
            svg.line(at, bottom, at, bottom + 4, Svg.MUTED, 1, "");
            double half = TextWidth.of(tick.text(), textSize) / 2;
            // Numbers that would touch the one before are left out; their ticks stay.
            if (tick.isMajor() && xNumbers && at - half > free) {
                svg.text(at, bottom + 6 + textSize, tick.text(), "middle", textSize, Svg.MUTED, "");
                free = at + half + 4;
            }
        }
        svg.line(x.from(), bottom, x.to(), bottom, Svg.MUTED, 1, "");
    }

    /** Vertical grid lines too, for charts in which both directions are measured. */
    void drawColumns(Svg svg) {
        for (Axis.Tick tick : x.ticks()) {
            double at = x.pixel(tick.value());
            if (isDrawn(x, tick)) {
                svg.line(at, y.from(), at, y.to(), Svg.GRID, tick.isMajor() ? 1 : 0.5, "");
            }
        }
    }

    /** Lines between decades help on one or two of them, on more they are too many. */
    private static boolean isDrawn(Axis axis, Axis.Tick tick) {
        return tick.isMajor() || axis.high() < 100 * axis.low();
    }

    /** Titles below and, turned, on the left. */
    void titles(Svg svg, String xTitle, String yTitle, double yTitleAt) {
        svg.text((x.from() + x.to()) / 2, y.from() + 36, xTitle, "middle", 12, Svg.INK, "");
        turned(svg, yTitle, yTitleAt, (y.from() + y.to()) / 2);
    }

    /** Text that reads upwards. */
    static void turned(Svg svg, String text, double x, double y) {
        svg.text(
                x,
                y,
                text,
                "middle",
                12,
                Svg.INK,
                " transform=\"rotate(-90 " + Markup.coordinate(x) + " " + Markup.coordinate(y) + ")\"");
    }
}
