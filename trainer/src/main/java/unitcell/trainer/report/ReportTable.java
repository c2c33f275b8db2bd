package unitcell.trainer.report;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * A table with a caption. Columns are named with their unit in brackets, "position error [\u00c5]"; numbers are aligned
 * to the right and written with four significant digits, or, as {@link BigDecimal}, with the digits they have;
 * everything else as its text.
 */
public final class ReportTable {
    /** Text up to this length is not broken into lines. */
    private static final int SHORT = 20;

    private final String caption;
    private final List<String> columns;
    private final List<List<Object>> rows = new ArrayList<>();

    /**
     * A number with its uncertainty in small print below it.
     *
     * @param value as it is to be read
     * @param interval as it is to be read; empty for none
     */
    public record Measured(String value, String interval) {}

    /** @param columns at least one */
    public ReportTable(String caption, String... columns) {
        if (columns.length == 0) {
            throw new IllegalArgumentException("table '" + caption + "': no columns");
        }
        this.caption = caption;
        this.columns = List.of(columns);
    }

    /**
     * Adds a row.
     *
     * @param cells one per column: {@link Number}s, {@link Measured} ones, or anything with a text; NaN is shown as a
     *     dash
     */
    public ReportTable row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(
                    "table '" + caption + "': a row of " + cells.length + " cells, expected " + columns.size());
        }
        rows.add(List.of(cells));
        return this;
    }

    String html() {
        StringBuilder out = new StringBuilder("<div class=\"scroll\"><table>\n<caption>")
                .append(Markup.escape(caption))
                .append("</caption>\n<thead><tr>");
        for (int c = 0; c < columns.size(); c++) {
            out.append(isNumeric(c) ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">")
                    .append(heading(columns.get(c)))
                    .append("</th>");
        }
        out.append("</tr></thead>\n<tbody>\n");
        for (List<Object> row : rows) {
            out.append("<tr>");
            for (int c = 0; c < row.size(); c++) {
                String name = c == 0 ? "th" : "td";
                String scope = c == 0 ? " scope=\"row\"" : "";
                out.append("<" + name + scope + look(row.get(c), c) + ">")
                        .append(cell(row.get(c)))
                        .append("</" + name + ">");
            }
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n").toString();
    }

    /** Numbers stand to the right; a few words stay on one line. */
    private String look(Object value, int column) {
        if (isNumeric(column)) {
            return " class=\"n\"";
        }
        return value.toString().length() <= SHORT ? " class=\"s\"" : "";
    }

    private boolean isNumeric(int column) {
        return !rows.isEmpty()
                && rows.stream()
                        .allMatch(row -> row.get(column) instanceof Number || row.get(column) instanceof Measured);
    }

    private static String cell(Object value) {
        return switch (value) {
            case BigDecimal exact -> exact.toPlainString();
            case Number number -> Markup.number(number.doubleValue());
            case Measured measured ->
                Markup.escape(measured.value())
                        + (measured.interval().isEmpty()
                                ? ""
                                : "<span class=\"ci\">" + Markup.escape(measured.interval()) + "</span>");
            default -> Markup.escape(value.toString());
        };
    }

    /** "name [unit]" with the unit set apart. */
    private static String heading(String column) {
        int bracket = column.endsWith("]") ? column.lastIndexOf(" [") : -1;
        if (bracket < 0) {
            return Markup.escape(column);
        }
        String unit = column.substring(bracket + 2, column.length() - 1);
        return Markup.escape(column.substring(0, bracket)) + " <span class=\"unit\">" + Markup.escape(unit) + "</span>";
    }
}
