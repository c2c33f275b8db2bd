package unitcell.engine.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** The addressed draws: their documented layout, and their statistics at fixed seeds. */
class RandomStreamTest {
    private static final RandomStream STREAM = new RandomStream(0x0123456789ABCDEFL, 17, 42);

    @Test
    void drawsFollowTheDocumentedLayout() {
        int[] w = new int[4];
        for (long block : new long[] {0, 1, 5, 1L << 40, Philox.MAX_BLOCKS / 4 - 1}) {
            Philox.block(STREAM.seed(), block, 42L << 32 | 17, w);
            for (int i = 0; i < 4; i++) {
                assertEquals(w[i], STREAM.bits32(4 * block + i));
                assertEquals((w[i] >>> 8) / 16777216f, STREAM.uniformFloat(4 * block + i));
            }
            for (int h = 0; h < 2; h++) {
                long bits = (long) w[2 * h + 1] << 32 | Integer.toUnsignedLong(w[2 * h]);
                assertEquals(bits, STREAM.bits64(2 * block + h));
                assertEquals((bits >>> 11) / 9007199254740992.0, STREAM.uniform(2 * block + h));
                assertEquals(
                        NormalQuantile.of(((bits >>> 12) + 0.5) / 4503599627370496.0), STREAM.normal(2 * block + h));
            }
        }
    }

