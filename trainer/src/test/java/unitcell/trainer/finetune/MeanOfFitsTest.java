package unitcell.trainer.finetune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A mean worked out by hand, and what is left out of it. */
class MeanOfFitsTest {
    @Test
    void meanOfThree() {
        MeanOfFits mean = MeanOfFits.of(new double[] {1, 2, 6});
        assertEquals(3, mean.mean());
        assertEquals(Math.sqrt(7), mean.sd(), 1e-12);
        assertEquals(3 - 4.302653 * Math.sqrt(7.0 / 3), mean.low(), 1e-5);
        assertEquals(3 + 4.302653 * Math.sqrt(7.0 / 3), mean.high(), 1e-5);
        assertEquals(3, mean.n());
    }

    @Test
    void whatHasNoValueIsLeftOut() {
        MeanOfFits one = MeanOfFits.of(new double[] {Double.NaN, 4});
        assertEquals(4, one.mean());
        assertEquals(1, one.n());
        assertTrue(Double.isNaN(one.sd()));
        assertEquals("4.0000", one.text());
        assertEquals("-", MeanOfFits.of(new double[] {Double.NaN}).text());
    }
}
