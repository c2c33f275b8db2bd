// s2ActivationBackward: dx = to_grid^T (silu'(to_grid x) * from_grid dy), grid values computed again; with scalars,
// coefficient 0 of dy goes to dscalars instead.
//
// Memory convention: x and dy are read once, dx is written (or added to) once, all coalesced over channels; tables and
// coefficients in shared memory, grid values in registers (s2_grid.cuh). dx may be null, then no grid value is
// computed.
//
// Bound: instruction issue. For M = 2 a grid point costs 23 (L = 4) or 25 (L = 6) issue slots at 128 per clock and SM,
// counted in the PTX: 0.18 or 0.20 clocks; 17 of them for three Fourier sums and the slope, the rest for Legendre sums,
// which the 18 points of a latitude share, and copies. Its 2 special functions take 0.125 clocks beside them. 18 x 18
// points of 7000 rows of 128 channels: 228 or 248 us at 132 SMs and 1.755 GHz. Bytes: 3 * 4 * R a row and channel, 204
// MB (L = 4) or 312 MB (L = 6) for those rows, 61 or 93 us at 3.35 TB/s.
//
// History (none timed: no GPU yet)
//   1  one thread a (row, channel); mirrored latitudes and longitudes; L a constant for the usual models, otherwise
//      read from lists. L = 6, M = 2: 128 registers, 28 slots a point.
//   2  offsets of coefficients in bytes, made once a block; an order's coefficients are read before one is written: 25
//      slots.
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
    constexpr int AT_ONCE = M < 4 ? PAIRS : 1; // of the pairs that the tables interleave, for want of registers
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
    fill_column<L, M>(tables.offsets, coefficients, x + start, in);
    fill_column<L, M>(tables.offsets, coefficients, dy + start, g);
    if (scalars != nullptr) {
        // Coefficient 0 of the result, the first of order 0 and even l + m, did not come from the grid.
        g[list_start<L, M>(tables.starts, 2 * M) * THREADS<T>] = 0;
    }
    if (add) {
        fill_column<LISTED, M>(tables.offsets, coefficients, dx + start, out);
    } else {
        clear_column(coefficients, out);
    }
    int pair = 0;
    for (; pair + AT_ONCE <= latitude_pairs; pair += AT_ONCE) {
        const int at = tables.at(pair);
        activate_latitudes_backward<L, M, SLOTS, AT_ONCE>(
            tables.starts, tables.to + at, tables.from + at, tables.trig, longitudes, in, g, out);
    }
    if constexpr (AT_ONCE > 1) {
        for (; pair < latitude_pairs; pair++) {
            const int at = tables.at(pair);
            activate_latitudes_backward<L, M, SLOTS, 1>(
                tables.starts, tables.to + at, tables.from + at, tables.trig, longitudes, in, g, out);
        }
    }
    drain_column<L, M>(tables.offsets, coefficients, out, dx + start);
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
// BLOCKS: how many of 2 warps share an SM, by their registers and the columns' shared memory.
#define S2_BOUNDS(BLOCKS) s2::THREADS<T>, BLOCKS
#define S2_ANY(M, PAIRS, BLOCKS)                                                                                      \
    ENTRY_FOR(                                                                                                        \
        s2_activation_backward_m##M##_p##PAIRS, f32, float, S2_BOUNDS(BLOCKS), S2_PARAMETERS,                         \
        S2_CALL(s2::LISTED, M, PAIRS))                                                                                \
    ENTRY_FOR(s2_activation_backward_m##M##_p1, f64, double, s2::THREADS<T>, S2_PARAMETERS, S2_CALL(s2::LISTED, M, 1))
#define S2_FAST(L, M, PAIRS)                                                                                          \
    ENTRY_FOR(                                                                                                        \
        s2_activation_backward_l##L##_m##M##_p##PAIRS, f32, float, s2::THREADS<T>, S2_PARAMETERS, S2_CALL(L, M, PAIRS))

S2_ANY(0, 2, 16)
S2_ANY(1, 3, 12)
S2_ANY(2, 3, 8)
S2_ANY(3, 2, 8)
S2_ANY(4, 2, 10)
S2_ANY(5, 2, 10)
S2_ANY(6, 2, 8)
S2_FAST(2, 2, 3)
S2_FAST(4, 2, 3)
S2_FAST(4, 4, 2)
S2_FAST(6, 2, 3)
S2_FAST(6, 3, 2)
S2_FAST(6, 6, 2)
