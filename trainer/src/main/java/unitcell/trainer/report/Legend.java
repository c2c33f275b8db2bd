package unitcell.trainer.report;

import java.util.ArrayList;
import java.util.List;

/** Entries of a legend, broken into as many lines as the width of the chart asks for. */
final class Legend {
    static final double LINE = 19;
    private static final double SAMPLE = 24;
    private static final double GAP = 20;

    /** How an entry looks in the chart. */
    enum Mark {
        LINE,
        DASHED,
        DOT,
        BAR,
        BAND
    }

    /** One entry. */
    record Entry(String name, String paint, Mark mark) {}

    private final List<List<Entry>> lines = new ArrayList<>();

    /** @param width in pixels that a line may take */
    Legend(List<Entry> entries, double width) {
        double x = 0;
        for (Entry entry : entries) {
            double own = SAMPLE + TextWidth.of(entry.name(), 12);
            if (lines.isEmpty() || x > 0 && x + own > width) {
                lines.add(new ArrayList<>());
                x = 0;
            }
            lines.getLast().add(entry);
            x += own + GAP;
        }
    }

    double height() {
        return lines.size() * LINE;
    }

    /** Draws; the first line's text stands on {@code y + 13}. */
    void draw(Svg svg, double left, double y) {
        double line = y;
        for (List<Entry> entries : lines) {
            double x = left;
            for (Entry entry : entries) {
                sample(svg, entry, x, line + 9);
                svg.text(x + SAMPLE, line + 13, entry.name(), "start", 12, Svg.MUTED, "");
                x += SAMPLE + TextWidth.of(entry.name(), 12) + GAP;
            }
            line += LINE;
        }
    }

    private static void sample(Svg svg, Entry entry, double x, double y) {
        switch (entry.mark()) {
            case LINE -> svg.line(x, y, x + 18, y, entry.paint(), 2.5, " stroke-linecap=\"round\"");
            case DASHED -> svg.line(x, y, x + 18, y, entry.paint(), 2, " stroke-dasharray=\"5 4\"");
            case DOT -> svg.circle(x + 9, y, 3.5, "fill:" + entry.paint(), "");
            case BAR -> svg.rectangle(x + 3, y - 5, 12, 10, "fill:" + entry.paint(), " rx=\"1.5\"");
            case BAND -> svg.rectangle(x, y - 5, 18, 10, "fill:" + entry.paint(), " fill-opacity=\"0.2\"");
        }
    }
}
