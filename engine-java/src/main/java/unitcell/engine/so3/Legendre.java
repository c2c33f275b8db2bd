package unitcell.engine.so3;

/**
 * The polar factors of the real spherical harmonics: Q_lm(t) = N_lm P_lm(t) / (1-t^2)^(m/2), m >= 0, with t the cosine
 * of the polar angle, P the associated Legendre function without Condon-Shortley phase and N_lm =
 * sqrt((2l+1)/4pi (l-m)!/(l+m)!).
 *
 * <p>Dividing by the power of the sine leaves polynomials in t, so neither the values nor the derivatives have a pole.
 * Packed as [(L+1)(L+2)/2], index l(l+1)/2 + m. Recurrence in l at fixed m (the stable direction):
 * Q_lm = a_lm (t Q_{l-1,m} - b_lm Q_{l-2,m}), started by Q_mm = sqrt((2m+1)/2m) Q_{m-1,m-1} and Q_00 = sqrt(1/4pi).
 */
final class Legendre {
    private final int lmax;
    private final double[] diagonal; // [L+1] Q_mm, constants
    private final double[] a; // packed, for l > m
    private final double[] b; // packed, for l > m + 1

    Legendre(int lmax) {
        this.lmax = Degrees.check(lmax);
        diagonal = new double[lmax + 1];
        a = new double[size(lmax)];
        b = new double[size(lmax)];
        diagonal[0] = Math.sqrt(1 / (4 * Math.PI));
        for (int m = 1; m <= lmax; m++) {
            diagonal[m] = diagonal[m - 1] * Math.sqrt((2 * m + 1) / (2.0 * m));
        }
        for (int m = 0; m <= lmax; m++) {
            for (int l = m + 1; l <= lmax; l++) {
                double below = l - 1;
                a[at(l, m)] = Math.sqrt((4.0 * l * l - 1) / (l * l - m * m));
                b[at(l, m)] = Math.sqrt((below * below - m * m) / (4 * below * below - 1));
            }
        }
    }

    static int size(int lmax) {
        return (lmax + 1) * (lmax + 2) / 2;
    }

    static int at(int l, int m) {
        return l * (l + 1) / 2 + m;
    }

    /** Writes Q_lm(t) to {@code q}, packed. */
    void values(double t, double[] q) {
        for (int m = 0; m <= lmax; m++) {
            q[at(m, m)] = diagonal[m];
            for (int l = m + 1; l <= lmax; l++) {
                int i = at(l, m);
                double before = l == m + 1 ? 0 : b[i] * q[at(l - 2, m)];
                q[i] = a[i] * (t * q[at(l - 1, m)] - before);
            }
        }
    }

    /** Writes dQ_lm/dt to {@code dq}, packed, given the values at the same t. */
    void derivatives(double t, double[] q, double[] dq) {
        for (int m = 0; m <= lmax; m++) {
            dq[at(m, m)] = 0;
            for (int l = m + 1; l <= lmax; l++) {
                int i = at(l, m);
                double before = l == m + 1 ? 0 : b[i] * dq[at(l - 2, m)];
                dq[i] = a[i] * (q[at(l - 1, m)] + t * dq[at(l - 1, m)] - before);
            }
        }
    }
}
