package unitcell.engine;

/** Something that a device started while a kernel of the contract was called. */
public sealed interface Launched {
    /**
     * An entry point of a compiled kernel file.
     *
     * @param name the entry point
     * @param file the kernel file without its extension
     * @param image which form of the file the driver took and why, in one line
     * @param gridX blocks
     * @param gridY blocks
     * @param gridZ blocks
     * @param threads threads of a block
     * @param sharedBytes dynamic shared memory of a block
     */
    record Kernel(
            String name, String file, String image, long gridX, long gridY, long gridZ, int threads, int sharedBytes)
            implements Launched {
        /** All blocks. */
        public long blocks() {
            return gridX * gridY * gridZ;
        }
    }

    /**
     * A batch of matrix products given to whoever multiplies on the device.
     *
     * @param provider who multiplies, in one line
     * @param dtype of the factors and the results
     * @param m rows of the results
     * @param n columns of the results
     * @param k length of the sums
     * @param batch number of products
     */
    record Product(String provider, DType dtype, long m, long n, long k, int batch) implements Launched {}
}
