package unitcell.trainer.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One axis of a chart: maps values to pixels and chooses round ticks.
 *
 * @param low smallest value shown; above 0 on a logarithmic axis
 * @param high largest value shown; above {@code low}
 * @param logarithmic whether equal factors take equal lengths
 * @param from pixel of {@code low}
 * @param to pixel of {@code high}
 */
record Axis(double low, double high, boolean logarithmic, double from, double to) {
    private static final int MOST_TICKS = 7;

    /** A tick: where it is and what it says; minor ticks say nothing. */
    record Tick(double value, String text) {
        boolean isMajor() {
            return !text.isEmpty();
        }
    }

    /** An axis for values from low to high, rounded outwards to ticks if asked to; copes with low = high. */
    static Axis covering(double low, double high, boolean logarithmic, boolean round, double from, double to) {
        double a = low;
        double b = high;
        if (!(a < b)) {
            double room = logarithmic ? 0 : Math.max(Math.abs(a) * 0.1, 1e-3);
            a = logarithmic ? low / 2 : low - room;
            b = logarithmic ? low * 2 : low + room;
        }
        if (logarithmic) {
            double room = Math.pow(b / a, 0.04);
            return new Axis(a / room, b * room, true, from, to);
        }
        if (round) {
            double step = step(a, b);
            a = Math.floor(a / step + 1e-9) * step;
            b = Math.ceil(b / step - 1e-9) * step;
        }
        return new Axis(a, b, false, from, to);
    }

    /** Pixel of a value. */
    double pixel(double value) {
        double t = logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
        return from + t * (to - from);
    }

    /** Ticks in rising order. */
    List<Tick> ticks() {
        return logarithmic ? logarithmicTicks() : linearTicks();
    }

    private List<Tick> linearTicks() {
        double step = step(low, high);
        double largest = Math.max(Math.abs(low), Math.abs(high));
        List<Tick> ticks = new ArrayList<>();
        for (long k = (long) Math.ceil(low / step - 1e-6); k * step <= high + 1e-6 * step; k++) {
            double value = k * step;
            ticks.add(new Tick(value, k == 0 ? "0" : text(value, step, largest)));
        }
        return ticks;
    }

    private List<Tick> logarithmicTicks() {
        int first = (int) Math.floor(Math.log10(low));
        int last = (int) Math.ceil(Math.log10(high));
        boolean wide = last - first > 3;
        int every = 1 + (last - first) / 12;
        List<Tick> ticks = new ArrayList<>();
        for (int decade = first; decade <= last; decade++) {
            for (int digit = 1; digit <= 9; digit++) {
                double value = digit * Math.pow(10, decade);
                if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) {
                    // Narrow axes label 1, 2 and 5; very narrow ones every digit.
                    boolean labelled = wide
                            ? digit == 1 && Math.floorMod(decade, every) == 0
                            : digit == 1 || digit == 2 || digit == 5 || high / low < 4;
                    ticks.add(new Tick(value, labelled ? power(value, decade) : ""));
                }
            }
        }
        return ticks;
    }

    private static double step(double low, double high) {
        double rough = (high - low) / MOST_TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= rough * (1 - 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private static String power(double value, int decade) {
        return decade < -3 || decade > 4 ? scientific(value, value) : text(value, Math.pow(10, decade), value);
    }

    /**
     * The text of a tick.
     *
     * @param step to the next tick, which decides how many digits are needed to tell them apart
     * @param largest magnitude on the axis, which decides on the form for all its ticks alike
     */
    private static String text(double value, double step, double largest) {
        if (decimals(step) > 4) {
            return scientific(value, step);
        }
        if (largest >= 10_000) {
            // 120000 as 120k: steps and counts of a long run stay readable.
            double unit = largest >= 1e7 ? 1e6 : 1e3;
            String digits = String.format(Locale.ROOT, "%." + decimals(step / unit) + "f", value / unit);
            return shortest(digits).replace('-', '\u2212') + (unit == 1e6 ? "M" : "k");
        }
        return String.format(Locale.ROOT, "%." + decimals(step) + "f", value).replace('-', '\u2212');
    }

    private static String scientific(double value, double step) {
        int decade = (int) Math.floor(Math.log10(Math.abs(value)) + 1e-9);
        int decimals = Math.max(0, decade + decimals(step));
        String[] parts =
                String.format(Locale.ROOT, "%." + decimals + "e", value).split("e");
        return (shortest(parts[0]) + "e" + Integer.parseInt(parts[1])).replace('-', '\u2212');
    }

    /** Decimals that a multiple of this step needs. */
    private static int decimals(double step) {
        return Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
    }

    private static String shortest(String digits) {
        return digits.contains(".") ? digits.replaceAll("\\.?0+$", "") : digits;
    }
}
