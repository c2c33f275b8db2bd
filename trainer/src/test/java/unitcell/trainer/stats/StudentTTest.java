package unitcell.trainer.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against printed tables of t. */
class StudentTTest {
    @ParameterizedTest
    @CsvSource({
        "1, 0.95, 12.706205", "2, 0.95, 4.302653", "3, 0.95, 3.182446", "4, 0.95, 2.776445", "9, 0.95, 2.262157",
        "10, 0.95, 2.228139", "30, 0.95, 2.042272", "120, 0.95, 1.979930", "5, 0.99, 4.032143", "2, 0.9, 2.919986"
    })
    void quantiles(int freedom, double level, double expected) {
        assertEquals(expected, StudentT.quantile(freedom, level), 1e-6);
    }
}
