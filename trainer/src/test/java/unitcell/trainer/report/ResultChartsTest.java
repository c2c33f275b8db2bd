package unitcell.trainer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** The charts of results read back from their own SVG. */
class ResultChartsTest {
    private static final double NAN = Double.NaN;

    private static Document svg(SvgPicture picture) {
        return Xml.parse(picture.standalone());
    }

    private static List<Element> filled(Document svg, String name, String paint) {
        return Xml.elements(svg, name, e -> e.getAttribute("style").contains("fill:" + paint));
    }

    @Test
    void barsAreAsHighAsTheirValues() {
        SvgPicture picture = new BarChart("t", "x", "y", List.of("a", "b", "c"))
                .bars("one", new double[] {10, 20, NAN}, new double[] {5, NAN, NAN}, new double[] {15, NAN, NAN})
                .bars("two", new double[] {40, 0, 30}, new double[3], new double[] {40, 0, 30})
                .line("mark", 25)
                .picture();
        Document svg = svg(picture);
        // The legend has a bar of its own.
        List<Element> one = filled(svg, "rect", Svg.series(0));
        List<Element> two = filled(svg, "rect", Svg.series(1));
        assertEquals(3, one.size());
        assertEquals(4, two.size());
        double unit = Xml.number(two.get(1), "height") / 40;
        assertEquals(10 * unit, Xml.number(one.get(1), "height"), 0.02);
        assertEquals(20 * unit, Xml.number(one.get(2), "height"), 0.02);
        assertEquals(0, Xml.number(two.get(2), "height"), 0.02);
        assertEquals(30 * unit, Xml.number(two.get(3), "height"), 0.02);
        // Error bars: from 5 to 15 on the first bar.
        List<Element> errors = Xml.elements(
                svg,
                "line",
                e -> e.getAttribute("stroke-width").equals("1.3")
                        && e.getAttribute("x1").equals(e.getAttribute("x2")));
        assertEquals(10 * unit, Xml.number(errors.get(0), "y1") - Xml.number(errors.get(0), "y2"), 0.02);
        double base = Xml.number(one.get(1), "y") + Xml.number(one.get(1), "height");
        List<Element> mark = Xml.elements(
                svg,
                "line",
                e -> e.hasAttribute("stroke-dasharray")
                        && e.getAttribute("stroke-width").equals("1.5"));
        assertEquals(base - 25 * unit, Xml.number(mark.get(0), "y1"), 0.02);
        for (Element bar : one.subList(1, 3)) {
            for (Element other : two.subList(1, 4)) {
                double gap = Math.abs(Xml.number(bar, "x") - Xml.number(other, "x"));
                assertTrue(gap >= Xml.number(bar, "width") - 0.02, "bars overlap");
            }
        }
    }

    @Test
    void anAxisThatDoesNotBeginAtZeroSaysSo() {
        BarChart chart = new BarChart("t", "x", "y", List.of("a"))
                .bars("one", new double[] {95}, new double[] {94}, new double[] {96});
        assertTrue(!chart.picture().body().contains("does not begin at 0"));
        assertTrue(chart.floor(90).picture().body().contains("the axis does not begin at 0"));
        assertTrue(!chart.floor(-10).picture().body().contains("does not begin at 0"));
    }

    @Test
    void linesHaveBandsAndGaps() {
        double[] x = {0, 1, 2, 3, 4};
        SvgPicture picture = new LineChart("t", "x", "y")
                .band("a", x, new double[] {1, 2, NAN, 2, 1}, new double[] {0, 1, NAN, 1, 0}, new double[] {
                    2, 3, NAN, 3, 2
                })
                .picture();
        Document svg = svg(picture);
        List<Element> bands = Xml.elements(svg, "path", e -> e.hasAttribute("fill-opacity"));
        assertEquals(2, bands.size());
        assertEquals(
                3, bands.get(0).getAttribute("d").chars().filter(c -> c == 'L').count());
        List<Element> line =
                Xml.elements(svg, "path", e -> e.getAttribute("style").contains("fill:none"));
        assertEquals(1, line.size());
        assertEquals(
                2, line.get(0).getAttribute("d").chars().filter(c -> c == 'M').count());
        Document log = svg(new LineChart("t", "x", "y")
                .logarithmic()
                .line("a", x, new double[] {1, 0, -1, 10, 100})
                .picture());
        String path = Xml.elements(log, "path", e -> true).get(0).getAttribute("d");
        assertEquals(2, path.chars().filter(c -> c == 'M').count());
        assertThrows(
                IllegalArgumentException.class,
                () -> new LineChart("t", "x", "y").band("a", x, x, new double[2], new double[2]));
    }

