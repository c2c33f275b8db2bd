// wignerD: D^0..D^L of rotations by the recursion of so3.WignerRecurrence (Ivanic and Ruedenberg), D^l from D^1 = R and
// D^(l-1): row m is a sum of at most five terms c R[i, :] D^(l-1)[a, :], with c, i and a depending on l and m only.
//
// Memory convention: rotations [E, 9] are read once and packed blocks [E, D] written once, both as contiguous runs. In
// between the matrices of a block's edges lie in shared memory element by element, edges side by side (with one column
// of padding, so that neither the recursion nor the transposition meets bank conflicts): a lane works on one edge, and
// a warp, or half of one in float64, on one row of a degree at a time, so that its terms are the same for all lanes.
//
// Bound by latency: 1.8 kB an edge written at L=6 (660 bytes at L=4), about 4,400 (1,500) operations. E=7000 at 3.35
// TB/s: 3.9 us (1.5 us).
//
// History
//   1  first version. Not timed: no GPU yet.
#include "common.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int LMAX = 6;
constexpr int TERMS = 5;
constexpr int ROWS = (LMAX + 1) * (LMAX + 1);

__host__ __device__ constexpr int wigner_offset(int l) {
    return l * (2 * l - 1) * (2 * l + 1) / 3;
}

// Square root when compiling: Newton's iteration from above, which ends where it stops falling.
constexpr double constant_sqrt(double a) {
    double x = a < 1 ? 1 : a;
    double next = 0.5 * (x + a / x);
    while (next < x) {
        x = next;
        next = 0.5 * (x + a / x);
    }
    return x;
}

// The terms of row (l, m), number l*l + l + m, and the scales of columns (l, n). Unused terms have coefficient 0.
struct Recurrence {
    double coefficient[ROWS * TERMS] = {};
    int axis[ROWS * TERMS] = {};
    int source[ROWS * TERMS] = {};
    double scale[ROWS] = {};

    constexpr Recurrence() {
        for (int l = 2; l <= LMAX; l++) {
            for (int m = -l; m <= l; m++) {
                const int k = m < 0 ? -m : m;
                const int row = l * l + l + m;
                scale[row] = 1 / constant_sqrt(k == l ? 2.0 * l * (2 * l - 1) : double(l * l - m * m));
                fill(l, m, k, row * TERMS);
            }
        }
    }

    constexpr void fill(int l, int m, int k, int next) {
        const double v = 0.5 * constant_sqrt((m == 0 ? 2.0 : 1.0) * (l + k - 1) * (l + k)) * (m == 0 ? -1 : 1);
        if (k < l) {
            put_term(next++, l, constant_sqrt(double(l * l - m * m)), 0, m);
        }
        if (m == 0) {
            put_term(next++, l, v, 1, 1);
            put_term(next++, l, v, -1, -1);
        } else {
            // Orders +-1 meet order 0, whose harmonic lacks the factor sqrt(2) and has no sine partner.
            const double one = k == 1 ? constant_sqrt(2.0) : 1;
            if (m > 0) {
                put_term(next++, l, v * one, 1, m - 1);
                if (k > 1) {
                    put_term(next++, l, -v, -1, 1 - m);
                }
            } else {
                if (k > 1) {
                    put_term(next++, l, v, 1, m + 1);
                }
                put_term(next++, l, v * one, -1, -m - 1);
            }
        }
        if (m != 0 && k <= l - 2) {
            const double w = -0.5 * constant_sqrt(double((l - k - 1) * (l - k)));
            put_term(next++, l, w, 1, m > 0 ? m + 1 : m - 1);
            put_term(next++, l, m > 0 ? w : -w, -1, m > 0 ? -m - 1 : -m + 1);
        }
    }

    constexpr void put_term(int at, int l, double c, int i, int a) {
        coefficient[at] = c;
        axis[at] = i + 1;
        source[at] = a + l - 1;
    }
};

__constant__ const Recurrence recurrence = Recurrence();

