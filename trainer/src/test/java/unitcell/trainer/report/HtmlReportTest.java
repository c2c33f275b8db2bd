package unitcell.trainer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** The document as a parser and a suspicious reader see it. */
class HtmlReportTest {
    private static final String NASTY =
            "<script>alert('x')</script> & \"q\" \u00c5 \uD83D\uDC8E \u0000\u001b\u0085\uFFFE\uD800 ]]> -->";

    @TempDir
    Path directory;

    @Test
    void theDocumentIsWellFormedSelfContainedAndHasUniqueIds() throws IOException {
        String html = report().html();
        assertTrue(html.startsWith("<!DOCTYPE html>\n<html lang=\"en\">"));
        Document document = Xml.parse(html);
        Set<String> ids = new HashSet<>();
        for (Element element : Xml.elements(document, "*", e -> e.hasAttribute("id"))) {
            assertTrue(ids.add(element.getAttribute("id")), "id twice: " + element.getAttribute("id"));
        }
        for (Element link : Xml.elements(document, "a", e -> true)) {
            assertTrue(ids.contains(link.getAttribute("href").substring(1)), link.getAttribute("href"));
        }
        Matcher references = Pattern.compile("url\\(#([^)]+)\\)").matcher(html);
        int count = 0;
        while (references.find()) {
            assertTrue(ids.contains(references.group(1)), "nothing has the id " + references.group(1));
            count++;
        }
        assertTrue(count > 10);
        for (String external :
                new String[] {"http:", "https:", "src=", "@import", "<script", "<link", "url(h", "//cdn"}) {
            assertFalse(html.contains(external), external);
        }
        Path file = directory.resolve("report.html");
        report().write(file);
        assertEquals(html, Files.readString(file));
    }

    @Test
    void textIsShownAsItIs() {
        Document document = Xml.parse(report().html());
        String shown = "<script>alert('x')</script> & \"q\" \u00c5 \uD83D\uDC8E ????? ]]> -->";
        for (String name : new String[] {"h1", "h2", "p", "caption", "figcaption", "pre", "summary", "dt", "dd"}) {
            assertFalse(
                    Xml.elements(document, name, e -> e.getTextContent().contains(shown))
                            .isEmpty(),
                    name);
        }
        assertEquals(0, Xml.elements(document, "script", e -> true).size());
    }

    @Test
    void tablesAlignNumbersAndSetUnitsApart() {
        ReportTable table = new ReportTable("c", "name", "error [\u00c5]", "mixed", "n [-]")
                .row("a", 0.123456, "x", 3)
                .row("b", Double.NaN, 4, 1_234_567);
        Document document = Xml.parse(table.html());
        List<Element> numeric =
                Xml.elements(document, "td", e -> e.getAttribute("class").equals("n"));
        assertEquals(
                List.of("0.1235", "3", "\u2013", "1234567"),
                numeric.stream().map(Element::getTextContent).toList());
        assertEquals(
                List.of("\u00c5", "-"),
                Xml.elements(document, "span", e -> true).stream()
                        .map(Element::getTextContent)
                        .toList());
        assertThrows(IllegalArgumentException.class, () -> table.row("a"));
        assertThrows(IllegalArgumentException.class, () -> new ReportTable("c"));
    }

    @Test
    void numbersAreWrittenForReaders() {
        Map<Double, String> expected = new LinkedHashMap<>();
        expected.put(0.0, "0");
        expected.put(12.0, "12");
        expected.put(-3.14159, "\u22123.142");
        expected.put(0.00123449, "0.001234");
        expected.put(99_999.4, "99999");
        expected.put(2e-4, "2.000e\u221204");
        expected.put(Double.POSITIVE_INFINITY, "\u221e");
        expected.forEach((value, text) -> assertEquals(text, Markup.number(value)));
        assertEquals("0", Markup.coordinate(-0.001));
        assertEquals("1.5", Markup.coordinate(1.5));
        assertEquals("-20", Markup.coordinate(-20));
        assertThrows(IllegalArgumentException.class, () -> Markup.coordinate(Double.NaN));
    }

    private static HtmlReport report() {
        double[] cell = {4, 0, 0, 0, 4, 0, 0, 0, 4};
        SvgPicture crystal = new CrystalPicture(cell, new int[] {26, 8}, new double[] {0, 0, 0, .5, .5, .5})
                .title(NASTY)
                .picture();
        double[] x = {0, 1};
        return new HtmlReport(NASTY, NASTY)
                .section(NASTY)
                .paragraph(NASTY)
                .facts(Map.of(NASTY, NASTY))
                .section("two")
                .table(new ReportTable(NASTY, NASTY).row(NASTY))
                .figures(List.of(crystal, crystal), NASTY)
                .section("three")
                .figure(new LossChart(NASTY, NASTY, NASTY).line(NASTY, x, x).picture(), "")
                .details(NASTY, NASTY);
    }
}