    @Test
    void parityPointsOrCounts() {
        double[] truth = {1, 2, 4, 8, NAN};
        double[] predicted = {1, 4, 2, 8, 1};
        Document few = svg(
                new ParityChart("t", "v").values(truth, predicted).note("MAE 1").picture());
        List<Element> circles = Xml.elements(few, "circle", e -> true);
        assertEquals(4, circles.size());
        // The diagonal is where true and predicted values agree.
        Element diagonal = Xml.elements(few, "line", e -> e.hasAttribute("stroke-dasharray"))
                .get(0);
        double sum = Xml.number(diagonal, "x1") + Xml.number(diagonal, "y1");
        assertEquals(sum, Xml.number(circles.get(0), "cx") + Xml.number(circles.get(0), "cy"), 0.02);
        assertEquals(sum, Xml.number(circles.get(3), "cx") + Xml.number(circles.get(3), "cy"), 0.02);
        assertEquals(
                Xml.number(circles.get(1), "cx") - Xml.number(circles.get(2), "cx"),
                Xml.number(circles.get(1), "cy") - Xml.number(circles.get(2), "cy"),
                0.02);
        String text = few.getDocumentElement().getTextContent();
        assertTrue(text.contains("1 pairs cannot be shown") && text.contains("MAE 1"), text);
        double[] many = new SplittableRandom(1).doubles(5000, 1, 9).toArray();
        Document dense =
                svg(new ParityChart("t", "v").logarithmic().values(many, many).picture());
        assertEquals(0, Xml.elements(dense, "circle", e -> true).size());
        int cells =
                Xml.elements(dense, "rect", e -> Xml.number(e, "height") < 5).size();
        assertTrue(cells >= 40 && cells <= 64 * 2, cells + " squares on the diagonal");
    }

    @Test
    void smallMultiplesShareTheirAxes() {
        double[] x = {0, 20, 40};
        SmallMultiples chart = new SmallMultiples("t", "frequency (cm\u207b\u00b9)", "density", x);
        chart.row("first").panel("a", new double[] {0, 1, 0}, new double[] {0, 0.5, 0});
        chart.row("second").panel("b", new double[] {0, 2, 0}, new double[] {0, NAN, 0});
        Document svg = svg(chart.picture());
        List<Element> truth =
                Xml.elements(svg, "path", e -> e.getAttribute("style").contains("stroke:" + Svg.INK));
        assertEquals(2, truth.size());
        // 1 reaches half the height that 2 reaches.
        double first = rise(truth.get(0));
        double second = rise(truth.get(1));
        assertEquals(second / 2, first, 0.02);
        assertThrows(IllegalArgumentException.class, () -> chart.panel("c", new double[2], new double[3]));
        assertTrue(svg(new SmallMultiples("t", "x", "y", x).picture())
                .getDocumentElement()
                .getTextContent()
                .contains("no values to show"));
    }

    private static double rise(Element path) {
        double[] y = Arrays.stream(path.getAttribute("d").split("[ML]"))
                .filter(p -> !p.isEmpty())
                .mapToDouble(p -> Double.parseDouble(p.split(" ")[1]))
                .toArray();
        return y[0] - y[1];
    }

