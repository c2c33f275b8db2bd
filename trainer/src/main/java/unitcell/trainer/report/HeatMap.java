package unitcell.trainer.report;

import java.util.List;
import java.util.Locale;

/**
 * A matrix of values as coloured cells (confusion of species, error by site), with its colour scale beside it. Cells
 * without a finite value stay empty; up to 400 cells carry their number.
 */
public final class HeatMap {
    /** Stops of the colour map "viridis", evenly spaced from low to high: equally bright steps, safe for the colour blind. */
    private static final int[] STOPS = {
        0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725
    };

    private static final int MOST_NUMBERS = 400;
    private static final double TOP = 70;

    private final String title;
    private final List<String> rows;
    private final List<String> columns;
    private final double[][] values;
    private String rowTitle = "";
    private String columnTitle = "";

    /**
     * @param rows names from top to bottom
     * @param columns names from left to right
     * @param values {@code [rows, columns]}
     */
    public HeatMap(String title, List<String> rows, List<String> columns, double[][] values) {
        if (values.length != rows.size()) {
            throw new IllegalArgumentException(
                    "heat map '" + title + "': " + values.length + " rows of values for " + rows.size() + " names");
        }
        for (double[] row : values) {
            if (row.length != columns.size()) {
                throw new IllegalArgumentException("heat map '" + title + "': a row of " + row.length + " values for "
                        + columns.size() + " names");
            }
        }
        this.title = title;
        this.rows = List.copyOf(rows);
        this.columns = List.copyOf(columns);
        this.values = values.clone();
    }

    /** Says what rows and columns are: "true species", "predicted species". */
    public HeatMap axes(String rowText, String columnText) {
        rowTitle = rowText;
        columnTitle = columnText;
        return this;
    }

    /** The drawing; its size follows the number of cells. */
    public SvgPicture picture() {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double[] row : values) {
            for (double value : row) {
                if (Double.isFinite(value)) {
                    low = Math.min(low, value);
                    high = Math.max(high, value);
                }
            }
        }
        double cell = Math.clamp(620.0 / Math.max(1, columns.size()), 14, 46);
        int longest = rows.stream().mapToInt(String::length).max().orElse(0);
        double left = 40 + 7.5 * longest;
        double right = left + cell * columns.size();
        double bottom = TOP + cell * rows.size();
        Svg svg = new Svg();
        svg.text(left, 20, title, "start", 15, Svg.INK, " font-weight=\"600\"");
        svg.text((left + right) / 2, 42, columnTitle, "middle", 12, Svg.INK, "");
        double middle = (TOP + bottom) / 2;
        svg.text(
                14,
                middle,
                rowTitle,
                "middle",
                12,
                Svg.INK,
                " transform=\"rotate(-90 14 " + Markup.coordinate(middle) + ")\"");
        boolean numbers = rows.size() * columns.size() <= MOST_NUMBERS && cell >= 28;
        for (int r = 0; r < rows.size(); r++) {
            svg.text(left - 6, TOP + cell * (r + 0.5) + 4, rows.get(r), "end", 12, Svg.MUTED, "");
            for (int c = 0; c < columns.size(); c++) {
                drawCell(svg, left + cell * c, TOP + cell * r, cell, values[r][c], low, high, numbers);
            }
        }
        for (int c = 0; c < columns.size(); c++) {
            svg.text(left + cell * (c + 0.5), TOP - 8, columns.get(c), "middle", 12, Svg.MUTED, "");
        }
        if (low <= high) {
            drawScale(svg, right + 18, TOP, Math.max(bottom - TOP, 80), low, high);
        }
        double height = Math.max(bottom, TOP + 80) + 16;
        return svg.picture(Math.max(right + 90, left + 9.0 * title.length()), height, title);
    }

    private static void drawCell(
            Svg svg, double x, double y, double size, double value, double low, double high, boolean number) {
        if (!Double.isFinite(value)) {
            svg.rectangle(x + 0.5, y + 0.5, size - 1, size - 1, "fill:none;stroke:" + Svg.GRID, "");
            return;
        }
        double t = high > low ? (value - low) / (high - low) : 0.5;
        svg.rectangle(x + 0.5, y + 0.5, size - 1, size - 1, "fill:" + colour(t), "");
        if (number) {
            String text = value == Math.rint(value) && Math.abs(value) < 1e5
                    ? Long.toString((long) value)
                    : String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%.0f", value);
            svg.text(x + size / 2, y + size / 2 + 4, text, "middle", 11, t > 0.6 ? "#1c2024" : "#ffffff", "");
        }
    }

    private static void drawScale(Svg svg, double x, double y, double height, double low, double high) {
        int steps = 40;
        for (int i = 0; i < steps; i++) {
            double top = y + height * (steps - 1 - i) / steps;
            svg.rectangle(x, top, 12, height / steps + 0.5, "fill:" + colour((i + 0.5) / steps), "");
        }
        svg.text(x + 18, y + 9, Markup.number(high), "start", 11, Svg.MUTED, "");
        svg.text(x + 18, y + height, Markup.number(low), "start", 11, Svg.MUTED, "");
    }

    /** The colour of a value, t from 0 (lowest) to 1 (highest). */
    static String colour(double t) {
        double at = Math.clamp(t, 0.0, 1.0) * (STOPS.length - 1);
        int stop = Math.min((int) at, STOPS.length - 2);
        double fraction = at - stop;
        int mixed = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int a = STOPS[stop] >> shift & 0xFF;
            int b = STOPS[stop + 1] >> shift & 0xFF;
            mixed |= (int) Math.round(a + (b - a) * fraction) << shift;
        }
        return String.format(Locale.ROOT, "#%06x", mixed);
    }
}
