package unitcell.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void numbersStandRightAndTextLeft() {
        String table = TextTable.render(
                List.of("set", "n", "valid"),
                List.of(List.of("generated", "10,000", "83.2 %"), List.of("truth", "7", "-")));
        assertEquals("""
                set             n   valid
                generated  10,000  83.2 %
                truth           7       -
                """, table);
    }

    @Test
    void aRowOfAnotherLengthIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> TextTable.render(List.of("a"), List.of(List.of("1", "2"))));
    }
}
