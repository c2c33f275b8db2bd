package unitcell.trainer.verify;

import unitcell.engine.DType;

/**
 * One call of a kernel, or one operation with its gradients, compared with the specification and repeated.
 *
 * @param operation as the contract calls it
 * @param dtype the element type on the device
 * @param which sizes and what is special about the arguments
 * @param error largest difference, relative to the largest magnitude of the same result; of the result nearest to its bound
 * @param bound largest error that passes
 * @param differing how many of the repeated calls gave other bits than the first
 * @param fault what else is wrong, empty if nothing
 */
public record KernelCheck(
        String operation, DType dtype, String which, double error, double bound, int differing, String fault) {
    /** Whether everything is as it should be; an error that is no number is not. */
    public boolean passed() {
        return error <= bound && differing == 0 && fault.isEmpty();
    }

    /** Error over bound, infinite where something is wrong. */
    double severity() {
        return passed() ? (error == 0 ? 0 : error / bound) : Double.POSITIVE_INFINITY;
    }
}
