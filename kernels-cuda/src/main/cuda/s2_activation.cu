// s2Activation: coefficients to a grid over the sphere, SiLU there, and back; with scalars, coefficient 0 of the result is
// silu(scalars) instead.
//
// Memory convention: x is read once and y written once, both coalesced over channels (a warp's 32 threads are 32 channels
// of one row, or of neighbouring rows); tables and coefficients in shared memory, grid values in registers (s2_grid.cuh).
//
// Bound: the special function units. A grid point costs 2 of their operations (exponential, reciprocal) at 16 per clock
// and SM, that is 0.125 clocks; it also costs about 14 issue slots at 128 per clock (M = 2, L = 6: 6.5 for the Fourier
// sums, 2 beside the special functions, 3.5 for the Legendre sums of a latitude shared by its 18 points, the rest
// addresses), 0.11 clocks, so that both run close to full. 18 x 18 points of 7000 rows of 128 channels are 2.9e8 points:
// at 132 SMs and 1.755 GHz a floor of 157 us. Bytes: 2 * 4 * R a row and channel, 136 MB (L = 4, M = 2, R = 19) or 208 MB
// (L = 6, R = 29) for those 7000 rows, 41 or 62 us at 3.35 TB/s. A division or an exp2f without the approximate
// instructions would add 3 issue slots each and make issue the bound.
//
// History
//   1  one thread a (row, channel); mirrored latitudes and longitudes; L a constant for the usual models, otherwise read
//      from lists. Not timed: no GPU yet.
#include "s2_grid.cuh"

namespace s2 {

// Adds the share of PAIRS pairs of latitudes to the columns of results.
template <int L, int M, int SLOTS, int PAIRS, class T>
__device__ __forceinline__ void activate_latitudes(
    const int* starts, const T* to, const T* from, const T* trig, int longitudes, const T* in, T* out) {
    T f[1][2 * PAIRS][2 * M + 1];
    T h[2 * PAIRS][2 * M + 1];
    to_orders<L, M, SLOTS, PAIRS>(starts, to, in, f[0]);
    through_longitudes<M, 2 * PAIRS, 1>(trig, longitudes, f, h, [](const T(&z)[1]) { return scaled_silu(z[0]); });
    add_coefficients<L, M, SLOTS, PAIRS>(starts, from, h, out);
}

// table, lists: as s2::Tables has them  x, y: [rows, K, C]  scalars: C columns with their row stride, or null
template <class T, int L, int M, int PAIRS>
__device__ __forceinline__ void activation(
    const T* table, const int* lists, int coefficients, int latitude_pairs, int longitudes, const T* x,
    const T* scalars, int64_t scalar_stride, T* y, int64_t rows, int64_t channels) {
    constexpr int SLOTS = SLOTS_OF<PAIRS>;
    DYNAMIC_SHARED(T, shared);
    const Tables<T, M, PAIRS> tables(
        shared, table, lists, coefficients, latitude_pairs, longitudes, int(channels), 2);
    const int64_t item = grid_index();
    if (item >= rows * channels) {
        return;
    }
    const int64_t row = item / channels;
    const int64_t channel = item - row * channels;
    const int64_t start = row * coefficients * channels + channel;
    T* const in = tables.columns + threadIdx.x;
    T* const out = in + coefficients * THREADS<T>;
    fill_column<L, M>(tables.offsets, coefficients, in, [=](int offset) { return x[start + offset]; });
    clear_column(coefficients, out);
    int pair = 0;
    for (; pair + PAIRS <= latitude_pairs; pair += PAIRS) {
        const int at = tables.at(pair);
        activate_latitudes<L, M, SLOTS, PAIRS>(
            tables.starts, tables.to + at, tables.from + at, tables.trig, longitudes, in, out);
    }
    if constexpr (PAIRS > 1) {
        for (; pair < latitude_pairs; pair++) {
            const int at = tables.at(pair);
            activate_latitudes<L, M, SLOTS, 1>(
                tables.starts, tables.to + at, tables.from + at, tables.trig, longitudes, in, out);
        }
    }
    // With scalars, coefficient 0 does not come from the grid.
    const int none = scalars == nullptr ? -1 : 0;
    drain_column<L, M>(tables.offsets, coefficients, out, [=](int offset, T value) {
        if (offset != none) {
            y[start + offset] = value;
        }
    });
    if (scalars != nullptr) {
        y[start] = silu_of(scalars[row * scalar_stride + channel]);
    }
}

} // namespace s2

#define S2_PARAMETERS                                                                                          \
    (const T* table, const int* lists, int coefficients, int latitude_pairs, int longitudes, const T* x,       \
     const T* scalars, int64_t scalar_stride, T* y, int64_t rows, int64_t channels)
#define S2_CALL(L, M, PAIRS)                                                                                   \
    s2::activation<T, L, M, PAIRS>(                                                                            \
        table, lists, coefficients, latitude_pairs, longitudes, x, scalars, scalar_stride, y, rows, channels)
#define S2_ANY(M, PAIRS)                                                                                             \
    ENTRY_FOR(s2_activation_m##M##_p##PAIRS, f32, float, s2::THREADS<T>, S2_PARAMETERS, S2_CALL(s2::LISTED, M, PAIRS)) \
    ENTRY_FOR(s2_activation_m##M##_p1, f64, double, s2::THREADS<T>, S2_PARAMETERS, S2_CALL(s2::LISTED, M, 1))
// 12 blocks of 2 warps an SM: 80 registers, which the columns' shared memory allows as well.
#define S2_BOUNDS s2::THREADS<T>, 12
#define S2_FAST(L, M, PAIRS)                                                                                  \
    ENTRY_FOR(s2_activation_l##L##_m##M##_p##PAIRS, f32, float, S2_BOUNDS, S2_PARAMETERS, S2_CALL(L, M, PAIRS))

S2_ANY(0, 3)
S2_ANY(1, 3)
S2_ANY(2, 3)
S2_ANY(3, 2)
S2_ANY(4, 1)
S2_ANY(5, 1)
S2_ANY(6, 1)
S2_FAST(2, 2, 3)
S2_FAST(4, 2, 3)
S2_FAST(4, 4, 1)
S2_FAST(6, 2, 3)
S2_FAST(6, 3, 2)
S2_FAST(6, 6, 1)
