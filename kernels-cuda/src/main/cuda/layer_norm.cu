// Layer norm over the innermost dimension, with or without a SiLU behind it: layer_norm, layer_norm_silu and their backward
// passes, for rows of up to 512 channels (layer_norm_long.cu has longer ones).
//
// With n = (x - mean) r and h = dy gamma: dx = r (h - mean(h) - n mean(h n)), dgamma = sum over rows of dy n, dbeta = sum
// over rows of dy; with the activation, dy is first multiplied by silu'(n gamma + beta).
//
// Memory convention: x (and dy) are read once and stay in registers, a group of lanes for each row; gamma and beta are read
// once by every group and kept. Backward, a block sums its rows' part of dgamma and dbeta: groups in registers, then
// through shared memory, groups in ascending order, into one row [dbeta | dgamma] of scratch memory for each part; sum_parts
// adds those. Rows of a part are fixed by the number of rows.
//
// Bound by memory bandwidth: 8 C bytes a row forward, 12 C backward (float).
//
// History
//   1  as above. sm_90, float: one vector of 4 a lane 39 registers forward, 55 backward with SiLU; four
//     of them 74 and 128; no spills. Not timed: no GPU yet.
#include "layer_norm.cuh"

namespace {

constexpr int THREADS = 256;

// x, y: [rows, vectors * W]  gamma, beta: [vectors * W]
template <class T, int W, int PER, bool SILU>
__device__ void layer_norm(
    const T* x, const T* gamma, const T* beta, T eps, T* y, int64_t rows, int vectors, int lanes) {
    const int lane = threadIdx.x % lanes;
    const int groups = THREADS / lanes;
    const int64_t width = int64_t(vectors) * W;
    Vec<T, W> scale[PER];
    Vec<T, W> shift[PER];
    load_row(gamma, true, vectors, lane, lanes, scale);
    load_row(beta, true, vectors, lane, lanes, shift);
    // All groups of a warp go round as often as the block: they shuffle together.
    for (int64_t first = int64_t(blockIdx.x) * groups; first < rows; first += int64_t(gridDim.x) * groups) {
        const int64_t r = first + threadIdx.x / lanes;
        Vec<T, W> v[PER];
        load_row(x + r * width, r < rows, vectors, lane, lanes, v);
        normalise(v, vectors, lane, lanes, eps);
#pragma unroll
        for (int j = 0; j < PER; j++) {
            const int at = lane + j * lanes;
            if (r < rows && at < vectors) {
                Vec<T, W> result;
#pragma unroll
                for (int w = 0; w < W; w++) {
                    const T value = v[j].v[w] * scale[j].v[w] + shift[j].v[w];
                    result.v[w] = SILU ? silu_of(value) : value;
                }
                store<W>(y + r * width + int64_t(at) * W, result);
            }
        }
    }
}

// dy, x, dx: [rows, vectors * W]  parts: [gridDim.x, 2, vectors * W] or null; a block for each run of part_rows rows. beta
// only with SILU. Shared memory: [groups, 2, vectors * W].
template <class T, int W, int PER, bool SILU>
__device__ void layer_norm_backward(
    const T* dy, const T* x, const T* gamma, const T* beta, T eps, T* dx, bool add, T* parts, int64_t rows,
    int64_t part_rows, int vectors, int lanes) {
    const int lane = threadIdx.x % lanes;
    const int group = threadIdx.x / lanes;
    const int groups = THREADS / lanes;
    const int64_t width = int64_t(vectors) * W;
    const T count = T(vectors * W);
    Vec<T, W> scale[PER];
    Vec<T, W> shift[PER];
    load_row(gamma, true, vectors, lane, lanes, scale);
    load_row(beta, SILU, vectors, lane, lanes, shift);
    Vec<T, W> scale_sum[PER];
    Vec<T, W> shift_sum[PER];
#pragma unroll
    for (int j = 0; j < PER; j++) {
#pragma unroll
        for (int w = 0; w < W; w++) {
            scale_sum[j].v[w] = T(0);
            shift_sum[j].v[w] = T(0);
        }
    }
    const int64_t from = int64_t(blockIdx.x) * part_rows;
    const int64_t to = from + part_rows < rows ? from + part_rows : rows;
    for (int64_t first = from; first < to; first += groups) {
        const int64_t r = first + group;
        Vec<T, W> g[PER];
        Vec<T, W> n[PER];
        load_row(x + r * width, r < to, vectors, lane, lanes, n);
        load_row(dy + r * width, r < to, vectors, lane, lanes, g);
        const T inverse = normalise(n, vectors, lane, lanes, eps);
        T sum = 0;
        T projection = 0;
#pragma unroll
        for (int j = 0; j < PER; j++) {
#pragma unroll
            for (int w = 0; w < W; w++) {
                if (SILU) {
                    g[j].v[w] *= silu_slope(n[j].v[w] * scale[j].v[w] + shift[j].v[w]);
                }
                scale_sum[j].v[w] += g[j].v[w] * n[j].v[w];
                shift_sum[j].v[w] += g[j].v[w];
                g[j].v[w] *= scale[j].v[w];
                sum += g[j].v[w];
                projection += g[j].v[w] * n[j].v[w];
            }
        }
        if (dx != nullptr) { // the same in all threads
            const T mean = group_sum(sum, lanes) / count;
            const T slope = group_sum(projection, lanes) / count;
#pragma unroll
            for (int j = 0; j < PER; j++) {
                const int at = lane + j * lanes;
                if (r < to && at < vectors) {
                    Vec<T, W> result;
#pragma unroll
                    for (int w = 0; w < W; w++) {
                        result.v[w] = inverse * (g[j].v[w] - mean - n[j].v[w] * slope);
                    }
                    put<W>(dx + r * width + int64_t(at) * W, result, add);
                }
            }
        }
    }
    if (parts == nullptr) {
        return;
    }
    DYNAMIC_SHARED(T, sums);
#pragma unroll
    for (int j = 0; j < PER; j++) {
        const int at = lane + j * lanes;
        if (at < vectors) {
            store<W>(sums + group * 2 * width + int64_t(at) * W, shift_sum[j]);
            store<W>(sums + (group * 2 + 1) * width + int64_t(at) * W, scale_sum[j]);
        }
    }
    __syncthreads();
    for (int c = threadIdx.x; c < 2 * width; c += THREADS) {
        T total = 0;
        for (int i = 0; i < groups; i++) {
            total += sums[i * 2 * width + c];
        }
        parts[int64_t(blockIdx.x) * 2 * width + c] = total;
    }
}

} // namespace

