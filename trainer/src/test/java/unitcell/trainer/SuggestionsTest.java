package unitcell.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Edit distances against values worked out by hand. */
class SuggestionsTest {
    @ParameterizedTest
    @CsvSource({"abc,abc,0", "abc,acb,1", "abc,ab,1", "abc,xabc,1", "kitten,sitting,3", "'',abc,3", "flaw,lawn,2"})
    void distance(String a, String b, int expected) {
        assertEquals(expected, Suggestions.distance(a, b));
        assertEquals(expected, Suggestions.distance(b, a));
    }

    @Test
    void onlyNearWordsAreSuggested() {
        List<String> words = List.of("evaluate", "pretrain", "reconstruct");
        assertEquals(Optional.of("evaluate"), Suggestions.nearest("evalaute", words));
        assertEquals(Optional.of("reconstruct"), Suggestions.nearest("recon", words));
        assertEquals(Optional.empty(), Suggestions.nearest("paint", words));
        assertEquals("", Suggestions.hint("x", words, "--"));
    }
}
