package unitcell.trainer.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Many small charts of two curves each, true and predicted, on the same axes: rows with a name, panels with a caption.
 * Rows may have fewer panels than others.
 */
public final class SmallMultiples {
    private record Cell(String caption, double[] truth, double[] predicted) {}

    private record Row(String name, List<Cell> cells) {}

    private static final double LEFT = 62;
    private static final double RIGHT = 12;
    private static final double GAP = 14;
    private static final double PANEL_WIDTH = 156;
    private static final double PANEL_HEIGHT = 82;
    private static final double CAPTION = 17;

    private final String title;
    private final String xTitle;
    private final String yTitle;
    private final double[] x;
    private final List<Row> rows = new ArrayList<>();

    /**
     * @param xTitle with its unit: "frequency (cm⁻¹)"
     * @param x what all curves are over, rising
     */
    public SmallMultiples(String title, String xTitle, String yTitle, double[] x) {
        this.title = title;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
        this.x = x.clone();
    }

    /** Begins a row. */
    public SmallMultiples row(String name) {
        rows.add(new Row(name, new ArrayList<>()));
        return this;
    }

    /** Adds a panel to the last row; curves are as long as the axis. */
    public SmallMultiples panel(String caption, double[] truth, double[] predicted) {
        if (truth.length != x.length || predicted.length != x.length || rows.isEmpty()) {
            throw new IllegalArgumentException("chart '" + title + "', panel '" + caption + "': " + truth.length
                    + " and " + predicted.length + " values for " + x.length + " places, in " + rows.size() + " rows");
        }
        rows.getLast().cells().add(new Cell(caption, truth.clone(), predicted.clone()));
        return this;
    }

    /** The drawing; its size follows rows and panels. */
    public SvgPicture picture() {
        int columns = rows.stream().mapToInt(row -> row.cells().size()).max().orElse(0);
        double width = Math.max(420, LEFT + columns * (PANEL_WIDTH + GAP) - GAP + RIGHT);
        Legend legend = new Legend(
                List.of(
                        new Legend.Entry("true", Svg.INK, Legend.Mark.LINE),
                        new Legend.Entry("predicted", Svg.series(1), Legend.Mark.LINE)),
                width - LEFT - RIGHT);
        Svg svg = new Svg();
        svg.text(LEFT, 20, title, "start", 15, Svg.INK, " font-weight=\"600\"");
        legend.draw(svg, LEFT, 28);
        double top = 36 + legend.height();
        double high = highest();
        double at = top;
        for (int r = 0; r < rows.size(); r++) {
            at = drawRow(svg, rows.get(r), at, high, r == rows.size() - 1);
        }
        if (columns == 0) {
            svg.text(width / 2, top + 40, "no values to show", "middle", 13, Svg.MUTED, "");
            return svg.picture(width, top + 80, title);
        }
        svg.text((LEFT + width - RIGHT) / 2, at + 22, xTitle, "middle", 12, Svg.INK, "");
        Panel.turned(svg, yTitle, 14, (top + at) / 2);
        return svg.picture(width, at + 34, title);
    }

    private double drawRow(Svg svg, Row row, double top, double high, boolean isLast) {
        svg.text(LEFT, top + 14, row.name(), "start", 12, Svg.INK, " font-weight=\"600\"");
        double plot = top + 20 + CAPTION;
        double bottom = plot + PANEL_HEIGHT;
        for (int c = 0; c < row.cells().size(); c++) {
            Cell cell = row.cells().get(c);
            double left = LEFT + c * (PANEL_WIDTH + GAP);
            Axis across = new Axis(x[0], x[x.length - 1], false, left, left + PANEL_WIDTH);
            Axis up = new Axis(0, high, false, bottom, plot);
            frame(svg, across, up, c == 0, isLast);
            svg.text(left, plot - 5, fitted(cell.caption()), "start", 11, Svg.MUTED, "");
            curve(svg, across, up, cell.truth(), Svg.INK, 1.4, true);
            curve(svg, across, up, cell.predicted(), Svg.series(1), 1.8, false);
        }
        return bottom + (isLast ? 22 : 10);
    }

    /** A few ticks only: half, all and none of the height, ends and middle of the axis. */
    private void frame(Svg svg, Axis across, Axis up, boolean yNumbers, boolean xNumbers) {
        for (double share : new double[] {0, 0.5, 1}) {
            double value = up.low() + share * (up.high() - up.low());
            double at = up.pixel(value);
            svg.line(across.from(), at, across.to(), at, Svg.GRID, 1, "");
            if (yNumbers) {
                svg.text(across.from() - 6, at + 4, number(value), "end", 11, Svg.MUTED, "");
            }
            double place = across.low() + share * (across.high() - across.low());
            double px = across.pixel(place);
            svg.line(px, up.from(), px, up.from() + 4, Svg.MUTED, 1, "");
            if (xNumbers) {
                String anchor = share == 0 ? "start" : share == 1 ? "end" : "middle";
                svg.text(px, up.from() + 16, number(place), anchor, 11, Svg.MUTED, "");
            }
        }
        svg.line(across.from(), up.from(), across.to(), up.from(), Svg.MUTED, 1, "");
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.replaceAll("\\.?0+$", "").replace('-', '\u2212');
    }

    private static String fitted(String caption) {
        String text = caption;
        while (TextWidth.of(text, 11) > PANEL_WIDTH && text.length() > 4) {
            text = text.substring(0, text.length() - 2) + "\u2026";
        }
        return text;
    }

    private void curve(Svg svg, Axis across, Axis up, double[] y, String paint, double width, boolean filled) {
        Svg.Path line = new Svg.Path();
        Svg.Path area = new Svg.Path().move(across.from(), up.from());
        boolean pen = false;
        for (int k = 0; k < x.length; k++) {
            if (!Double.isFinite(y[k])) {
                pen = false;
                continue;
            }
            double px = across.pixel(x[k]);
            double py = up.pixel(Math.clamp(y[k], up.low(), up.high()));
            area.to(px, py);
            if (pen) {
                line.to(px, py);
            } else {
                line.move(px, py);
                pen = true;
            }
        }
        if (filled) {
            svg.path(area.to(across.to(), up.from()).close(), "fill:" + Svg.MUTED, " fill-opacity=\"0.16\"");
        }
        if (!line.isEmpty()) {
            svg.path(line, "fill:none;stroke:" + paint, " stroke-width=\"" + width + "\" stroke-linejoin=\"round\"");
        }
    }

    /** All panels show the same height: the highest value, rounded up to a readable number. */
    private double highest() {
        double high = 0;
        for (Row row : rows) {
            for (Cell cell : row.cells()) {
                for (double[] curve : new double[][] {cell.truth(), cell.predicted()}) {
                    for (double value : curve) {
                        high = Double.isFinite(value) ? Math.max(high, value) : high;
                    }
                }
            }
        }
        if (high == 0) {
            return 1;
        }
        double unit = Math.pow(10, Math.floor(Math.log10(high)));
        for (double factor : new double[] {1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10}) {
            if (high <= factor * unit * (1 + 1e-9)) {
                return factor * unit;
            }
        }
        return 10 * unit;
    }
}
