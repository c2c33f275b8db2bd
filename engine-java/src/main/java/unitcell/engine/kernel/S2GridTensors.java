package unitcell.engine.kernel;

import unitcell.engine.Tensor;

/**
 * The matrices between spherical coefficients and a latitude-longitude grid, dense and factorised. Grid point g = b*A + a
 * for latitude b of {@code latitudes} and longitude a of A = {@code longitudes}; coefficient k in the order of the
 * features they act on. The factorisation is exact: to[b,a,k] = legendreTo[b,k] * trig[a, orders[k] + mmax], and the same
 * for from.
 *
 * @param mmax highest |order|
 * @param orders signed order m of each coefficient
 * @param toGrid [latitudes*longitudes, coefficients]
 * @param fromGrid [latitudes*longitudes, coefficients]; the transform back is its transpose
 * @param legendreTo [latitudes, coefficients]
 * @param legendreFrom [latitudes, coefficients]
 * @param trig [longitudes, 2 mmax+1]: sqrt2 sin(|m| a) for m &lt; 0, 1, sqrt2 cos(m a) for m &gt; 0
 */
public record S2GridTensors(
        int latitudes,
        int longitudes,
        int mmax,
        int[] orders,
        Tensor toGrid,
        Tensor fromGrid,
        Tensor legendreTo,
        Tensor legendreFrom,
        Tensor trig) {
    /** Grid points. */
    public int points() {
        return latitudes * longitudes;
    }

    /** Coefficients. */
    public int coefficients() {
        return orders.length;
    }
}
