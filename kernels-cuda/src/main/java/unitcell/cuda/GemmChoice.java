package unitcell.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jcuda.driver.CUstream;
import unitcell.engine.DeviceException;
import unitcell.engine.Precision;

/**
 * Chooses who multiplies matrices: JCublas where {@code libcublas.so.12} exists, otherwise any cuBLAS through
 * java.lang.foreign, otherwise the project's own kernel. The property {@code unitcell.cuda.gemm} names one instead.
 */
enum GemmChoice {
    JCUBLAS("jcublas"),
    FOREIGN("cublas"),
    TILED("tiled");

    /** The property that names one. */
    static final String PROPERTY = "unitcell.cuda.gemm";

    private final String key;

    GemmChoice(String key) {
        this.key = key;
    }

    /** Opens what the property names, or the first that works. */
    static Gemm open(CudaQueue queue, CUstream stream, Precision precision) {
        String named = System.getProperty(PROPERTY);
        List<String> tried = new ArrayList<>();
        for (GemmChoice choice : named == null ? List.of(values()) : List.of(of(named))) {
            Gemm gemm = choice.attempt(queue, stream, precision, named != null, tried);
            if (gemm != null) {
                return gemm;
            }
        }
        throw new DeviceException("-D" + PROPERTY + "=" + named + " cannot be used: " + String.join("; ", tried));
    }

    /** The first that multiplies in a precision beside the device's own, of those that the property allows; null if none. */
    static Gemm find(CudaQueue queue, CUstream stream, Precision precision) {
        String named = System.getProperty(PROPERTY);
        List<String> tried = new ArrayList<>();
        for (GemmChoice choice : named == null ? List.of(values()) : List.of(of(named))) {
            if (choice == TILED && precision != Precision.FP32) {
                continue;
            }
            Gemm gemm = choice.attempt(queue, stream, precision, named != null, tried);
            if (gemm != null) {
                return gemm;
            }
        }
        return null;
    }

    /** Each way that the property allows, by its name, with what it is or why it cannot be used. */
    static Map<String, String> describe(CudaQueue queue, CUstream stream) {
        Map<String, String> ways = new LinkedHashMap<>();
        String named = System.getProperty(PROPERTY);
        for (GemmChoice choice : named == null ? List.of(values()) : List.of(of(named))) {
            List<String> tried = new ArrayList<>();
            try (Gemm gemm = choice.attempt(queue, stream, Precision.FP32, true, tried)) {
                ways.put(
                        choice.key,
                        gemm == null
                                ? "not here (one way is enough): " + String.join("; ", tried)
                                : gemm.description());
            }
        }
        return ways;
    }

    private static GemmChoice of(String name) {
        for (GemmChoice choice : values()) {
            if (choice.key.equals(name)) {
                return choice;
            }
        }
        throw new IllegalArgumentException(PROPERTY + " is '" + name + "'; expected "
                + Arrays.stream(values()).map(c -> c.key).collect(Collectors.joining(", ")));
    }

    private Gemm attempt(CudaQueue queue, CUstream stream, Precision precision, boolean named, List<String> tried) {
        return switch (this) {
            case JCUBLAS -> JcublasGemm.find(stream, precision, tried);
            case FOREIGN -> ForeignCublas.find(HostPointer.address(stream), precision, tried);
            case TILED -> {
                if (precision != Precision.FP32) {
                    throw new DeviceException("precision " + precision.key() + " needs cuBLAS, and "
                            + (named
                                    ? "-D" + PROPERTY + "=" + key + " is given"
                                    : "there is none: " + String.join("; ", tried))
                            + "; choose --precision " + Precision.FP32.key());
                }
                yield new TiledGemm(queue, named ? "named by " + PROPERTY : String.join("; ", tried));
            }
        };
    }
}