// Edges of a block, one in each lane: half as many in float64, whose matrices take twice the shared memory.
template <class T>
constexpr int EDGES = 128 / int(sizeof(T));

// Row m (counted from 0) of degree L for one edge; element i of its matrices stands at d[i * PITCH].
template <int L, int PITCH, class T>
__device__ __forceinline__ void recurrence_row(int m, T* d) {
    constexpr int NARROW = 2 * L - 1;
    const T* before = d + wigner_offset(L - 1) * PITCH;
    const int row = L * L + m;
    T left = 0;
    T right = 0;
    T middle[NARROW];
#pragma unroll
    for (int n = 0; n < NARROW; n++) {
        middle[n] = 0;
    }
    for (int t = row * TERMS; t < (row + 1) * TERMS; t++) {
        const T c = T(recurrence.coefficient[t]);
        if (c == 0) {
            break; // the rest is unused
        }
        const T* axis = d + (1 + 3 * recurrence.axis[t]) * PITCH; // a row of R, which is D^1
        const T* p = before + recurrence.source[t] * (NARROW * PITCH);
        const T x = c * axis[0];
        const T y = c * axis[PITCH];
        const T z = c * axis[2 * PITCH];
        const T minus = p[0];
        const T plus = p[(NARROW - 1) * PITCH];
        // Real and imaginary part of (z + i x)(plus + i minus): the step from order L - 1 to order L.
        right += z * plus - x * minus;
        left += z * minus + x * plus;
#pragma unroll
        for (int n = 0; n < NARROW; n++) {
            middle[n] += y * p[n * PITCH];
        }
    }
    T* to = d + (wigner_offset(L) + m * (2 * L + 1)) * PITCH;
    const double* scale = recurrence.scale + L * L;
    to[0] = T(scale[0]) * left;
    to[2 * L * PITCH] = T(scale[2 * L]) * right;
#pragma unroll
    for (int n = 0; n < NARROW; n++) {
        to[(1 + n) * PITCH] = T(scale[1 + n]) * middle[n];
    }
}

// Degrees 2 to L, one after the other.
template <int L, int PITCH, class T>
__device__ __forceinline__ void degrees(T* d) {
    if constexpr (L > 1) {
        degrees<L - 1, PITCH>(d);
        __syncthreads();
        for (int m = threadIdx.x / EDGES<T>; m < 2 * L + 1; m += THREADS / EDGES<T>) {
            recurrence_row<L, PITCH>(m, d + threadIdx.x % EDGES<T>);
        }
    }
}

template <int L, class T>
__device__ void wigner_d(const T* rotation, T* wigner, int64_t edges) {
    constexpr int SIZE = wigner_offset(L + 1);
    constexpr int PITCH = EDGES<T> + 1;
    DYNAMIC_SHARED(T, d);
    const int64_t first = int64_t(blockIdx.x) * EDGES<T>;
    const int count = int(min(int64_t(EDGES<T>), edges - first));
    if (threadIdx.x < EDGES<T>) {
        d[threadIdx.x] = 1;
    }
    if constexpr (L > 0) {
        // Lanes beyond the last edge go through the recursion with ones and are not written.
        for (int i = threadIdx.x; i < 9 * EDGES<T>; i += THREADS) {
            d[(1 + i % 9) * PITCH + i / 9] = i < 9 * count ? rotation[9 * first + i] : T(1);
        }
    }
    degrees<L, PITCH>(d);
    __syncthreads();
    for (int i = threadIdx.x; i < count * SIZE; i += THREADS) {
        wigner[first * SIZE + i] = d[i % SIZE * PITCH + i / SIZE];
    }
}

} // namespace

#define WIGNER_D(lmax)                                                              \
    ENTRY(wigner_d_l##lmax, THREADS, (const T* rotation, T* wigner, int64_t edges), \
          wigner_d<lmax, T>(rotation, wigner, edges))

WIGNER_D(0)
WIGNER_D(1)
WIGNER_D(2)
WIGNER_D(3)
WIGNER_D(4)
WIGNER_D(5)
WIGNER_D(6)
