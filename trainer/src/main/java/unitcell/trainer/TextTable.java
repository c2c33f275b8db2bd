package unitcell.trainer;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Lays out rows of text in aligned columns, two blanks between them. */
final class TextTable {
    private static final Pattern NUMBER =
            Pattern.compile("[-+]?[0-9][0-9,]*(\\.[0-9]+)?([eE][-+]?[0-9]+)?( ?%)?|-|nan");

    private TextTable() {}

    /**
     * @param rows each as long as the header
     * @return lines, each ending with a line feed, none with trailing blanks
     */
    static String render(List<String> header, List<? extends List<String>> rows) {
        int columns = header.size();
        int[] width = new int[columns];
        boolean[] right = new boolean[columns];
        List<List<String>> lines = new ArrayList<>(rows.size() + 1);
        lines.add(header);
        lines.addAll(rows);
        for (int c = 0; c < columns; c++) {
            right[c] = !rows.isEmpty();
            for (int r = 0; r < lines.size(); r++) {
                List<String> line = lines.get(r);
                if (line.size() != columns) {
                    throw new IllegalArgumentException(
                            "row " + line + " has " + line.size() + " cells, not " + columns);
                }
                width[c] = Math.max(width[c], line.get(c).length());
                right[c] &= r == 0 || NUMBER.matcher(line.get(c)).matches();
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder row = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String blanks = " ".repeat(width[c] - line.get(c).length());
                row.append(c == 0 ? "" : "  ")
                        .append(right[c] ? blanks : "")
                        .append(line.get(c))
                        .append(right[c] ? "" : blanks);
            }
            text.append(row.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
