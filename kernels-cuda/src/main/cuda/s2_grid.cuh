// SiLU on a latitude-longitude grid over the sphere, one thread for one (row, channel): what s2_activation.cu and
// s2_activation_backward.cu share.
//
// A thread goes through the latitudes in pairs that mirror each other in the equator. Legendre functions of l + m even
// have equal values on both, those of l + m odd opposite ones, so that one even and one odd sum over the coefficients
// of an order m serve both latitudes. The 2M+1 orders of each latitude then stay in registers while all longitudes are
// evaluated, passed through the activation and summed into the orders of the result. Longitudes a and A - a share their
// cosines and differ in the sign of their sines: again an even and an odd sum for both. No grid value leaves the
// registers.
//
// Memory convention: the tables (made once for a grid by the caller) and the coefficients of the block's threads are in
// shared memory; tables are read as broadcasts, coefficient p of a thread is at column[p * THREADS], free of bank
// conflicts. Coefficients are ordered by order -M..M, within an order first those of even, then those of odd l + m;
// a list says where in the row each is.
//
// The exponential of f32 is 2^z with z = -x log2(e), which the tables already hold the factor for; so the grid values
// that the code below calls z are those of x times SCALE, and results carry 1/SCALE, which the tables undo.
#pragma once

#include "common.cuh"
#include "intrinsics.cuh"

