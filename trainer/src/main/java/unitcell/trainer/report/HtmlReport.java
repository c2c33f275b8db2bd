package unitcell.trainer.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import unitcell.engine.io.AtomicFiles;

/**
 * A report as one HTML5 file: style and drawings are inside, no script, nothing is fetched when it is opened; readable
 * on light and dark screens and on paper. All text is escaped. Content appears in the order of the calls. The file is
 * also well-formed XML.
 */
public final class HtmlReport {
    private static final String STYLE = "report.css";

    private final String title;
    private final String subtitle;
    private final StringBuilder body = new StringBuilder();
    private final List<String> headings = new ArrayList<>();
    private int pictures;
    private boolean inSection;

    /**
     * @param subtitle one line below the title; may be empty
     */
    public HtmlReport(String title, String subtitle) {
        this.title = title;
        this.subtitle = subtitle;
    }

    /** Starts a section; it is listed in the contents at the top once there are at least three. */
    public HtmlReport section(String heading) {
        endSection();
        headings.add(heading);
        body.append("<section id=\"s" + headings.size() + "\">\n<h2>")
                .append(Markup.escape(heading))
                .append("</h2>\n");
        inSection = true;
        return this;
    }

    /** A paragraph; options of commands in it, {@code --like-this}, are set as code. */
    public HtmlReport paragraph(String text) {
        body.append("<p>")
                .append(Markup.escape(text).replaceAll("(?<![\\w-])--[a-z][a-z-]*", "<code>$0</code>"))
                .append("</p>\n");
        return this;
    }

    /** A few key figures in a row: what it is, and its value with unit. */
    public HtmlReport facts(Map<String, String> facts) {
        body.append("<dl class=\"facts\">\n");
        facts.forEach((name, value) -> body.append("<div><dt>")
                .append(Markup.escape(name))
                .append("</dt><dd>")
                .append(Markup.escape(value))
                .append("</dd></div>\n"));
        body.append("</dl>\n");
        return this;
    }

    /** A table. */
    public HtmlReport table(ReportTable table) {
        body.append(table.html());
        return this;
    }

    /** One drawing with a caption; empty for none. */
    public HtmlReport figure(SvgPicture picture, String caption) {
        return figures(List.of(picture), caption);
    }

    /** Drawings side by side, as far as they fit, under one caption; empty for none. */
    public HtmlReport figures(List<SvgPicture> row, String caption) {
        body.append("<figure>\n<div class=\"row\">\n");
        for (SvgPicture picture : row) {
            pictures++;
            body.append(picture.inline("f" + pictures + "-")).append('\n');
        }
        body.append("</div>\n");
        if (!caption.isEmpty()) {
            body.append("<figcaption>").append(Markup.escape(caption)).append("</figcaption>\n");
        }
        body.append("</figure>\n");
        return this;
    }

    /** Long text, a configuration say, folded away under a line to click on. */
    public HtmlReport details(String summary, String text) {
        body.append("<details><summary>")
                .append(Markup.escape(summary))
                .append("</summary>\n<pre>")
                .append(Markup.escape(text))
                .append("</pre></details>\n");
        return this;
    }

    /** The whole document. */
    public String html() {
        StringBuilder out = new StringBuilder(
                        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
                .append("<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>")
                .append(Markup.escape(title))
                .append("</title>\n<style>\n")
                .append(style())
                .append("</style>\n</head>\n<body>\n<header>\n<h1>")
                .append(Markup.escape(title))
                .append("</h1>\n");
        if (!subtitle.isEmpty()) {
            out.append("<p class=\"subtitle\">").append(Markup.escape(subtitle)).append("</p>\n");
        }
        out.append("</header>\n").append(contents()).append("<main>\n").append(body);
        return out.append(inSection ? "</section>\n" : "")
                .append("</main>\n</body>\n</html>\n")
                .toString();
    }

    /** Writes the document atomically. */
    public void write(Path file) throws IOException {
        AtomicFiles.replace(file, html());
    }

    private String contents() {
        if (headings.size() < 3) {
            return "";
        }
        StringBuilder out = new StringBuilder("<nav aria-label=\"Contents\"><ol>\n");
        for (int i = 0; i < headings.size(); i++) {
            out.append("<li><a href=\"#s" + (i + 1) + "\">")
                    .append(Markup.escape(headings.get(i)))
                    .append("</a></li>\n");
        }
        return out.append("</ol></nav>\n").toString();
    }

    private void endSection() {
        if (inSection) {
            body.append("</section>\n");
        }
    }

    private static String style() {
        try (InputStream in = HtmlReport.class.getResourceAsStream(STYLE)) {
            if (in == null) {
                throw new IllegalStateException("the program's own file " + STYLE + " is missing: build it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the program's own file " + STYLE + " cannot be read", e);
        }
    }
}
