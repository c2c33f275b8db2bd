package unitcell.trainer.label;

/** Numbers in messages. */
final class Numbers {
    private Numbers() {}

    /** The shortest decimal, whole numbers without a fraction. */
    static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
