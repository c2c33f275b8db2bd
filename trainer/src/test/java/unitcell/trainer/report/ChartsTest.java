package unitcell.trainer.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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

/** Charts read back from their own SVG. */
class ChartsTest {
    @Test
    void aLongSeriesIsThinnedButKeepsItsExtremes() {
        int n = 200_000;
        double[] x = new double[n];
        double[] y = new double[n];
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < n; i++) {
            x[i] = i;
            y[i] = random.nextDouble(1, 2);
        }
        y[77_777] = 0; // the two ends of the axis
        y[123_456] = 10;
        List<double[]> points =
                points(new LossChart("t", "step", "loss").line("a", x, y).picture());
        assertTrue(points.size() < 4 * 700, points.size() + " points for 720 pixels");
        double bottom = ChartFrame.HEIGHT - ChartFrame.BOTTOM;
        double top = ChartFrame.TOP + 4;
        double width = ChartFrame.WIDTH - ChartFrame.LEFT - ChartFrame.RIGHT;
        assertTrue(points.stream()
                .anyMatch(p -> Math.abs(p[2] - bottom) < 0.01
                        && Math.abs(p[1] - (ChartFrame.LEFT + width * 77_777 / (n - 1))) < 0.02));
        assertTrue(points.stream()
                .anyMatch(p -> Math.abs(p[2] - top) < 0.01
                        && Math.abs(p[1] - (ChartFrame.LEFT + width * 123_456 / (n - 1))) < 0.02));
    }

    @Test
    void gapsStayGapsAndWhatALogarithmCannotShowIsCounted() {
        double[] x = {0, 1, 2, 3, 4, 5, 6};
        double[] y = {1, 2, Double.NaN, 3, 0, 4, Double.POSITIVE_INFINITY};
        SvgPicture linear = new LossChart("t", "x", "y").line("a", x, y).picture();
        assertEquals(2, points(linear).stream().filter(p -> p[0] == 'M').count());
        assertTrue(linear.body().contains("1 values cannot be shown on this axis"));
        SvgPicture log =
                new LossChart("t", "x", "y").logarithmic().line("a", x, y).picture();
        assertEquals(3, points(log).stream().filter(p -> p[0] == 'M').count());
        assertTrue(log.body().contains("2 values cannot be shown on this axis"));
    }

    @Test
    void theRunningMeanIsAMean() {
        double[] x = {0, 1, 2, 3};
        double[] y = {0, 10, 4, 10};
        Document svg = Xml.parse(
                new LossChart("t", "x", "y").noisy("a", x, y, 2).picture().standalone());
        List<Element> paths = Xml.elements(svg, "path", e -> true);
        double[] faint = heights(paths.get(0));
        double[] mean = heights(paths.get(1));
        assertArrayEquals(y, faint, 0.01);
        assertArrayEquals(new double[] {0, 5, 7, 7}, mean, 0.01);
    }

    @Test
    void emptyAndSingleValuesAreDrawn() {
        double[] none = {};
        SvgPicture empty = new LossChart("t", "x", "y").line("a", none, none).picture();
        assertTrue(Xml.parse(empty.standalone())
                .getDocumentElement()
                .getTextContent()
                .contains("no values to show"));
        SvgPicture one = new LossChart("t", "x", "y")
                .line("a", new double[] {3}, new double[] {5})
                .picture();
        assertEquals(
                1,
                Xml.elements(Xml.parse(one.standalone()), "circle", e -> true).size());
        Xml.parse(new Histogram("t", "x", 5).values("a", none).picture().standalone());
        Xml.parse(new Histogram("t", "x", 5)
                .values("a", new double[] {2, 2})
                .picture()
                .standalone());
        Xml.parse(new HeatMap("t", List.of(), List.of(), new double[0][0])
                .picture()
                .standalone());
        assertThrows(
                IllegalArgumentException.class,
                () -> new LossChart("t", "x", "y").line("a", new double[2], new double[3]));
    }

    @Test
    void histogramFractionsAgreeWithACount() {
        SplittableRandom random = new SplittableRandom(4);
        double[] values = random.doubles(1000, -0.2, 1.2).toArray();
        double[] fractions = new Histogram("t", "x", 10).fractions(values, 0, 1);
        for (int b = 0; b < 10; b++) {
            double low = b == 0 ? -1 : b / 10.0;
            double high = b == 9 ? 2 : (b + 1) / 10.0;
            long count = Arrays.stream(values).filter(v -> v >= low && v < high).count();
            assertEquals(count / 1000.0, fractions[b], 1e-12);
        }
        assertEquals(1, Arrays.stream(fractions).sum(), 1e-12);
        assertEquals(1, new Histogram("t", "x", 4).fractions(new double[] {1}, 0, 1)[3]);
    }

    @Test
    void heatMapColoursRiseInBrightness() {
        assertEquals("#440154", HeatMap.colour(0));
        assertEquals("#fde725", HeatMap.colour(1));
        double previous = -1;
        for (int i = 0; i <= 50; i++) {
            int rgb = Integer.parseInt(HeatMap.colour(i / 50.0).substring(1), 16);
            double brightness = 0.2126 * (rgb >> 16) + 0.7152 * (rgb >> 8 & 0xFF) + 0.0722 * (rgb & 0xFF);
            assertTrue(brightness > previous, "at " + i / 50.0);
            previous = brightness;
        }
        double[][] values = {{0, 1}, {Double.NaN, 0.5}};
        Document svg = Xml.parse(new HeatMap("t", List.of("a", "b"), List.of("c", "d"), values)
                .picture()
                .standalone());
        assertEquals(
                1,
                Xml.elements(svg, "rect", e -> e.getAttribute("style").contains("fill:none"))
                        .size());
        assertThrows(IllegalArgumentException.class, () -> new HeatMap("t", List.of("a"), List.of("c"), values));
    }

    /** Values that the points of a path stand for, on the y axis from 0 to 10 that these charts have. */
    private static double[] heights(Element path) {
        double bottom = ChartFrame.HEIGHT - ChartFrame.BOTTOM;
        double top = ChartFrame.TOP + 4;
        return commands(path.getAttribute("d")).stream()
                .mapToDouble(p -> 10 * (bottom - p[2]) / (bottom - top))
                .toArray();
    }

    private static List<double[]> points(SvgPicture picture) {
        List<double[]> points = new ArrayList<>();
        for (Element path : Xml.elements(Xml.parse(picture.standalone()), "path", e -> true)) {
            points.addAll(commands(path.getAttribute("d")));
        }
        return points;
    }

    private static List<double[]> commands(String data) {
        List<double[]> points = new ArrayList<>();
        for (String command : data.split("(?=[ML])")) {
            String[] numbers = command.substring(1).split(" ");
            points.add(
                    new double[] {command.charAt(0), Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1])});
        }
        return points;
    }
}
