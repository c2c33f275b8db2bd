package unitcell.cuda;

import unitcell.engine.Precision;

/** What both ways of calling cuBLAS share: the range of its 32-bit sizes, and the words for its numbers. */
final class CublasSizes {
    private CublasSizes() {}

    /**
     * Refuses what does not fit the 32-bit sizes of the calls; addresses and batch strides are 64-bit there too.
     *
     * @throws IllegalArgumentException naming the size
     */
    static void check(Gemm.Product p) {
        long largest = Math.max(Math.max(p.m(), p.n()), p.k());
        largest = Math.max(largest, Math.max(p.a().stride(), Math.max(p.b().stride(), p.c().stride())));
        if (largest > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a matrix product of " + p.m() + " x " + p.k() + " x " + p.n()
                    + " with row strides " + p.a().stride() + ", " + p.b().stride() + " and " + p.c().stride()
                    + ": cuBLAS takes sizes up to " + Integer.MAX_VALUE);
        }
    }

    /**
     * The leading dimension of an operand: its row stride, but at least 1, which cuBLAS asks for also of an operand that has
     * no elements.
     */
    static int leading(Gemm.Operand operand) {
        return (int) Math.max(1, operand.stride());
    }

    /** The cublasMath_t of a precision: CUBLAS_DEFAULT_MATH or CUBLAS_TF32_TENSOR_OP_MATH. */
    static int mathMode(Precision precision) {
        return switch (precision) {
            case FP32 -> 0;
            case TF32 -> 3;
        };
    }

    /** 120605 as 12.6.5: the version number's own arithmetic since cuBLAS 11. */
    static String version(int number) {
        return number / 10000 + "." + number / 100 % 100 + "." + number % 100;
    }

    /** The statuses of cublasStatus_t that a working program can meet. */
    static String meaning(int status) {
        return switch (status) {
            case 1 -> " (not initialised)";
            case 3 -> " (out of memory)";
            case 7 -> " (invalid value)";
            case 8 -> " (not for this architecture)";
            case 13 -> " (execution failed)";
            case 14 -> " (internal error)";
            case 15 -> " (not supported)";
            default -> "";
        };
    }
}
