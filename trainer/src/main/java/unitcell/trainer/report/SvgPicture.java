package unitcell.trainer.report;

import java.io.IOException;
import java.nio.file.Path;
import unitcell.engine.io.AtomicFiles;

/**
 * A finished drawing. Colours that depend on the surroundings are CSS variables with a fall-back, so that one drawing
 * suits a light page, a dark page and a file of its own.
 *
 * @param width in pixels at its natural size
 * @param height in pixels at its natural size
 * @param label what it shows, for readers who do not see it
 * @param body the elements; identifiers in it start with {@link #ID}
 */
public record SvgPicture(double width, double height, String label, String body) {
    /** Stands for the prefix that keeps the identifiers of several drawings on one page apart. */
    static final String ID = "\u0000";

    /**
     * The {@code svg} element for a page.
     *
     * @param idPrefix letters and digits, another one for every drawing of the page
     */
    public String inline(String idPrefix) {
        return element("", idPrefix);
    }

    /** The drawing as a file of its own. */
    public String standalone() {
        return element(" xmlns=\"http://www.w3.org/2000/svg\"", "u") + "\n";
    }

    /** Writes {@link #standalone} atomically. */
    public void write(Path file) throws IOException {
        AtomicFiles.replace(file, standalone());
    }

    private String element(String attributes, String idPrefix) {
        String w = Markup.coordinate(width);
        String h = Markup.coordinate(height);
        return "<svg" + attributes + " viewBox=\"0 0 " + w + " " + h + "\" width=\"" + w + "\" height=\"" + h
                + "\" role=\"img\" aria-label=\"" + Markup.escape(label) + "\" overflow=\"visible\" font-family=\""
                + Svg.FONT + "\">"
                + body.replace(ID, idPrefix) + "</svg>";
    }
}