    @Test
    void elementMapsShowWhatOccursAndKeepLabelsApart() {
        List<unitcell.crystal.Element> elements = new ArrayList<>();
        for (int z = 1; z <= 80; z++) {
            elements.add(unitcell.crystal.Element.of(z));
        }
        double[][] shares = new double[80][80];
        shares[0][1] = 0.5;
        shares[0][2] = 0.5;
        Arrays.fill(shares[3], NAN);
        shares[79][0] = 1;
        Document svg = svg(new ElementMap("t", "r", "c", "s", elements, shares).picture());
        List<Element> cells = Xml.elements(
                svg,
                "rect",
                e -> e.getAttribute("style").startsWith("fill:#")
                        && !e.getAttribute("width").equals("12"));
        assertEquals(3, cells.size());
        assertEquals(cells.get(0).getAttribute("style"), cells.get(1).getAttribute("style"));
        List<Element> columns = Xml.elements(
                svg,
                "text",
                e -> e.getAttribute("text-anchor").equals("middle")
                        && elements.stream().anyMatch(x -> x.symbol().equals(e.getTextContent())));
        assertEquals(80, columns.size());
        for (Element a : columns) {
            for (Element b : columns) {
                boolean sameLine = !a.getTextContent().equals(b.getTextContent())
                        && a.getAttribute("y").equals(b.getAttribute("y"));
                double size = Xml.number(a, "font-size");
                double room = (TextWidth.of(a.getTextContent(), size) + TextWidth.of(b.getTextContent(), size)) / 2;
                assertTrue(
                        !sameLine || Math.abs(Xml.number(a, "x") - Xml.number(b, "x")) > 0.85 * room,
                        () -> a.getTextContent() + " and " + b.getTextContent() + " overlap");
            }
        }
        assertTrue(svg(new ElementMap("t", "r", "c", "s", List.of(), new double[0][0]).picture())
                .getDocumentElement()
                .getTextContent()
                .contains("no values to show"));
        assertThrows(
                IllegalArgumentException.class, () -> new ElementMap("t", "r", "c", "s", elements, new double[80][3]));
    }

    @Test
    void legendsBreakIntoLinesThatFit() {
        LineChart chart = new LineChart("t", "x", "y");
        double[] one = {1, 2};
        for (int i = 0; i < 9; i++) {
            chart.line("a model with a long name " + i, one, one);
        }
        SvgPicture picture = chart.picture();
        List<Element> texts =
                Xml.elements(svg(picture), "text", e -> e.getTextContent().startsWith("a model"));
        assertEquals(9, texts.size());
        for (Element text : texts) {
            double end = Xml.number(text, "x") + TextWidth.of(text.getTextContent(), 12);
            assertTrue(end <= picture.width(), "ends at " + end);
        }
        assertTrue(texts.stream().map(e -> e.getAttribute("y")).distinct().count() >= 3);
    }

    @Test
    void nothingToShowIsSaid() {
        double[] none = {};
        for (SvgPicture picture : List.of(
                new BarChart("t", "x", "y", List.of())
                        .bars("a", none, none, none)
                        .picture(),
                new BarChart("t", "x", "y", List.of("g"))
                        .bars("a", new double[] {NAN}, new double[] {NAN}, new double[] {NAN})
                        .picture(),
                new LineChart("t", "x", "y").line("a", none, none).picture(),
                new ParityChart("t", "v").values(none, none).picture(),
                new ParityChart("t", "v")
                        .logarithmic()
                        .values(new double[] {-1}, new double[] {1})
                        .picture())) {
            assertTrue(svg(picture).getDocumentElement().getTextContent().contains("no values to show"));
        }
    }

    @Test
    void measuredCellsKeepTheirIntervalApart() {
        HtmlReport report = new HtmlReport("t", "");
        report.table(new ReportTable("c", "name", "value [%]")
                .row("a", new ReportTable.Measured("1.00", "0.50 to 2.00"))
                .row("b", new ReportTable.Measured("\u2013", "")));
        report.paragraph("say --mask-ratio 0.3 or a--b");
        String html = report.html();
        Document page = Xml.parse(html.replace("<!DOCTYPE html>", ""));
        Element cell = Xml.elements(page, "td", e -> true).get(0);
        assertEquals("n", cell.getAttribute("class"));
        assertEquals("1.000.50 to 2.00", cell.getTextContent());
        assertEquals(
                1,
                Xml.elements(page, "span", e -> e.getAttribute("class").equals("ci"))
                        .size());
        assertTrue(html.contains("<code>--mask-ratio</code> 0.3 or a--b"), html);
    }
}
