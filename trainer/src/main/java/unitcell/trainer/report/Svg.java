package unitcell.trainer.report;

/**
 * Collects the elements of one drawing. Coordinates in pixels, x to the right, y downwards. Paints are CSS: a colour, or
 * one of the constants below, which follow the page.
 */
final class Svg {
    static final String FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
    static final String INK = "var(--ink, #1c2024)";
    static final String MUTED = "var(--muted, #667079)";
    static final String GRID = "var(--grid, #e3e6e9)";
    static final String PAPER = "var(--paper, #ffffff)";
    static final String RIGHT = "var(--right, #1d8a4e)";
    static final String WRONG = "var(--wrong, #c8362e)";

    private static final String[] SERIES = {
        "var(--s1, #2563a8)", "var(--s2, #cf5a1a)", "var(--s3, #2e8b57)",
        "var(--s4, #8a5fb5)", "var(--s5, #a07a1f)", "var(--s6, #5b6670)"
    };

    private final StringBuilder out = new StringBuilder();

    /** The colour of the i-th series, from 0; they repeat after six. */
    static String series(int i) {
        return SERIES[Math.floorMod(i, SERIES.length)];
    }

    /** Anything ready-made. */
    Svg raw(String markup) {
        out.append(markup);
        return this;
    }

    Svg line(double x1, double y1, double x2, double y2, String paint, double width, String extra) {
        out.append("<line")
                .append(attribute("x1", x1))
                .append(attribute("y1", y1))
                .append(attribute("x2", x2))
                .append(attribute("y2", y2))
                .append(style("stroke:" + paint))
                .append(attribute("stroke-width", width))
                .append(extra)
                .append("/>");
        return this;
    }

    Svg circle(double x, double y, double r, String style, String extra) {
        out.append("<circle")
                .append(attribute("cx", x))
                .append(attribute("cy", y))
                .append(attribute("r", r))
                .append(style(style))
                .append(extra)
                .append("/>");
        return this;
    }

    Svg rectangle(double x, double y, double width, double height, String style, String extra) {
        out.append("<rect")
                .append(attribute("x", x))
                .append(attribute("y", y))
                .append(attribute("width", Math.max(0, width)))
                .append(attribute("height", Math.max(0, height)))
                .append(style(style))
                .append(extra)
                .append("/>");
        return this;
    }

    /** @param commands path data, made by {@link Path} */
    Svg path(Path commands, String style, String extra) {
        out.append("<path d=\"")
                .append(commands.text)
                .append('"')
                .append(style(style))
                .append(extra)
                .append("/>");
        return this;
    }

    /** @param anchor start, middle or end */
    Svg text(double x, double y, String text, String anchor, double size, String paint, String extra) {
        out.append("<text")
                .append(attribute("x", x))
                .append(attribute("y", y))
                .append(" text-anchor=\"" + anchor + "\"")
                .append(attribute("font-size", size))
                .append(style("fill:" + paint))
                .append(extra)
                .append('>')
                .append(Markup.escape(text))
                .append("</text>");
        return this;
    }

    SvgPicture picture(double width, double height, String label) {
        return new SvgPicture(width, height, label, out.toString());
    }

    private static String attribute(String name, double value) {
        return " " + name + "=\"" + Markup.coordinate(value) + "\"";
    }

    private static String style(String style) {
        return style.isEmpty() ? "" : " style=\"" + style + "\"";
    }

    /** Path data under construction. */
    static final class Path {
        private final StringBuilder text = new StringBuilder();

        Path move(double x, double y) {
            return point('M', x, y);
        }

        Path to(double x, double y) {
            return point('L', x, y);
        }

        Path close() {
            text.append('Z');
            return this;
        }

        boolean isEmpty() {
            return text.isEmpty();
        }

        private Path point(char command, double x, double y) {
            text.append(command).append(Markup.coordinate(x)).append(' ').append(Markup.coordinate(y));
            return this;
        }
    }
}
