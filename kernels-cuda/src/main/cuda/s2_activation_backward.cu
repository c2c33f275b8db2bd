// s2ActivationBackward: dx = to_grid^T (silu'(to_grid x) * from_grid dy), grid values computed again; with scalars,
// coefficient 0 of dy goes to dscalars instead.
//
// Memory convention: x and dy are read once, dx is written (or added to) once, all coalesced over channels; tables and
// coefficients in shared memory, grid values in registers (s2_grid.cuh). dx may be null, then no grid value is computed.
//
// Bound: issue slots. A grid point costs 2 special function operations, 0.125 clocks of an SM, and about 21 issue slots,
// 0.165 clocks (M = 2, L = 6: three Fourier sums 9.5, slope and product 7, Legendre sums 5 for a latitude shared by its 18
// points). 18 x 18 points of 7000 rows of 128 channels: 210 us at 132 SMs and 1.755 GHz. Bytes: 3 * 4 * R a row and
// channel, 204 MB (L = 4, M = 2) or 312 MB (L = 6) for those rows, 61 or 93 us at 3.35 TB/s.
//
// History
//   1  one thread a (row, channel); mirrored latitudes and longitudes; L a constant for the usual models, otherwise read
//      from lists. Not timed: no GPU yet.
#include "s2_grid.cuh"

namespace s2 {

// Adds the share of PAIRS pairs of latitudes to the columns of dx.
template <int L, int M, int SLOTS, int PAIRS, class T>
__device__ __forceinline__ void activate_latitudes_backward(
    const int* starts, const T* to, const T* from, const T* trig, int longitudes, const T* in, const T* g, T* out) {
    T f[2][2 * PAIRS][2 * M + 1];
    T h[2 * PAIRS][2 * M + 1];
    to_orders<L, M, SLOTS, PAIRS>(starts, to, in, f[0]);
    to_orders<L, M, SLOTS, PAIRS>(starts, from, g, f[1]);
    through_longitudes<M, 2 * PAIRS, 2>(
        trig, longitudes, f, h, [](const T(&z)[2]) { return times_silu_slope(z[0], z[1]); });
    add_coefficients<L, M, SLOTS, PAIRS>(starts, to, h, out);
}

// table, lists: as s2::Tables has them  dy, x, dx: [rows, K, C]  scalars, dscalars: C columns with their row stride, or
// null
template <class T, int L, int M, int PAIRS>
__device__ __forceinline__ void activation_backward(
    const T* table, const int* lists, int coefficients, int latitude_pairs, int longitudes, const T* dy, const T* x,
    const T* scalars, int64_t scalar_stride, T* dx, bool add, T* dscalars, int64_t dscalar_stride, bool add_scalars,
    int64_t rows, int64_t channels) {
    constexpr int SLOTS = SLOTS_OF<PAIRS>;
    DYNAMIC_SHARED(T, shared);
    const Tables<T, M, PAIRS> tables(
        shared, table, lists, coefficients, latitude_pairs, longitudes, int(channels), 3);
    const int64_t item = grid_index();
    if (item >= rows * channels) {
        return;
    }
    const int64_t row = item / channels;
    const int64_t channel = item - row * channels;
    const int64_t start = row * coefficients * channels + channel;
    if (dscalars != nullptr) {
        const T slope = silu_slope(scalars[row * scalar_stride + channel]);
        put(dscalars + row * dscalar_stride + channel, dy[start] * slope, add_scalars);
    }
    if (dx == nullptr) {
        return;
    }
    T* const in = tables.columns + threadIdx.x;
    T* const g = in + coefficients * THREADS<T>;
    T* const out = g + coefficients * THREADS<T>;
    fill_column<L, M>(tables.offsets, coefficients, in, [=](int offset) { return x[start + offset]; });
    // With scalars, coefficient 0 of the result did not come from the grid.
    const int none = scalars == nullptr ? -1 : 0;
    fill_column<L, M>(tables.offsets, coefficients, g, [=](int offset) {
        return offset == none ? T(0) : dy[start + offset];
    });
    if (add) {
        fill_column<LISTED, M>(tables.offsets, coefficients, out, [=](int offset) { return dx[start + offset]; });
    } else {
        clear_column(coefficients, out);
    }
    int pair = 0;
    for (; pair + PAIRS <= latitude_pairs; pair += PAIRS) {
        const int at = tables.at(pair);
        activate_latitudes_backward<L, M, SLOTS, PAIRS>(
            tables.starts, tables.to + at, tables.from + at, tables.trig, longitudes, in, g, out);
    }
    if constexpr (PAIRS > 1) {
        for (; pair < latitude_pairs; pair++) {
            const int at = tables.at(pair);
            activate_latitudes_backward<L, M, SLOTS, 1>(
                tables.starts, tables.to + at, tables.from + at, tables.trig, longitudes, in, g, out);
        }
    }
    drain_column<L, M>(
        tables.offsets, coefficients, out, [=](int offset, T value) { dx[start + offset] = value; });
}

} // namespace s2

#define S2_PARAMETERS                                                                                                 \
    (const T* table, const int* lists, int coefficients, int latitude_pairs, int longitudes, const T* dy, const T* x, \
     const T* scalars, int64_t scalar_stride, T* dx, bool add, T* dscalars, int64_t dscalar_stride, bool add_scalars, \
     int64_t rows, int64_t channels)
#define S2_CALL(L, M, PAIRS)                                                                                          \
    s2::activation_backward<T, L, M, PAIRS>(                                                                          \
        table, lists, coefficients, latitude_pairs, longitudes, dy, x, scalars, scalar_stride, dx, add, dscalars,     \
        dscalar_stride, add_scalars, rows, channels)
#define S2_ANY(M, PAIRS)                                                                                              \
    ENTRY_FOR(                                                                                                        \
        s2_activation_backward_m##M##_p##PAIRS, f32, float, s2::THREADS<T>, S2_PARAMETERS,                               \
        S2_CALL(s2::LISTED, M, PAIRS))                                                                                \
    ENTRY_FOR(                                                                                                        \
        s2_activation_backward_m##M##_p1, f64, double, s2::THREADS<T>, S2_PARAMETERS, S2_CALL(s2::LISTED, M, 1))
#define S2_FAST(L, M, PAIRS)                                                                                          \
    ENTRY_FOR(                                                                                                        \
        s2_activation_backward_l##L##_m##M##_p##PAIRS, f32, float, s2::THREADS<T>, S2_PARAMETERS, S2_CALL(L, M, PAIRS))

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
