// s2Activation: coefficients to a grid over the sphere, SiLU there, and back; with scalars, coefficient 0 of the result
// is silu(scalars) instead.
//
// Memory convention: x is read once and y written once, both coalesced over channels (a warp's 32 threads are 32
// channels of one row, or of neighbouring rows); tables and coefficients in shared memory, grid values in registers
// (s2_grid.cuh).
//
// Bound: the special function units, closely followed by instruction issue. A grid point costs 2 special functions
// (exponential, reciprocal) at 16 per clock and SM: 0.125 clocks. For M = 2 it also costs 15 (L = 4) or 17 (L = 6)
// issue slots at 128 per clock, counted in the PTX: 0.12 or 0.13 clocks; 11 of them for longitudes and activation, the
// rest for Legendre sums, which the 18 points of a latitude share, and copies. For L = M = 6 it is 30 slots, 0.23
// clocks. 18 x 18 points of 7000 rows of 128 channels are 2.9e8 points: at 132 SMs and 1.755 GHz a floor of 157 us (L =
// 4, M = 2) or 166 us (L = 6). Bytes: 2 * 4 * R a row and channel, 136 MB (R = 19) or 208 MB (R = 29) for those rows,
// 41 or 62 us at 3.35 TB/s. With a division and exp2f in place of the approximate instructions issue alone would take
// 23 slots.
//
// History (none timed: no GPU yet)
//   1  one thread a (row, channel); mirrored latitudes and longitudes; L a constant for the usual models, otherwise
//      read from lists. L = 6, M = 2: 80 registers, 19 slots a point; L = M = 6: 80 registers, 35 slots.
//   2  offsets of coefficients in bytes, made once a block; an order's coefficients are read before one is written: 17
//      slots. For M > 3 two pairs of latitudes at once: 128 registers, 30 slots; the columns' shared memory allows no
//      more warps anyway.
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
    fill_column<L, M>(tables.offsets, coefficients, x + start, in);
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
    drain_column<L, M>(tables.offsets, coefficients, out, y + start);
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
// BLOCKS: how many of 2 warps share an SM, by their registers and the columns' shared memory.
#define S2_BOUNDS(BLOCKS) s2::THREADS<T>, BLOCKS
#define S2_ANY(M, PAIRS, BLOCKS)                                                                                      \
    ENTRY_FOR(                                                                                                        \
        s2_activation_m##M##_p##PAIRS, f32, float, S2_BOUNDS(BLOCKS), S2_PARAMETERS, S2_CALL(s2::LISTED, M, PAIRS))   \
    ENTRY_FOR(s2_activation_m##M##_p1, f64, double, s2::THREADS<T>, S2_PARAMETERS, S2_CALL(s2::LISTED, M, 1))
#define S2_FAST(L, M, PAIRS, BLOCKS)                                                                                  \
    ENTRY_FOR(                                                                                                        \
        s2_activation_l##L##_m##M##_p##PAIRS, f32, float, S2_BOUNDS(BLOCKS), S2_PARAMETERS, S2_CALL(L, M, PAIRS))

S2_ANY(0, 2, 16)
S2_ANY(1, 3, 16)
S2_ANY(2, 3, 10)
S2_ANY(3, 2, 10)
S2_ANY(4, 2, 8)
S2_ANY(5, 2, 8)
S2_ANY(6, 2, 6)
S2_FAST(2, 2, 3, 11)
S2_FAST(4, 2, 3, 11)
S2_FAST(4, 4, 2, 10)
S2_FAST(6, 2, 3, 11)
S2_FAST(6, 3, 2, 11)
S2_FAST(6, 6, 2, 7)
