package unitcell.engine.cpu;

import jdk.incubator.vector.FloatVector;
import unitcell.engine.kernel.GaussianBasis;

/**
 * Gaussian smearing in float32, and which Gaussians of a distance matter.
 *
 * <p>With u = d / spacing and t = u - k, g_k = exp(-t^2 / (2 w^2)) for a width of w spacings. u is split in float64 into a
 * whole number and a fraction, so that t keeps its accuracy whatever k; in float32, u = 600 would leave it four digits.
 *
 * <p>The products of the first radial layer leave out g_k where t^2 / (2 w^2) exceeds {@value #CUT}, that is from {@link
 * #half} H &gt;= sqrt(42) w spacings on. All that is left out of one sum over k is at most 2 sum_(j &gt;= H) exp(-j^2 / (2
 * w^2)) &lt;= 2 e^-21 (1 + w^2 / H) &lt;= 2 e^-21 (1 + w / 6.4) times the largest weight: 2e-9 for w = 2, a thirtieth of
 * what float32 rounds off a single term of the largest Gaussian. Derivatives, (t / w^2) g_k, lose up to 2 e^-21 (H / w^2) (1 +
 * w / 6.4), which is 7e-9 of a largest one of 0.3 for w = 2, less than its rounding also.
 *
 * <p>Memory convention: rows of results are padded to whole vectors; what lies behind {@code count} are further Gaussians.
 */
final class VectorGaussians {
    private static final double CUT = 21;

    /** Distances are held to so many spacings, so that an infinite one has a whole part too. */
    private static final double FAR = 1 << 22;

    private static final FloatVector STEPS = Lanes.zero().addIndex(1);

    final int count;

    /** H: Gaussian k matters to distances of k-H to k+H spacings. */
    final int half;

    private final boolean all;
    private final double spacing;
    private final float exponent;
    private final float slope;

    VectorGaussians(GaussianBasis basis) {
        count = basis.count();
        spacing = basis.spacing();
        exponent = (float) (basis.coefficient() * spacing * spacing);
        slope = (float) (2 * basis.coefficient() * spacing);
        double reach = Math.sqrt(CUT / -basis.coefficient()) / spacing;
        all = !(reach < count);
        half = all ? count : Math.max(1, (int) Math.ceil(reach));
    }

    /** Classes of distances: those of one bin need the same Gaussians. */
    int bins() {
        return all ? 1 : count + 2 * half + 1;
    }

    /** Bin of a distance: Gaussians bin-2H to bin-1 matter, as far as they exist. */
    int bin(double distance) {
        int nearest = (int) Math.floor(distance / spacing);
        return all ? 0 : Math.clamp(nearest, -half - 1, count - 1 + half) + half + 1;
    }

    /** First Gaussian that matters to a bin. */
    int first(int bin) {
        return all ? 0 : Math.clamp(bin - 2 * half, 0, count);
    }

    /** One more than the last Gaussian that matters to a bin. */
    int end(int bin) {
        return all ? count : Math.min(bin, count);
    }

    /** First bin that Gaussian {@code from} and later ones matter to. */
    int firstBin(int from) {
        return all ? 0 : from + 1;
    }

    /** One more than the last bin that Gaussians before {@code to} matter to. */
    int endBin(int to) {
        return all ? 1 : to + 2 * half;
    }

    /** out[j] = g_(first+j)(distance). */
    void values(double distance, int first, long out, int count) {
        double u = distance / spacing;
        double nearest = Math.floor(Math.clamp(u, -FAR, FAR));
        FloatVector fraction = Lanes.broadcast((float) (u - nearest));
        float shift = (float) (first - nearest);
        for (int j = 0; j < count; j += Lanes.WIDTH) {
            FloatVector t = fraction.sub(STEPS.add(shift + j));
            Lanes.storeAt(out, j, Lanes.exp(t.mul(t).mul(exponent)));
        }
    }

    /** out[j] = g'_(first+j)(distance). */
    void derivatives(double distance, int first, long out, int count) {
        double u = distance / spacing;
        double nearest = Math.floor(Math.clamp(u, -FAR, FAR));
        FloatVector fraction = Lanes.broadcast((float) (u - nearest));
        float shift = (float) (first - nearest);
        for (int j = 0; j < count; j += Lanes.WIDTH) {
            FloatVector t = fraction.sub(STEPS.add(shift + j));
            FloatVector g = Lanes.exp(t.mul(t).mul(exponent));
            Lanes.storeAt(out, j, g.mul(t).mul(slope));
        }
    }
}
