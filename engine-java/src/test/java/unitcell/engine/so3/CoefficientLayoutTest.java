package unitcell.engine.so3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoefficientLayoutTest {
    @ParameterizedTest
    @CsvSource({"6,2,29", "4,2,19", "2,2,9", "0,0,1", "3,0,4", "4,4,25"})
    void countsAreThoseOfTheReference(int lmax, int mmax, int size) {
        CoefficientLayout layout = new CoefficientLayout(lmax, mmax);
        assertEquals(size, layout.size());
        assertEquals((lmax + 1) * (lmax + 1), layout.fullSize());
        assertEquals(size, layout.degreeStart(lmax + 1));
        assertEquals(size, layout.mStart(mmax + 1));
    }

    @Test
    void ordersWrittenOutByHand() {
        // l=0: 0 | l=1: 1 2 3 | l=2: 4 5 6 7 8 | l=3, full: 9..15, kept -1, 0, 1
        CoefficientLayout layout = new CoefficientLayout(3, 1);
        assertArrayEquals(new int[] {0, 1, 2, 3, 5, 6, 7, 11, 12, 13}, layout.fullIndices());
        assertArrayEquals(new int[] {0, 1, 1, 1, 2, 2, 2, 3, 3, 3}, layout.degrees());
        assertArrayEquals(new int[] {0, -1, 0, 1, -1, 0, 1, -1, 0, 1}, layout.orders());
        // m=0 of l=0..3, then +1 of l=1..3, then -1 of l=1..3
        assertArrayEquals(new int[] {0, 2, 5, 8, 3, 6, 9, 1, 4, 7}, layout.toM());
        assertArrayEquals(new int[] {0, 7, 1, 4, 8, 2, 5, 9, 3, 6}, layout.fromM());
        assertEquals(4, layout.mSize(0));
        assertEquals(3, layout.mSize(1));
        assertEquals(4, layout.mStart(1));
        double two = Math.sqrt(5 / 3.0);
        double three = Math.sqrt(7 / 3.0);
        assertArrayEquals(new double[] {1, 1, 1, 1, two, two, two, three, three, three}, layout.rescale(), 1e-15);
        assertArrayEquals(new int[] {0, 1, 1, 1, 2, 2, 2, 2, 2}, new CoefficientLayout(2, 0).fullDegrees());
    }

    @ParameterizedTest
    @CsvSource({"6,2", "6,6", "5,3", "2,0"})
    void permutationsInvertEachOther(int lmax, int mmax) {
        CoefficientLayout layout = new CoefficientLayout(lmax, mmax);
        int[] toM = layout.toM();
        int[] fromM = layout.fromM();
        int[] degrees = layout.degrees();
        int[] orders = layout.orders();
        for (int i = 0; i < layout.size(); i++) {
            assertEquals(i, toM[fromM[i]]);
            assertEquals(i, layout.reducedIndex(degrees[i], orders[i]));
            int m = Math.abs(orders[i]);
            int expected = layout.mStart(m) + (orders[i] < 0 ? layout.mSize(m) : 0) + degrees[i] - m;
            assertEquals(expected, fromM[i]);
        }
    }

    @Test
    void identityIsByBothMaxima() {
        assertEquals(new CoefficientLayout(4, 2), new CoefficientLayout(4, 2));
        assertEquals(new CoefficientLayout(4, 2).hashCode(), new CoefficientLayout(4, 2).hashCode());
        assertNotEquals(new CoefficientLayout(4, 2), new CoefficientLayout(4, 3));
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new CoefficientLayout(-1, 0));
        assertThrows(IllegalArgumentException.class, () -> new CoefficientLayout(1000, 0));
        assertThrows(IllegalArgumentException.class, () -> new CoefficientLayout(2, 3));
        assertThrows(IllegalArgumentException.class, () -> new CoefficientLayout(2, -1));
        CoefficientLayout layout = new CoefficientLayout(4, 2);
        assertThrows(IllegalArgumentException.class, () -> layout.reducedIndex(4, 3));
        assertThrows(IllegalArgumentException.class, () -> layout.mSize(3));
    }
}
