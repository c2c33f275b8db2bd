package unitcell.trainer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Ticks that say where they are, on axes of every size. */
class AxisTest {
    @Test
    void labelsMeanTheirPlaces() {
        SplittableRandom random = new SplittableRandom(8);
        for (int trial = 0; trial < 2000; trial++) {
            double size = Math.pow(10, random.nextDouble(-9, 9));
            double low = random.nextDouble(-1, 1) * size;
            double high = low + random.nextDouble(0.01, 2) * size;
            for (boolean round : new boolean[] {false, true}) {
                Axis axis = Axis.covering(low, high, false, round, 100, 500);
                List<Axis.Tick> ticks = axis.ticks();
                assertTrue(ticks.size() >= 2 && ticks.size() <= 11, ticks.size() + " ticks on " + axis);
                double step = ticks.get(1).value() - ticks.get(0).value();
                assertTrue(axis.low() <= low + 1e-6 * step && axis.high() >= high - 1e-6 * step);
                for (Axis.Tick tick : ticks) {
                    // A label may be rounded, but never so far that two ticks could be confused.
                    assertEquals(tick.value(), read(tick.text()), 0.45 * step, tick + " on " + axis);
                    assertTrue(axis.pixel(tick.value()) >= 100 - 1e-3 && axis.pixel(tick.value()) <= 500 + 1e-3);
                }
            }
        }
    }

    @Test
    void logarithmicTicksAreDigitsTimesPowersOfTen() {
        SplittableRandom random = new SplittableRandom(9);
        for (int trial = 0; trial < 1000; trial++) {
            double low = Math.pow(10, random.nextDouble(-8, 4));
            double high = low * Math.pow(10, random.nextDouble(0.2, 9));
            Axis axis = Axis.covering(low, high, true, true, 400, 50);
            assertTrue(axis.ticks().stream().anyMatch(Axis.Tick::isMajor), () -> "no label on " + axis);
            for (Axis.Tick tick : axis.ticks()) {
                double digit = tick.value() / Math.pow(10, Math.floor(Math.log10(tick.value()) + 1e-9));
                assertEquals(Math.rint(digit), digit, 1e-6);
                if (tick.isMajor()) {
                    assertEquals(tick.value(), read(tick.text()), 1e-6 * tick.value());
                }
            }
            // Equal factors, equal lengths.
            double middle = Math.sqrt(axis.low() * axis.high());
            assertEquals(225, axis.pixel(middle), 1e-6);
        }
    }

    @Test
    void oneValueStillHasAnAxis() {
        for (double value : new double[] {0, 5, -3e-7, 1e6}) {
            Axis axis = Axis.covering(value, value, false, true, 0, 100);
            assertTrue(axis.low() < value && value < axis.high() || axis.low() <= value && axis.high() > axis.low());
            assertTrue(axis.ticks().size() >= 2);
        }
        Axis log = Axis.covering(0.03, 0.03, true, true, 0, 100);
        assertTrue(log.low() < 0.03 && log.high() > 0.03);
    }

    @Test
    void labelsReadWell() {
        assertEquals(List.of("0", "2k", "4k", "6k", "8k", "10k", "12k"), labels(0, 12_000));
        assertEquals(List.of("0", "5e\u22125", "1e\u22124", "1.5e\u22124", "2e\u22124"), labels(0, 2e-4));
        assertEquals(List.of("\u22121.0", "\u22120.5", "0", "0.5", "1.0"), labels(-1, 1));
    }

    private static List<String> labels(double low, double high) {
        return Axis.covering(low, high, false, true, 0, 100).ticks().stream()
                .map(Axis.Tick::text)
                .toList();
    }

    private static double read(String label) {
        String text = label.replace('\u2212', '-');
        double unit = text.endsWith("M") ? 1e6 : text.endsWith("k") ? 1e3 : 1;
        return unit * Double.parseDouble(unit == 1 ? text : text.substring(0, text.length() - 1));
    }
}
