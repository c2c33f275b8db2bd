package unitcell.engine.kernel;

import unitcell.engine.Tensor;

/**
 * Where a backward kernel puts one gradient.
 *
 * @param tensor the gradient's memory
 * @param add true: add to what is there; false: overwrite, whatever is there must not be read
 */
public record Sink(Tensor tensor, boolean add) {
    /** A sink that overwrites. */
    public static Sink write(Tensor tensor) {
        return new Sink(tensor, false);
    }

    /** A sink that adds. */
    public static Sink add(Tensor tensor) {
        return new Sink(tensor, true);
    }
}