#define LAYER_NORM(suffix, type, width, per)                                                                       \
    ENTRY_FOR(layer_norm, suffix, type, THREADS,                                                                   \
              (const T* x, const T* gamma, const T* beta, double eps, T* y, int64_t rows, int vectors, int lanes), \
              layer_norm<T, width, per, false>(x, gamma, beta, T(eps), y, rows, vectors, lanes))                   \
    ENTRY_FOR(layer_norm_silu, suffix, type, THREADS,                                                              \
              (const T* x, const T* gamma, const T* beta, double eps, T* y, int64_t rows, int vectors, int lanes), \
              layer_norm<T, width, per, true>(x, gamma, beta, T(eps), y, rows, vectors, lanes))                    \
    ENTRY_FOR(layer_norm_backward, suffix, type, THREADS,                                                          \
              (const T* dy, const T* x, const T* gamma, const T* beta, double eps, T* dx, bool add, T* parts,      \
               int64_t rows, int64_t part_rows, int vectors, int lanes),                                           \
              layer_norm_backward<T, width, per, false>(                                                           \
                  dy, x, gamma, beta, T(eps), dx, add, parts, rows, part_rows, vectors, lanes))                    \
    ENTRY_FOR(layer_norm_silu_backward, suffix, type, THREADS,                                                     \
              (const T* dy, const T* x, const T* gamma, const T* beta, double eps, T* dx, bool add, T* parts,      \
               int64_t rows, int64_t part_rows, int vectors, int lanes),                                           \
              layer_norm_backward<T, width, per, true>(                                                            \
                  dy, x, gamma, beta, T(eps), dx, add, parts, rows, part_rows, vectors, lanes))

LAYER_NORM(r1_w4_f32, float, 4, 1)
LAYER_NORM(r4_w4_f32, float, 4, 4)
LAYER_NORM(r4_w1_f32, float, 1, 4)
LAYER_NORM(r16_w1_f32, float, 1, 16)
LAYER_NORM(r4_w1_f64, double, 1, 4)
LAYER_NORM(r16_w1_f64, double, 1, 16)
