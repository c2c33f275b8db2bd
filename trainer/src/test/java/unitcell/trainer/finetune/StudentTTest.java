package unitcell.trainer.finetune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.trainer.stats.StudentT;

/** Against printed tables of t, and a mean worked out by hand. */
class StudentTTest {
    @ParameterizedTest
    @CsvSource({
        "1, 0.95, 12.706205", "2, 0.95, 4.302653", "3, 0.95, 3.182446", "4, 0.95, 2.776445", "9, 0.95, 2.262157",
        "10, 0.95, 2.228139", "30, 0.95, 2.042272", "120, 0.95, 1.979930", "5, 0.99, 4.032143", "2, 0.9, 2.919986"
    })
    void quantiles(int freedom, double level, double expected) {
        assertEquals(expected, StudentT.quantile(freedom, level), 1e-6);
    }

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