namespace s2 {

// Small, so that a few hundred rows fill the device and wide coefficient columns fit the shared memory.
template <class T>
constexpr int THREADS = 256 / int(sizeof(T));
// In place of L: how many coefficients an order has is read from the lists.
constexpr int LISTED = -1;

// Pairs of latitudes are interleaved in the tables, padded to a vector.
template <int PAIRS>
constexpr int SLOTS_OF = PAIRS == 3 ? 4 : PAIRS;

// The activation on scaled values.
__device__ __forceinline__ float scaled_sigmoid(float z) {
    return reciprocal_approximate(1 + exp2_approximate(z));
}

__device__ __forceinline__ double scaled_sigmoid(double z) {
    return 1 / (1 + exp(z));
}

// 1/SCALE
template <class T>
constexpr T UNSCALE = T(-1);
template <>
constexpr float UNSCALE<float> = -0.693147180559945309f;

// z = SCALE x to SCALE silu(x)
template <class T>
__device__ __forceinline__ T scaled_silu(T z) {
    return z * scaled_sigmoid(z);
}

// z = SCALE x to the slope of silu at x, s (1 + x (1 - s)), times g
template <class T>
__device__ __forceinline__ T times_silu_slope(T z, T g) {
    const T s = scaled_sigmoid(z);
    return g * s * (T(1) + UNSCALE<T> * (z - z * s));
}

// First coefficient of a list: list 2 (m + M) holds the order m with l + m even, the next one those with l + m odd.
// With all degrees |m|..L present, where they start is known when compiling.
template <int L, int M>
__device__ __forceinline__ int list_start(const int* starts, int list) {
    if constexpr (L == LISTED) {
        return starts[list];
    } else {
        const int order = list / 2;
        const int behind = order - M - 1; // orders 1.. that lie before this one
        const int count = L + 1 - (order < M ? M - order : order - M);
        const int first = order <= M
            ? order * (L + 1 - M) + order * (order - 1) / 2
            : (M + 1) * (L + 1 - M) + M * (M + 1) / 2 + behind * (L + 1) - behind * (behind + 1) / 2;
        return first + (list % 2) * ((count + 1) / 2);
    }
}

// N consecutive elements in the widest loads that their alignment allows: base aligned to 16 bytes, N elements apart.
template <int N, class T>
__device__ __forceinline__ void load_all(const T* from, T (&to)[N]) {
    constexpr int W = N % WIDE<T> == 0 ? WIDE<T> : N % 2 == 0 ? 2 : 1;
#pragma unroll
    for (int i = 0; i < N; i += W) {
        const Vec<T, W> values = load<W>(from + i);
#pragma unroll
        for (int w = 0; w < W; w++) {
            to[i + w] = values.v[w];
        }
    }
}

// The table's values of one coefficient for PAIRS pairs of latitudes.
template <int SLOTS, int PAIRS, class T>
__device__ __forceinline__ void load_legendre(const T* table, int p, T (&to)[PAIRS]) {
    if constexpr (PAIRS == 1) {
        to[0] = table[p * SLOTS];
    } else {
        T all[SLOTS];
        load_all(table + p * SLOTS, all);
#pragma unroll
        for (int i = 0; i < PAIRS; i++) {
            to[i] = all[i];
        }
    }
}

// f[latitude][order] = sum over the coefficients of the order; latitudes 2i and 2i+1 mirror each other.
template <int L, int M, int SLOTS, int PAIRS, class T>
__device__ __forceinline__ void to_orders(
    const int* starts, const T* table, const T* column, T (&f)[2 * PAIRS][2 * M + 1]) {
#pragma unroll
    for (int order = 0; order < 2 * M + 1; order++) {
        T sums[2][PAIRS] = {};
#pragma unroll
        for (int odd = 0; odd < 2; odd++) {
            const int end = list_start<L, M>(starts, 2 * order + odd + 1);
#pragma unroll (L == LISTED ? 1 : 16)
            for (int p = list_start<L, M>(starts, 2 * order + odd); p < end; p++) {
                T legendre[PAIRS];
                load_legendre<SLOTS>(table, p, legendre);
                const T value = column[p * THREADS<T>];
#pragma unroll
                for (int i = 0; i < PAIRS; i++) {
                    sums[odd][i] += legendre[i] * value;
                }
            }
        }
#pragma unroll
        for (int i = 0; i < PAIRS; i++) {
            f[2 * i][order] = sums[0][i] + sums[1][i];
            f[2 * i + 1][order] = sums[0][i] - sums[1][i];
        }
    }
}

// The transpose of to_orders, added to the column. Where the counts are known, an order's coefficients are all read
// before the first is written: the compiler cannot know that column and table are apart.
template <int L, int M, int SLOTS, int PAIRS, class T>
__device__ __forceinline__ void add_coefficients(
    const int* starts, const T* table, const T (&h)[2 * PAIRS][2 * M + 1], T* column) {
#pragma unroll
    for (int order = 0; order < 2 * M + 1; order++) {
        T both[2][PAIRS];
#pragma unroll
        for (int i = 0; i < PAIRS; i++) {
            both[0][i] = h[2 * i][order] + h[2 * i + 1][order];
            both[1][i] = h[2 * i][order] - h[2 * i + 1][order];
        }
        const int first = list_start<L, M>(starts, 2 * order);
        const int middle = list_start<L, M>(starts, 2 * order + 1);
        const int end = list_start<L, M>(starts, 2 * order + 2);
        if constexpr (L == LISTED) {
#pragma unroll 1
            for (int p = first; p < end; p++) {
                T legendre[PAIRS];
                load_legendre<SLOTS>(table, p, legendre);
                T sum = column[p * THREADS<T>];
#pragma unroll
                for (int i = 0; i < PAIRS; i++) {
                    sum += legendre[i] * (p < middle ? both[0][i] : both[1][i]);
                }
                column[p * THREADS<T>] = sum;
            }
        } else {
            T sums[L + 1];
#pragma unroll
            for (int k = 0; k <= L; k++) {
                if (first + k < end) {
                    T legendre[PAIRS];
                    load_legendre<SLOTS>(table, first + k, legendre);
                    sums[k] = column[(first + k) * THREADS<T>];
#pragma unroll
                    for (int i = 0; i < PAIRS; i++) {
                        sums[k] += legendre[i] * (first + k < middle ? both[0][i] : both[1][i]);
                    }
                }
            }
#pragma unroll
            for (int k = 0; k <= L; k++) {
                if (first + k < end) {
                    column[(first + k) * THREADS<T>] = sums[k];
                }
            }
        }
    }
}

// h = orders of activation(functions with orders f), latitude by latitude; activation takes FIELDS values of a grid
// point. trig: [1 + pairs of longitudes, 2M], cosines of orders 1..M, then sines, all times sqrt2, of longitude 0, 1,
// ...
template <int M, int LATITUDES, int FIELDS, class T, class F>
__device__ __forceinline__ void through_longitudes(
    const T* trig, int longitudes, const T (&f)[FIELDS][LATITUDES][2 * M + 1], T (&h)[LATITUDES][2 * M + 1],
    F activation) {
    T wave[M == 0 ? 1 : 2 * M];
    if constexpr (M > 0) {
        load_all(trig, wave);
    }
    // Longitudes 0 and, where there is one, A/2: no sines, and opposite cosines of odd orders.
    const bool opposite = longitudes % 2 == 0;
#pragma unroll
    for (int b = 0; b < LATITUDES; b++) {
        T here[FIELDS];
        T behind[FIELDS];
#pragma unroll
        for (int k = 0; k < FIELDS; k++) {
            T even = f[k][b][M];
            T odd = 0;
#pragma unroll
            for (int m = 1; m <= M; m++) {
                (m % 2 == 0 ? even : odd) += wave[m - 1] * f[k][b][M + m];
            }
            here[k] = even + odd;
            behind[k] = even - odd;
        }
        const T first = activation(here);
        if constexpr (M == 0) { // the same value on all longitudes
            h[b][0] = T(longitudes) * first;
        } else {
            const T second = opposite ? activation(behind) : T(0);
            const T sum = first + second;
            const T difference = first - second;
            h[b][M] = sum;
#pragma unroll
            for (int m = 1; m <= M; m++) {
                h[b][M + m] = wave[m - 1] * (m % 2 == 0 ? sum : difference);
                h[b][M - m] = 0;
            }
        }
    }
    if constexpr (M > 0) {
        const T* const end = trig + (longitudes - 1) / 2 * (2 * M);
#pragma unroll 1
        while (trig != end) {
            trig += 2 * M;
            load_all(trig, wave);
#pragma unroll
            for (int b = 0; b < LATITUDES; b++) {
                T east[FIELDS];
                T west[FIELDS];
#pragma unroll
                for (int k = 0; k < FIELDS; k++) {
                    T even = f[k][b][M];
                    T odd = wave[M] * f[k][b][M - 1];
#pragma unroll
                    for (int m = 1; m <= M; m++) {
                        even += wave[m - 1] * f[k][b][M + m];
                        odd = m == 1 ? odd : odd + wave[M + m - 1] * f[k][b][M - m];
                    }
                    east[k] = even + odd;
                    west[k] = even - odd;
                }
                const T first = activation(east);
                const T second = activation(west);
                const T sum = first + second;
                const T difference = first - second;
                h[b][M] += sum;
#pragma unroll
                for (int m = 1; m <= M; m++) {
                    h[b][M + m] += wave[m - 1] * sum;
                    h[b][M - m] += wave[M + m - 1] * difference;
                }
            }
        }
    }
}

// The element `bytes` behind p. Offsets are in bytes because their address then takes fewest instructions.
template <class T>
__device__ __forceinline__ const T* behind(const T* p, int bytes) {
    return reinterpret_cast<const T*>(reinterpret_cast<const char*>(p) + bytes);
}

template <class T>
__device__ __forceinline__ T* behind(T* p, int bytes) {
    return reinterpret_cast<T*>(reinterpret_cast<char*>(p) + bytes);
}

// Offsets are read by so many; behind the last one are zeros.
constexpr int BATCH = 8;

// How many coefficients there are: a constant where L is known.
template <int L, int M>
__device__ __forceinline__ int count_of(int coefficients) {
    if constexpr (L == LISTED) {
        return coefficients;
    } else {
        return list_start<L, M>(nullptr, 2 * (2 * M + 1));
    }
}

// column[p] = from[offsets[p]] for all coefficients. Several loads are in flight: no offset is read between two writes,
// which the compiler could not know to be apart.
template <int L, int M, class T>
__device__ __forceinline__ void fill_column(
    const int* offsets, int coefficients, const T* from, T* column) {
    const int count = count_of<L, M>(coefficients);
#pragma unroll (L == LISTED ? 1 : 16)
    for (int first = 0; first < count; first += BATCH) {
        int places[BATCH];
        load_all(offsets + first, places);
        T values[BATCH];
#pragma unroll
        for (int i = 0; i < BATCH; i++) {
            values[i] = *behind(from, places[i]);
        }
#pragma unroll
        for (int i = 0; i < BATCH; i++) {
            if (first + i < count) {
                column[(first + i) * THREADS<T>] = values[i];
            }
        }
    }
}

// Zeros. The loop hides from the compiler that the column need not be in memory: sums in registers would cost a third
// of the warps.
template <class T>
__device__ __forceinline__ void clear_column(int coefficients, T* column) {
#pragma unroll 4
    for (int p = 0; p < coefficients; p++) {
        column[p * THREADS<T>] = 0;
    }
}

// to[offsets[p]] = column[p] for all coefficients. Not unrolled, otherwise the compiler would keep the offsets that
// fill_column read in registers until here.
template <int L, int M, class T>
__device__ __forceinline__ void drain_column(
    const int* offsets, int coefficients, const T* column, T* to) {
    const int count = count_of<L, M>(coefficients);
    int p = 0;
#pragma unroll 1
    for (; p + 4 <= count; p += 4) {
        const Vec<int, 4> places = load<4>(offsets + p);
#pragma unroll
        for (int i = 0; i < 4; i++) {
            *behind(to, places.v[i]) = column[(p + i) * THREADS<T>];
        }
    }
#pragma unroll 1
    for (; p < count; p++) {
        *behind(to, offsets[p]) = column[p * THREADS<T>];
    }
}

// The tables of a grid in shared memory, and where the threads' columns begin.
template <class T, int M, int PAIRS>
struct Tables {
    // Lists of coefficients, 2 (m + M) for the order m with l + m even, the next one with l + m odd, and their end.
    static constexpr int STARTS = 2 * (2 * M + 1) + 1;

