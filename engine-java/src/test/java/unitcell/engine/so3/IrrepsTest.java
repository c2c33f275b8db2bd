package unitcell.engine.so3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.engine.so3.Irreps.Parity;
import unitcell.engine.so3.Irreps.Term;

class IrrepsTest {
    @Test
    void textGivesTheTermsInOrder() {
        Irreps irreps = Irreps.parse(" 8x0e+16x1o + 2e ");
        assertEquals(
                List.of(new Term(8, 0, Parity.EVEN), new Term(16, 1, Parity.ODD), new Term(1, 2, Parity.EVEN)),
                irreps.terms());
        assertEquals(8 + 48 + 5, irreps.dimension());
        assertEquals(25, irreps.count());
        assertEquals(2, irreps.lmax());
        assertEquals("8x0e + 16x1o + 1x2e", irreps.toString());
        assertEquals(irreps, Irreps.parse(irreps.toString()));
    }

    @Test
    void emptyTextIsTheZeroSpace() {
        Irreps irreps = Irreps.parse("  ");
        assertEquals(0, irreps.dimension());
        assertEquals(-1, irreps.lmax());
        assertEquals("", irreps.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "8x0", "8y0e", "e", "-1x0e", "8x-1o", "8x0e +", "+ 8x0e", "8x0e 1o", "99999999999x0e"})
    void malformedTermsAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Irreps.parse(text));
    }

    @ParameterizedTest
    @CsvSource({"8x0e + 3z1o, 3z1o, 7", "8x0e + , '', 7", "q, q, 1"})
    void messagesNameTheTermAndItsColumn(String text, String term, int column) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Irreps.parse(text));
        assertTrue(e.getMessage().contains("\"" + term + "\" at column " + column + " "), e.getMessage());
    }
}
