package unitcell.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SpeciesRankingTest {
    @Test
    void probabilitiesAndOrder() {
        float[] rows = {9, 9, 9, 9, 0, (float) Math.log(2), (float) Math.log(5), 0};
        SpeciesRanking ranking = new SpeciesRanking(rows, 1, 4);
        assertEquals(5.0 / 9, ranking.probability(3), 1e-7);
        assertEquals(2.0 / 9, ranking.probability(2), 1e-7);
        assertEquals(Math.log(1.0 / 9), ranking.logProbability(4), 1e-7);
        assertArrayEquals(new int[] {3, 2, 1, 4}, ranking.best(4));
        assertEquals(3, ranking.best());
        assertEquals(1, ranking.rank(3));
        assertEquals(3, ranking.rank(1)); // ties by atomic number
        assertEquals(4, ranking.rank(4));
    }

    @Test
    void hugeLogitsStayFinite() {
        SpeciesRanking ranking = new SpeciesRanking(new float[] {1e30f, 0, -1e30f}, 0, 3);
        assertEquals(1, ranking.probability(1));
        assertEquals(0, ranking.probability(3));
    }
}
