package unitcell.engine.so3;

/**
 * Sampling grid on the sphere and the two matrices between coefficients and grid values, as EquiformerV2 uses them
 * around a pointwise activation (its SO3_Grid; grid, weights and normalisation are e3nn's).
 *
 * <p>Latitudes b_i = pi (i + 1/2) / N_lat from +y to -y, longitudes a_j = 2 pi j / N_long from z towards x. With n_l =
 * sqrt(4 pi / ((2l+1)(L+1))), Y in integral normalisation and quadrature weights w_i that sum to 1 over all points,
 * to[i, j, lm] = n_l Y_lm and from[i, j, lm] = 4 pi w_i Y_lm / n_l, so that from(to(x)) = x where M = L. Where M < L both
 * are multiplied by sqrt((2l+1)/(2M+1)) for l > M, as in the reference, so that from(to(x)) is (2l+1)/(2M+1) x there: a
 * quirk, kept because trained weights depend on it.
 *
 * <p>Coefficients are the reduced ones of {@link CoefficientLayout}, degree-major. Both matrices factorise exactly into
 * a Legendre part per latitude and coefficient and a Fourier part per longitude and order, to[i, j, lm] = toLatitude[i, lm]
 * longitude[j, m], which a kernel may use to do the two steps one after the other. Immutable; accessors return copies.
 */
public final class S2Grid {
    /** The resolution argument that asks for the default grid. */
    public static final int DEFAULT_RESOLUTION = 0;

    private final CoefficientLayout layout;
    private final int latitudes;
    private final int longitudes;
    private final double[] toLatitude; // [N_lat, K]
    private final double[] fromLatitude; // [N_lat, K]
    private final double[] longitude; // [N_long, 2M+1]

    /**
     * Builds the grid.
     *
     * @param lmax maximum degree L
     * @param mmax maximum order M, in 0..L
     * @param resolution number of latitudes and of longitudes, even and at least 2(L+1); or {@link #DEFAULT_RESOLUTION}
     *     for 2(L+1) latitudes and 2M+1 longitudes (2L+3 if M = L), which aliases visibly after an activation
     * @throws IllegalArgumentException if an argument is out of range
     */
    public S2Grid(int lmax, int mmax, int resolution) {
        layout = new CoefficientLayout(lmax, mmax);
        int least = 2 * (lmax + 1);
        if (resolution != DEFAULT_RESOLUTION && (resolution < least || resolution % 2 != 0)) {
            throw new IllegalArgumentException("grid resolution is " + resolution + ", but must be even and at least "
                    + "2*(lmax+1) = " + least + " for lmax " + lmax + ", or be left out for the default grid");
        }
        boolean byDefault = resolution == DEFAULT_RESOLUTION;
        latitudes = byDefault ? least : resolution;
        longitudes = !byDefault ? resolution : mmax == lmax ? least + 1 : 2 * mmax + 1;
        toLatitude = new double[latitudes * layout.size()];
        fromLatitude = new double[latitudes * layout.size()];
        longitude = new double[longitudes * (2 * mmax + 1)];
        fillLatitudes();
        fillLongitudes();
    }

    private void fillLatitudes() {
        int lmax = layout.lmax();
        int size = layout.size();
        Legendre legendre = new Legendre(lmax);
        double[] q = new double[Legendre.size(lmax)];
        int[] degrees = layout.degrees();
        int[] orders = layout.orders();
        double[] rescale = layout.rescale();
        for (int i = 0; i < latitudes; i++) {
            double angle = Math.PI * (i + 0.5) / latitudes;
            legendre.values(Math.cos(angle), q);
            double weight = weight(i);
            for (int c = 0; c < size; c++) {
                int l = degrees[c];
                int m = Math.abs(orders[c]);
                double p = q[Legendre.at(l, m)] * Math.pow(Math.sin(angle), m) * Math.sqrt(4 * Math.PI) * rescale[c];
                double n = Math.sqrt((2 * l + 1) * (lmax + 1.0));
                toLatitude[i * size + c] = p / n;
                fromLatitude[i * size + c] = p * n * weight;
            }
        }
    }

    private void fillLongitudes() {
        int mmax = layout.mmax();
        for (int j = 0; j < longitudes; j++) {
            double angle = 2 * Math.PI * j / longitudes;
            int centre = j * (2 * mmax + 1) + mmax;
            longitude[centre] = 1;
            for (int m = 1; m <= mmax; m++) {
                longitude[centre + m] = Math.sqrt(2) * Math.cos(m * angle);
                longitude[centre - m] = Math.sqrt(2) * Math.sin(m * angle);
            }
        }
    }

    /**
     * Quadrature weight of one point at latitude i; all points together weigh 1. Source: Kostelec and Rockmore, FFTs on
     * the rotation group (2003), the weights for an even number of equiangular latitudes, 2B in their notation.
     */
    private double weight(int i) {
        int half = latitudes / 2;
        double sum = 0;
        for (int k = 0; k < half; k++) {
            sum += Math.sin((2 * i + 1) * (2 * k + 1) * Math.PI / (4 * half)) / (2 * k + 1);
        }
        double sine = Math.sin(Math.PI * (2 * i + 1) / (4 * half));
        return 2.0 / half * sine * sum / 2 / longitudes;
    }

    /** Coefficient layout (L, M) of the grid. */
    public CoefficientLayout layout() {
        return layout;
    }

    /** Number of latitudes. */
    public int latitudes() {
        return latitudes;
    }

    /** Number of longitudes. */
    public int longitudes() {
        return longitudes;
    }

    /** Number of grid points. */
    public int points() {
        return latitudes * longitudes;
    }

    /** Coefficients to grid values, [N_lat, N_long, K]. */
    public double[] toGrid() {
        return dense(toLatitude);
    }

    /** Grid values to coefficients, [N_lat, N_long, K], to be summed over the first two. */
    public double[] fromGrid() {
        return dense(fromLatitude);
    }

    /** Legendre part of {@link #toGrid}, with normalisation and rescaling, [N_lat, K]. */
    public double[] toGridLatitude() {
        return toLatitude.clone();
    }

    /** Legendre part of {@link #fromGrid}, with normalisation, rescaling and quadrature weights, [N_lat, K]. */
    public double[] fromGridLatitude() {
        return fromLatitude.clone();
    }

    /** Fourier part of both: 1 for m = 0, sqrt(2) cos(m a) for m > 0, sqrt(2) sin(|m| a) for m < 0, [N_long, 2M+1]. */
    public double[] longitude() {
        return longitude.clone();
    }

    private double[] dense(double[] latitude) {
        int size = layout.size();
        int mmax = layout.mmax();
        int[] orders = layout.orders();
        double[] out = new double[points() * size];
        for (int i = 0; i < latitudes; i++) {
            for (int j = 0; j < longitudes; j++) {
                for (int c = 0; c < size; c++) {
                    out[(i * longitudes + j) * size + c] =
                            latitude[i * size + c] * longitude[j * (2 * mmax + 1) + mmax + orders[c]];
                }
            }
        }
        return out;
    }
}
