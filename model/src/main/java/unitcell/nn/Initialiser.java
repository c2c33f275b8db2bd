package unitcell.nn;

/** How a parameter starts. */
public sealed interface Initialiser {
    /** Every element the same. */
    record Constant(double value) implements Initialiser {}

    /** Normal with mean 0. */
    record Normal(double deviation) implements Initialiser {}

    /** Uniform on [-bound, bound]. */
    record Uniform(double bound) implements Initialiser {}
}
