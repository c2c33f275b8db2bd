package unitcell.trainer.report;

import java.util.List;
import java.util.Locale;
import unitcell.crystal.Element;

/**
 * A matrix of shares between elements, rows and columns in the same order, in which elements of one group of the
 * periodic table stand together: fine lines part the groups, and bars along the edges name them. Cells without a share
 * above 0 stay empty.
 */
public final class ElementMap {
    private static final double LARGEST_CELL = 26;
    private static final double SMALLEST_CELL = 11;
    private static final double SIDE = 820;

    private final String title;
    private final String rowTitle;
    private final String columnTitle;
    private final String scaleTitle;
    private final List<Element> elements;
    private final double[][] shares;

    /**
     * @param elements rows from top to bottom and columns from left to right, groups together
     * @param shares [n, n] in [0, 1]; NaN for a row of nothing
     */
    public ElementMap(
            String title,
            String rowTitle,
            String columnTitle,
            String scaleTitle,
            List<Element> elements,
            double[][] shares) {
        if (shares.length != elements.size()) {
            throw new IllegalArgumentException(
                    "element map '" + title + "': " + shares.length + " rows for " + elements.size() + " elements");
        }
        for (double[] row : shares) {
            if (row.length != elements.size()) {
                throw new IllegalArgumentException("element map '" + title + "': a row of " + row.length
                        + " values for " + elements.size() + " elements");
            }
        }
        this.title = title;
        this.rowTitle = rowTitle;
        this.columnTitle = columnTitle;
        this.scaleTitle = scaleTitle;
        this.elements = List.copyOf(elements);
        this.shares = shares.clone();
    }

    /** The drawing; its size follows the number of elements. */
    public SvgPicture picture() {
        int n = elements.size();
        double cell = Math.clamp(SIDE / Math.max(1, n), SMALLEST_CELL, LARGEST_CELL);
        double letters = Math.clamp(cell * 0.62, 9.5, 12);
        boolean stagger = TextWidth.of("Mn", letters) > cell - 1;
        double label = 2 * letters * (stagger ? 2 : 1) + 4;
        double left = 50 + label;
        double top = 78 + label;
        double right = left + n * cell;
        double bottom = top + n * cell;
        Svg svg = new Svg();
        svg.text(14, 20, title, "start", 15, Svg.INK, " font-weight=\"600\"");
        if (n == 0) {
            svg.text(200, 60, "no values to show", "middle", 13, Svg.MUTED, "");
            return svg.picture(400, 90, title);
        }
        svg.text((left + right) / 2, 46, columnTitle, "middle", 12, Svg.INK, "");
        Panel.turned(svg, rowTitle, 14, (top + bottom) / 2);
        cells(svg, cell, left, top);
        labels(svg, cell, letters, stagger, left, top);
        groups(svg, cell, left, top, label);
        scale(svg, right + 26, top, Math.clamp(bottom - top, 60, 180));
        double width = Math.max(right + 34 + Math.max(60, TextWidth.of(scaleTitle, 11)), 30 + TextWidth.of(title, 15));
        return svg.picture(width, Math.max(bottom, top + 84) + 16, title);
    }

    private void cells(Svg svg, double cell, double left, double top) {
        int n = elements.size();
        double highest = highest();
        svg.rectangle(left, top, n * cell, n * cell, "fill:none;stroke:" + Svg.GRID, "");
        for (int r = 0; r < n; r++) {
            for (int c = 0; c < n; c++) {
                double share = shares[r][c];
                if (share > 0) {
                    svg.rectangle(
                            left + c * cell + 0.4,
                            top + r * cell + 0.4,
                            cell - 0.8,
                            cell - 0.8,
                            "fill:" + colour(highest > 0 ? share / highest : 0),
                            "");
                } else if (r == c) {
                    // The diagonal is no exchange; a faint mark leads the eye along it.
                    svg.circle(left + (c + 0.5) * cell, top + (r + 0.5) * cell, 1.2, "fill:" + Svg.MUTED, "");
                }
            }
        }
    }

    private void labels(Svg svg, double cell, double letters, boolean stagger, double left, double top) {
        for (int i = 0; i < elements.size(); i++) {
            String symbol = elements.get(i).symbol();
            double away = stagger && i % 2 == 1 ? 1.6 * letters : 0;
            svg.text(
                    left - 5 - (stagger && i % 2 == 1 ? 2 * letters : 0),
                    top + (i + 0.5) * cell + letters * 0.36,
                    symbol,
                    "end",
                    letters,
                    Svg.INK,
                    "");
            svg.text(left + (i + 0.5) * cell, top - 5 - away, symbol, "middle", letters, Svg.INK, "");
        }
    }

    /** Lines between groups, and a bar with the group's number beside its elements. */
    private void groups(Svg svg, double cell, double left, double top, double label) {
        int n = elements.size();
        double far = left + n * cell;
        double low = top + n * cell;
        int from = 0;
        for (int i = 1; i <= n; i++) {
            if (i < n && elements.get(i).group() == elements.get(from).group()) {
                continue;
            }
            if (i < n) {
                svg.line(left + i * cell, top, left + i * cell, low, Svg.GRID, 1, "");
                svg.line(left, top + i * cell, far, top + i * cell, Svg.GRID, 1, "");
            }
            double a = from * cell + 1;
            double b = i * cell - 1;
            double bar = label + 2;
            svg.line(left + a, top - bar, left + b, top - bar, Svg.MUTED, 1.4, "");
            svg.line(left - bar, top + a, left - bar, top + b, Svg.MUTED, 1.4, "");
            String number = Integer.toString(elements.get(from).group());
            double size = Math.clamp(cell * 0.8, 9, 10);
            svg.text(left + (a + b) / 2, top - bar - 4, number, "middle", size, Svg.MUTED, "");
            svg.text(left - bar - 4, top + (a + b) / 2 + 0.36 * size, number, "end", size, Svg.MUTED, "");
            from = i;
        }
    }

    /** Without the darkest tones, which a dark page would swallow. */
    private static String colour(double share) {
        return HeatMap.colour(0.15 + 0.85 * share);
    }

    private double highest() {
        double highest = 0;
        for (double[] row : shares) {
            for (double share : row) {
                highest = share > highest ? share : highest;
            }
        }
        return highest;
    }

    private void scale(Svg svg, double x, double y, double height) {
        int steps = 40;
        for (int k = 0; k < steps; k++) {
            svg.rectangle(
                    x,
                    y + height * (steps - 1 - k) / steps,
                    12,
                    height / steps + 0.5,
                    "fill:" + colour((k + 0.5) / steps),
                    "");
        }
        String most = String.format(Locale.ROOT, highest() < 0.1 ? "%.1f %%" : "%.0f %%", 100 * highest());
        svg.text(x + 17, y + 9, most, "start", 11, Svg.MUTED, "");
        svg.text(x + 17, y + height, "0 %", "start", 11, Svg.MUTED, "");
        svg.text(x - 4, y - 12, scaleTitle, "start", 11, Svg.MUTED, "");
    }
}
