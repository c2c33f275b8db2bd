package unitcell.autograd;

/** The vector-Jacobian product of one recorded operation. */
@FunctionalInterface
public interface Backward {
    /** Reads the gradients of the operation's results and puts those of its inputs where {@code gradients} says. */
    void run(Gradients gradients);
}
