package unitcell.net.check;

/**
 * How far predictions lie apart, or how large they are: the largest magnitude of each kind.
 *
 * @param scalars over the scalars of atoms
 * @param vectors over the lengths of the atoms' vectors, which no rotation changes
 * @param means over the scalars of crystals
 */
public record Deviation(double scalars, double vectors, double means) {
    /** None at all. */
    public static final Deviation ZERO = new Deviation(0, 0, 0);

    /** Each divided by the other's; where that is zero, undivided. */
    public Deviation relativeTo(Deviation magnitude) {
        return new Deviation(
                ratio(scalars, magnitude.scalars()),
                ratio(vectors, magnitude.vectors()),
                ratio(means, magnitude.means()));
    }

    private static double ratio(double a, double b) {
        return b == 0 ? a : a / b;
    }

    /** The larger of each. */
    public Deviation max(Deviation other) {
        return new Deviation(
                Math.max(scalars, other.scalars()), Math.max(vectors, other.vectors()), Math.max(means, other.means()));
    }

    /** The sums. */
    public Deviation plus(Deviation other) {
        return new Deviation(scalars + other.scalars(), vectors + other.vectors(), means + other.means());
    }

    /** Each times a factor. */
    public Deviation times(double factor) {
        return new Deviation(factor * scalars, factor * vectors, factor * means);
    }

    /** Whether none is larger than the other's; a NaN is. */
    public boolean isWithin(Deviation bound) {
        return scalars <= bound.scalars() && vectors <= bound.vectors() && means <= bound.means();
    }

    /** The largest of the three; NaN if one is NaN. */
    public double largest() {
        return Math.max(scalars, Math.max(vectors, means));
    }
}