    @Test
    void bulkDrawsEqualSingleOnes() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(4 * 37, 64);
            for (long first : new long[] {0, 3, 1_000_001}) {
                STREAM.fillUniform(segment, 37, first);
                for (int i = 0; i < 37; i++) {
                    assertEquals(STREAM.uniformFloat(first + i), segment.getAtIndex(ValueLayout.JAVA_FLOAT, i));
                }
                STREAM.fillNormal(segment, 37, first);
                for (int i = 0; i < 37; i++) {
                    assertEquals((float) STREAM.normal(first + i), segment.getAtIndex(ValueLayout.JAVA_FLOAT, i));
                }
            }
        }
        double[] values = new double[9];
        STREAM.fillNormal(values, 5);
        assertEquals(STREAM.normal(13), values[8]);
        STREAM.fillUniform(values, 5);
        assertEquals(STREAM.uniform(5), values[0]);
    }

    @Test
    void uniformNumbersPassChiSquareAlongEveryCoordinate() {
        // One bit of a difference in the address must give unrelated numbers, whichever coordinate runs.
        for (String along : new String[] {"element", "step", "stream", "seed"}) {
            int[] counts = new int[256];
            int n = 256 * 400;
            double correlation = 0;
            double previous = 0.5;
            for (int i = 0; i < n; i++) {
                double u = switch (along) {
                    case "element" -> STREAM.uniform(i);
                    case "step" -> STREAM.atStep(i).uniform(3);
                    case "stream" -> STREAM.atStream(i).uniform(3);
                    default -> new RandomStream(i, 1, 2).uniform(3);
                };
                counts[(int) (u * 256)]++;
                correlation += (u - 0.5) * (previous - 0.5);
                previous = u;
            }
            // 255 degrees of freedom: mean 255, deviation 22.6; the bounds are 4 deviations.
            double chi2 = chiSquare(counts, 400);
            assertTrue(chi2 > 165 && chi2 < 346, along + ": chi square " + chi2);
            // The mean product of neighbours has deviation (1/12) / sqrt(n).
            assertEquals(0, correlation / n, 4.0 / 12 / Math.sqrt(n), along);
        }
    }

    @Test
    void everyBitOfAFloatDrawIsFair() {
        int n = 100_000;
        int[] ones = new int[24];
        for (int i = 0; i < n; i++) {
            int bits = (int) (STREAM.uniformFloat(i) * 16777216f);
            for (int b = 0; b < 24; b++) {
                ones[b] += bits >>> b & 1;
            }
        }
        for (int b = 0; b < 24; b++) {
            assertEquals(0.5, ones[b] / (double) n, 4 * 0.5 / Math.sqrt(n), "bit " + b);
        }
    }

    @Test
    void kolmogorovSmirnovAcceptsUniformAndNormal() {
        int n = 50_000;
        double[] uniform = new double[n];
        double[] normal = new double[n];
        STREAM.fillUniform(uniform, 0);
        STREAM.atStream(43).fillNormal(normal, 0);
        Arrays.sort(uniform);
        Arrays.sort(normal);
        double du = 0;
        double dn = 0;
        for (int i = 0; i < n; i++) {
            du = Math.max(du, Math.abs(uniform[i] - (i + 0.5) / n) + 0.5 / n);
            dn = Math.max(dn, Math.abs(NormalQuantileTest.distribution(normal[i]) - (i + 0.5) / n) + 0.5 / n);
        }
        // P(sqrt(n) D > 1.95) = 0.001.
        assertTrue(Math.sqrt(n) * du < 1.95, "uniform: " + Math.sqrt(n) * du);
        assertTrue(Math.sqrt(n) * dn < 1.95, "normal: " + Math.sqrt(n) * dn);
    }

    @Test
    void normalMomentsAreRight() {
        int n = 200_000;
        double[] sums = new double[5];
        for (int i = 0; i < n; i++) {
            double z = STREAM.normal(i);
            for (int k = 1; k <= 4; k++) {
                sums[k] += Math.pow(z, k);
            }
        }
        // Var of z, z^2, z^3, z^4: 1, 2, 15, 96.
        assertEquals(0, sums[1] / n, 4 * Math.sqrt(1.0 / n));
        assertEquals(1, sums[2] / n, 4 * Math.sqrt(2.0 / n));
        assertEquals(0, sums[3] / n, 4 * Math.sqrt(15.0 / n));
        assertEquals(3, sums[4] / n, 4 * Math.sqrt(96.0 / n));
    }

    @Test
    void boundedDrawsAreUniformForAwkwardBounds() {
        for (int bound : new int[] {1, 2, 3, 7, 100}) {
            int[] counts = new int[bound];
            for (int i = 0; i < bound * 1000; i++) {
                counts[STREAM.below(i, bound)]++;
            }
            double degrees = bound - 1.0;
            assertEquals(degrees, chiSquare(counts, 1000), 4 * Math.sqrt(2 * degrees) + 1e-9, "bound " + bound);
        }
    }

    @Test
    void boundedDrawsRefuseCandidatesExactlyAsBigIntegersSay() {
        // With this bound a quarter of the candidates is refused, so second attempts are common.
        long bound = (1L << 62) + (1L << 61) + 1;
        int redrawn = 0;
        int[] thirds = new int[3];
        for (int e = 0; e < 6000; e++) {
            long value = STREAM.below(e, bound);
            assertTrue(value >= 0 && value < bound);
            thirds[(int) (value / (bound / 3 + 1))]++;
            BigInteger modulus = BigInteger.ONE.shiftLeft(64);
            BigInteger threshold = modulus.mod(BigInteger.valueOf(bound));
            int candidate = 0;
            BigInteger product;
            do {
                long low = e | (long) (candidate / 2) << 56;
                long r = Philox.half(STREAM.seed(), low, 42L << 32 | 17, candidate % 2);
                product = new BigInteger(Long.toUnsignedString(r)).multiply(BigInteger.valueOf(bound));
                candidate++;
            } while (product.mod(modulus).compareTo(threshold) < 0);
            redrawn += candidate > 2 ? 1 : 0;
            assertEquals(product.shiftRight(64).longValueExact(), value);
        }
        assertTrue(redrawn > 50, "second attempts were needed only " + redrawn + " times: the branch is not covered");
        assertEquals(2.0, chiSquare(thirds, 2000), 10);
    }

    @Test
    void allPermutationsAreEquallyLikely() {
        int[] counts = new int[24];
        int n = 24 * 500;
        for (int i = 0; i < n; i++) {
            int[] p = STREAM.atStep(i).permutation(4);
            int code = 0;
            for (int a = 0; a < 4; a++) {
                int smaller = 0;
                for (int b = a + 1; b < 4; b++) {
                    smaller += p[b] < p[a] ? 1 : 0;
                }
                code = code * (4 - a) + smaller;
            }
            counts[code]++;
        }
        assertEquals(23, chiSquare(counts, 500), 4 * Math.sqrt(46));
        int[] big = STREAM.permutation(1000);
        assertNotEquals(0, Arrays.compare(big, STREAM.atStep(18).permutation(1000)));
        Arrays.sort(big);
        for (int i = 0; i < 1000; i++) {
            assertEquals(i, big[i]);
        }
    }

    @Test
    void samplesHaveNoRepetitionAndReachEverySubset() {
        int[] counts = new int[10];
        int n = 10 * 500;
        for (int i = 0; i < n; i++) {
            int[] s = STREAM.atStep(i).sample(5, 2);
            int a = Math.min(s[0], s[1]);
            int b = Math.max(s[0], s[1]);
            assertTrue(a >= 0 && a < b && b < 5);
            counts[b * (b - 1) / 2 + a]++;
        }
        assertEquals(9, chiSquare(counts, 500), 4 * Math.sqrt(18));
        assertEquals(0, STREAM.sample(5, 0).length);
        int[] all = STREAM.sample(6, 6);
        Arrays.sort(all);
        assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5}, all);
    }

    @Test
    void bernoulliHitsItsProbability() {
        int hits = 0;
        for (int i = 0; i < 40_000; i++) {
            hits += STREAM.bernoulli(i, 0.15) ? 1 : 0;
            assertTrue(STREAM.bernoulli(i, 1.0));
            assertTrue(!STREAM.bernoulli(i, 0.0));
        }
        assertEquals(0.15, hits / 40_000.0, 4 * Math.sqrt(0.15 * 0.85 / 40_000));
    }

    @Test
    void numbersNeverChangeBetweenVersions() {
        // A fingerprint of many draws: a stored run must be resumable with these very bits.
        CRC32C crc = new CRC32C();
        for (int i = 0; i < 1000; i++) {
            crc.update(Long.toHexString(Double.doubleToRawLongBits(STREAM.normal(i)))
                    .getBytes(StandardCharsets.US_ASCII));
            crc.update(Integer.toString(STREAM.below(i, 1 + i)).getBytes(StandardCharsets.US_ASCII));
        }
        assertEquals(0xE76C2BF1L, crc.getValue());
    }

    @Test
    void streamIdsAreFnv1a() {
        // Published test values of the 32-bit FNV-1a hash.
        assertEquals(0x811c9dc5, RandomStream.streamId(""));
        assertEquals(0xe40c292c, RandomStream.streamId("a"));
        assertEquals(0xbf9cf968, RandomStream.streamId("foobar"));
    }

    @Test
    void refusesAddressesOutsideTheLayout() {
        assertThrows(IllegalArgumentException.class, () -> new RandomStream(1, -1, 0));
        assertThrows(IllegalArgumentException.class, () -> new RandomStream(1, 1L << 32, 0));
        assertThrows(IllegalArgumentException.class, () -> STREAM.uniform(-1));
        assertThrows(IllegalArgumentException.class, () -> STREAM.uniform(1L << 56));
        assertThrows(IllegalArgumentException.class, () -> STREAM.below(0, 0));
        assertThrows(IllegalArgumentException.class, () -> STREAM.below(0, -5L));
        assertThrows(IllegalArgumentException.class, () -> STREAM.bernoulli(0, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> STREAM.sample(3, 4));
        assertThrows(IllegalArgumentException.class, () -> STREAM.fillUniform(MemorySegment.NULL, 2, (1L << 56) - 1));
    }

    private static double chiSquare(int[] counts, double expected) {
        double sum = 0;
        for (int count : counts) {
            sum += (count - expected) * (count - expected) / expected;
        }
        return sum;
    }
}
