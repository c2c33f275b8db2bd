package unitcell.cuda;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How cuBLAS multiplies float32 matrices. The property {@code unitcell.cuda.precision} chooses; results are float32 either
 * way.
 */
enum Precision {
    /** Products and sums in float32. */
    FP32("fp32", 0),
    /**
     * Tensor cores: factors are rounded to 10 bits of mantissa (relative error 2^-11 each), sums are float32. A product of
     * vectors of length k then has a relative error of about 2^-10 of the sum of magnitudes, 8,000 times that of float32.
     */
    TF32("tf32", 3);

    /** The property that chooses. */
    static final String PROPERTY = "unitcell.cuda.precision";

    private final String key;
    private final int mathMode;

    Precision(String key, int mathMode) {
        this.key = key;
        this.mathMode = mathMode;
    }

    /** What users call it. */
    String key() {
        return key;
    }

    /** Its cublasMath_t. */
    int mathMode() {
        return mathMode;
    }

    /** The precision that the property names. */
    static Precision chosen() {
        String name = System.getProperty(PROPERTY, FP32.key);
        return named(name)
                .orElseThrow(() -> new IllegalArgumentException(PROPERTY + " is '" + name + "'; expected "
                        + Arrays.stream(values()).map(Precision::key).collect(Collectors.joining(" or "))));
    }

    /** The precision that users call so; empty if there is none. */
    static Optional<Precision> named(String key) {
        return Arrays.stream(values()).filter(p -> p.key.equals(key)).findFirst();
    }
}
