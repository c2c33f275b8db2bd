package unitcell.trainer.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReadAheadTest {
    @Test
    void handsOutInOrderAndStaysBounded() throws InterruptedException {
        AtomicLong made = new AtomicLong();
        try (ReadAhead<Long> ahead = new ReadAhead<>(3, 40, 4, 5, n -> {
            made.incrementAndGet();
            return n * n;
        })) {
            for (long n = 3; n < 40; n++) {
                Thread.sleep(n % 10 == 0 ? 2 : 0);
                assertTrue(made.get() <= n - 3 + 5, "made " + made + " at " + n);
                assertEquals(n * n, ahead.next());
            }
            assertFalse(ahead.hasNext());
        }
    }

    @Test
    void failuresArriveWhereTheItemWouldHave() {
        try (ReadAhead<Long> ahead = new ReadAhead<>(0, 3, 2, 2, n -> {
            if (n == 1) {
                throw new IllegalArgumentException("item 1");
            }
            return n;
        })) {
            assertEquals(0, ahead.next());
            assertEquals(
                    "item 1",
                    assertThrows(IllegalArgumentException.class, ahead::next).getMessage());
        }
    }
}
