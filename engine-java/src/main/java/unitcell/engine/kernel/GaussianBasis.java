package unitcell.engine.kernel;

/**
 * Gaussian smearing of a distance: g_k(d) = exp(coefficient * (d - k*spacing)^2), k = 0..count-1, as EquiformerV2's
 * GaussianSmearing with start 0.
 *
 * @param count K
 * @param spacing distance between centres in angstrom
 * @param coefficient -0.5 / (width * spacing)^2, per angstrom squared
 */
public record GaussianBasis(int count, double spacing, double coefficient) {
    /** Centres linspace(0, cutoff, count), standard deviation {@code width} spacings. */
    public static GaussianBasis of(double cutoff, int count, double width) {
        double spacing = cutoff / (count - 1);
        return new GaussianBasis(count, spacing, -0.5 / (width * spacing * width * spacing));
    }
}
