package unitcell.trainer.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Predicted against true values in a square, with the diagonal on which they would agree. A few hundred points are
 * drawn one by one; more are counted in small squares, whose colour says how many there are.
 */
public final class ParityChart {
    private static final int MOST_POINTS = 600;
    private static final int CELLS = 64;
    private static final double LEFT = 66;
    private static final double SIDE = 270;
    private static final double RIGHT = 16;
    private static final double LINE = 15;

    private final String title;
    private final String quantity;
    private final List<String> notes = new ArrayList<>();
    private double[] truth = {};
    private double[] predicted = {};
    private boolean logarithmic;

    /** @param quantity with its unit: "bulk modulus (GPa)" */
    public ParityChart(String title, String quantity) {
        this.title = title;
        this.quantity = quantity;
    }

    /** Equal factors take equal lengths; points that are not positive are left out and counted. */
    public ParityChart logarithmic() {
        logarithmic = true;
        return this;
    }

    /** The values, as many true as predicted; pairs that are not finite are left out and counted. */
    public ParityChart values(double[] trueValues, double[] predictedValues) {
        if (trueValues.length != predictedValues.length) {
            throw new IllegalArgumentException("chart '" + title + "': " + trueValues.length + " true and "
                    + predictedValues.length + " predicted values");
        }
        truth = trueValues.clone();
        predicted = predictedValues.clone();
        return this;
    }

    /** A line of text between title and square: "MAE 0.12 eV". */
    public ParityChart note(String text) {
        notes.add(text);
        return this;
    }

    /** The drawing, some 350 pixels wide. */
    public SvgPicture picture() {
        int[] shown = shown();
        List<String> lines = new ArrayList<>(notes);
        if (shown.length > 0 && shown.length < truth.length) {
            lines.add((truth.length - shown.length) + " pairs cannot be shown");
        }
        double top = 34 + LINE * lines.size();
        double bottom = top + SIDE;
        double width = LEFT + SIDE + RIGHT;
        Svg svg = new Svg();
        svg.text(LEFT, 20, title, "start", 14, Svg.INK, " font-weight=\"600\"");
        for (int k = 0; k < lines.size(); k++) {
            svg.text(LEFT, 23 + LINE * (k + 1), lines.get(k), "start", 11.5, Svg.MUTED, "");
        }
        if (shown.length == 0) {
            svg.text(LEFT + SIDE / 2, top + SIDE / 2, "no values to show", "middle", 13, Svg.MUTED, "");
        } else {
            draw(svg, shown, top, bottom);
        }
        return svg.picture(width, bottom + 48, title);
    }

    private int[] shown() {
        return IntStream.range(0, truth.length)
                .filter(i -> isShown(truth[i]) && isShown(predicted[i]))
                .toArray();
    }

    private boolean isShown(double value) {
        return Double.isFinite(value) && (!logarithmic || value > 0);
    }

    private void draw(Svg svg, int[] shown, double top, double bottom) {
        double low = Arrays.stream(shown)
                .mapToDouble(i -> Math.min(truth[i], predicted[i]))
                .min()
                .orElseThrow();
        double high = Arrays.stream(shown)
                .mapToDouble(i -> Math.max(truth[i], predicted[i]))
                .max()
                .orElseThrow();
        Axis x = Axis.covering(low, high, logarithmic, true, LEFT, LEFT + SIDE);
        Axis y = Axis.covering(low, high, logarithmic, true, bottom, top);
        Panel panel = new Panel(x, y);
        panel.draw(svg, true, true, 11);
        panel.drawColumns(svg);
        panel.titles(svg, "true " + quantity, "predicted " + quantity, 14);
        boolean dense = shown.length > MOST_POINTS;
        if (dense) {
            cells(svg, shown, x, y);
        } else {
            for (int i : shown) {
                svg.circle(
                        x.pixel(truth[i]),
                        y.pixel(predicted[i]),
                        2.4,
                        "fill:" + Svg.series(0),
                        " fill-opacity=\"0.55\"");
            }
        }
        svg.line(LEFT, bottom, LEFT + SIDE, top, Svg.INK, 1.2, " stroke-dasharray=\"5 4\"");
    }

    /** Squares of a few pixels, coloured by the logarithm of how many pairs lie in them. */
    private void cells(Svg svg, int[] shown, Axis x, Axis y) {
        int[][] counts = new int[CELLS][CELLS];
        double side = SIDE / CELLS;
        int most = 1;
        for (int i : shown) {
            int column = Math.clamp((int) ((x.pixel(truth[i]) - LEFT) / side), 0, CELLS - 1);
            int row = Math.clamp((int) ((y.pixel(predicted[i]) - y.to()) / side), 0, CELLS - 1);
            most = Math.max(most, ++counts[row][column]);
        }
        for (int row = 0; row < CELLS; row++) {
            for (int column = 0; column < CELLS; column++) {
                if (counts[row][column] > 0) {
                    double t = most == 1 ? 0 : Math.log(counts[row][column]) / Math.log(most);
                    svg.rectangle(
                            LEFT + column * side,
                            y.to() + row * side,
                            side + 0.2,
                            side + 0.2,
                            "fill:" + HeatMap.colour(0.12 + 0.8 * t),
                            "");
                }
            }
        }
        scale(svg, most, y);
    }

    /** One pair to the most in a square, in the corner that the diagonal leaves free. */
    private static void scale(Svg svg, int most, Axis y) {
        double width = 80;
        double left = LEFT + SIDE - width - 34;
        double top = y.from() - 26;
        int steps = 20;
        for (int k = 0; k < steps; k++) {
            svg.rectangle(
                    left + k * width / steps,
                    top,
                    width / steps + 0.3,
                    8,
                    "fill:" + HeatMap.colour(0.12 + 0.8 * (k + 0.5) / steps),
                    "");
        }
        svg.text(left - 5, top + 8, "1", "end", 10, Svg.MUTED, "");
        svg.text(left + width + 5, top + 8, Integer.toString(most), "start", 10, Svg.MUTED, "");
        svg.text(left + width / 2, top + 19, "pairs in a square", "middle", 10, Svg.MUTED, "");
    }
}