    const T* to;
    const T* from;
    const T* trig;
    // How many bytes each coefficient stands behind the first one of its row and channel.
    const int* offsets;
    const int* starts;
    T* columns;
    // from one group of PAIRS pairs of latitudes to the next
    int group;

    // Copies the tables; every thread of the block takes part. The memory holds, in this order: Legendre functions to
    // the grid and from it, each [groups, K, SLOTS]; trig; `fields` columns for every thread; offsets [K, to the next
    // multiple of BATCH]; starts. lists: coefficients' places in a row [K], starts.
    __device__ __forceinline__ Tables(
        T* shared, const T* table, const int* lists, int coefficients, int latitude_pairs, int longitudes,
        int channels, int fields) {
        group = coefficients * SLOTS_OF<PAIRS>;
        const int legendre = (latitude_pairs + PAIRS - 1) / PAIRS * group;
        const int waves = (2 * legendre + 3) / 4 * 4;
        const int elements = (waves + (longitudes + 1) / 2 * (2 * M) + 3) / 4 * 4;
        to = shared;
        from = shared + legendre;
        trig = shared + waves;
        columns = shared + elements;
        int* const offsets_here = reinterpret_cast<int*>(columns + fields * coefficients * THREADS<T>);
        const int padded = (coefficients + BATCH - 1) / BATCH * BATCH;
        int* const starts_here = offsets_here + padded;
        offsets = offsets_here;
        starts = starts_here;
        for (int i = threadIdx.x * WIDE<T>; i < elements; i += THREADS<T> * WIDE<T>) {
            store(shared + i, load<WIDE<T>>(table + i));
        }
        for (int i = threadIdx.x; i < padded; i += THREADS<T>) {
            offsets_here[i] = i < coefficients ? lists[i] * channels * int(sizeof(T)) : 0;
        }
        for (int i = threadIdx.x; i < STARTS; i += THREADS<T>) {
            starts_here[i] = lists[coefficients + i];
        }
        __syncthreads();
    }

    // Where the values for a pair of latitudes start in `to` or `from`.
    __device__ __forceinline__ int at(int pair) const {
        return pair / PAIRS * group + pair % PAIRS;
    }
};

} // namespace s2
