package unitcell.cuda;

import unitcell.engine.DType;

/**
 * Matrix products on the device, row-major, on the device's stream: JCublas where it loads, otherwise the same calls of
 * whichever cuBLAS is installed, otherwise the project's own tiled kernel.
 */
interface Gemm extends AutoCloseable {
    /**
     * One operand of a batch of products: element (i, j) of product b lies at {@code address + (b*batchStride + i*stride +
     * j) * bytes}, or with i and j exchanged where {@code transposed}.
     *
     * @param address device address of the first element
     * @param stride elements from one stored row to the next
     * @param batchStride elements from one product's operand to the next's; 0 shares it
     */
    record Operand(long address, long stride, long batchStride, boolean transposed) {
        Operand(long address, long stride) {
            this(address, stride, 0, false);
        }

        Operand transpose() {
            return new Operand(address, stride, batchStride, !transposed);
        }
    }

    /**
     * {@code batch} products c = alpha a b + beta c; with beta 0, c is not read.
     *
     * @param dtype element type of all three
     * @param m rows of a and c
     * @param n columns of b and c
     * @param k columns of a and rows of b
     * @param c not transposed
     */
    record Product(
            DType dtype,
            long m,
            long n,
            long k,
            double alpha,
            Operand a,
            Operand b,
            double beta,
            Operand c,
            int batch) {}

    /** Submits the products. Sizes may be zero. */
    void multiply(Product product);

    /** Which provider this is, in one line for the user. */
    String description();

    @Override
    void close();
}
