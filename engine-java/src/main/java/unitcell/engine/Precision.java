package unitcell.engine;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a device multiplies float32 matrices where its libraries offer a choice. Results are float32 either way, and nothing
 * but matrix products is affected. Float64 is always float64.
 */
public enum Precision {
    /** Products and sums in float32. */
    FP32("fp32"),
    /**
     * Tensor cores: 10 bits of each factor's mantissa are used, sums are float32. A product of vectors of length k is then
     * off by up to {@link #TF32_FACTOR} twice for the sum of magnitudes, 8,000 times as much as one rounding of float32.
     */
    TF32("tf32");

    /** Largest relative error of a factor whose lower 13 bits of mantissa are dropped. */
    public static final double TF32_FACTOR = 0x1p-10;

    private final String key;

    Precision(String key) {
        this.key = key;
    }

    /** What users call it. */
    public String key() {
        return key;
    }

    /** The precision called {@code key}, if there is one. */
    public static Optional<Precision> of(String key) {
        return Arrays.stream(values()).filter(p -> p.key.equals(key)).findFirst();
    }

    /** All names, to follow "expected". */
    public static String names() {
        return Arrays.stream(values()).map(Precision::key).collect(Collectors.joining(" or "));
    }
}
