// attentionLogitsBackward, in three kernels:
//   attention_logits_backward  gradient for the features, one row (head of an edge) after the other, as the forward
//                              kernel does; keeps the rows' mean and inverse deviation for
//   attention_logits_sums      the terms of dgamma, dbeta and ddot, summed over runs of edges, one thread a column
//   attention_logits_totals    the runs' sums added up, for gamma and beta over the heads too
// The number of runs depends on the number of edges only, and so does the order of every sum.
//
// Memory convention: features are read twice (once by rows, once by columns), dfeatures written once, all coalesced.
// Bound by bandwidth: 12 E H A bytes, 43 MB or 13 us at 3.35 TB/s for E = 7000, H = 8, A = 64, less where the second
// reading finds them in the second cache.
//
// History
//   1  rows and columns apart, so that rows of any length need no sums in shared memory. Not timed: no GPU yet.
#include "attention_row.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int COLUMN_THREADS = 128;
// attention_logits_totals: columns and rows at a time of a block.
constexpr int TOTAL_COLUMNS = 32;
constexpr int TOTAL_ROWS = 32;

// dlogits: [E, H]  features, dfeatures: H*A columns with their row strides; dfeatures may be null  gamma, beta: [A] or
// null dot: [H, A]  statistics: mean and inverse deviation [E*H, 2], or null
template <class T, int W, int LANES>
__device__ void attention_logits_backward(
    const T* dlogits, const T* features, int64_t stride, const T* gamma, const T* beta, T eps, const T* dot,
    T* dfeatures, int64_t dstride, bool add, T* statistics, int64_t rows, int64_t heads, int64_t size) {
    using Row = attention::Row<T, W, LANES>;
    const int64_t row = grid_index() / LANES;
    // Rows behind the last one are the last one again, so that all lanes of a warp take part in its sums.
    const int64_t here = row < rows ? row : rows - 1;
    const int64_t edge = here / heads;
    const int64_t head = here - edge * heads;
    const int lane = threadIdx.x % LANES;
    const Row values(features + edge * stride + head * size, size, lane, gamma != nullptr, eps);
    if (statistics != nullptr && lane == 0 && row < rows) {
        statistics[2 * row] = values.mean;
        statistics[2 * row + 1] = values.inverse;
    }
    if (dfeatures == nullptr) {
        return;
    }
    const T* const vector = dot + head * size;
    const T glogit = dlogits[here];
    T* const out = dfeatures + edge * dstride + head * size;
    // Gradient for the normalised numbers, or for the features without normalisation.
    const auto gradient = [&](int64_t a, const Vec<T, W>& x) {
        const Vec<T, W> weight = load<W>(vector + a);
        Vec<T, W> scale;
        Vec<T, W> shift;
        if (gamma != nullptr) {
            scale = load<W>(gamma + a);
            shift = load<W>(beta + a);
        }
        Vec<T, W> g;
#pragma unroll
        for (int w = 0; w < W; w++) {
            T input = x.v[w];
            if (gamma != nullptr) {
                input = (input - values.mean) * values.inverse * scale.v[w] + shift.v[w];
            }
            g.v[w] = glogit * weight.v[w] * attention::SmoothLeakyRelu<T>(input).slope;
            if (gamma != nullptr) {
                g.v[w] *= scale.v[w];
            }
        }
        return g;
    };
    if (gamma == nullptr) {
        values.each([&](int64_t a, const Vec<T, W>& x, int) {
            if (row < rows) {
                put<W>(out + a, gradient(a, x), add);
            }
        });
        return;
    }
    Vec<T, W> held[attention::VECTORS];
    T sum = 0;
    T projection = 0;
    values.each([&](int64_t a, const Vec<T, W>& x, int i) {
        const Vec<T, W> g = gradient(a, x);
        if (i < attention::VECTORS) {
            held[i] = g;
        }
#pragma unroll
        for (int w = 0; w < W; w++) {
            sum += g.v[w];
            projection += g.v[w] * (x.v[w] - values.mean);
        }
    });
    sum = Row::sum(sum) / T(size);
    projection = Row::sum(projection) * values.inverse * values.inverse / T(size);
    values.each([&](int64_t a, const Vec<T, W>& x, int i) {
        Vec<T, W> g = i < attention::VECTORS ? held[i] : gradient(a, x);
#pragma unroll
        for (int w = 0; w < W; w++) {
            g.v[w] = values.inverse * (g.v[w] - sum - (x.v[w] - values.mean) * projection);
        }
        if (row < rows) {
            put<W>(out + a, g, add);
        }
    });
}

// Block (x, y): columns x of run y, edges y*length to (y+1)*length. sums: [runs, 3, H*A], the terms of ddot, dgamma,
// dbeta; the last two are left as they are without gamma
template <class T>
__device__ void attention_logits_sums(
    const T* dlogits, const T* features, int64_t stride, const T* gamma, const T* beta, const T* dot,
    const T* statistics, T* sums, int64_t edges, int64_t length, int64_t heads, int64_t size) {
    const int64_t width = heads * size;
    const int64_t column = grid_index();
    if (column >= width) {
        return;
    }
    const int64_t head = column / size;
    const int64_t run = blockIdx.y;
    const int64_t end = (run + 1) * length < edges ? (run + 1) * length : edges;
    const T scale = gamma == nullptr ? T(1) : gamma[column - head * size];
    const T shift = gamma == nullptr ? T(0) : beta[column - head * size];
    const T weight = dot[column];
    T dot_sum = 0;
    T scale_sum = 0;
    T shift_sum = 0;
#pragma unroll 4
    for (int64_t edge = run * length; edge < end; edge++) {
        const int64_t row = edge * heads + head;
        const T glogit = dlogits[row];
        T normalised = features[edge * stride + column];
        if (gamma != nullptr) {
            normalised = (normalised - statistics[2 * row]) * statistics[2 * row + 1];
        }
        const attention::SmoothLeakyRelu<T> activation(normalised * scale + shift);
        const T g = glogit * weight * activation.slope;
        dot_sum += glogit * activation.value;
        scale_sum += g * normalised;
        shift_sum += g;
    }
    T* const to = sums + run * 3 * width + column;
    to[0] = dot_sum;
    if (gamma != nullptr) {
        to[width] = scale_sum;
        to[2 * width] = shift_sum;
    }
}

// Block (x, y): columns x of ddot (y = 0), dgamma (1) or dbeta (2), each of which may be null. A thread sums every 32nd
// row of its column, then one sums what those found, in order.
template <class T>
__device__ void attention_logits_totals(
    const T* sums, int64_t runs, int64_t heads, int64_t size, T* ddot, bool add_dot, T* dgamma, bool add_gamma,
    T* dbeta, bool add_beta) {
    SHARED_ARRAY(T, found, TOTAL_ROWS * TOTAL_COLUMNS);
    const int which = blockIdx.y;
    T* const out = which == 0 ? ddot : which == 1 ? dgamma : dbeta;
    const bool add = which == 0 ? add_dot : which == 1 ? add_gamma : add_beta;
    const int64_t columns = which == 0 ? heads * size : size;
    const int64_t rows = which == 0 ? runs : runs * heads;
    const int64_t first = int64_t(blockIdx.x) * TOTAL_COLUMNS;
    if (out == nullptr || first >= columns) {
        return;
    }
    const int64_t column = first + threadIdx.x % TOTAL_COLUMNS;
    T sum = 0;
    if (column < columns) {
#pragma unroll 4
        for (int64_t r = threadIdx.x / TOTAL_COLUMNS; r < rows; r += TOTAL_ROWS) {
            const int64_t run = which == 0 ? r : r / heads;
            const int64_t head = which == 0 ? 0 : r - run * heads;
            sum += sums[(run * 3 + which) * heads * size + head * size + column];
        }
    }
    found[threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.x < TOTAL_COLUMNS && column < columns) {
        T total = 0;
        for (int r = 0; r < TOTAL_ROWS; r++) {
            total += found[r * TOTAL_COLUMNS + threadIdx.x];
        }
        put(out + column, total, add);
    }
}

} // namespace

#define LOGITS_PARAMETERS                                                                                          \
    (const T* dlogits, const T* features, int64_t stride, const T* gamma, const T* beta, double eps, const T* dot, \
     T* dfeatures, int64_t dstride, bool add, T* statistics, int64_t rows, int64_t heads, int64_t size)
#define LOGITS_CALL(W, LANES)                                                                                      \
    attention_logits_backward<T, W, LANES>(                                                                        \
        dlogits, features, stride, gamma, beta, T(eps), dot, dfeatures, dstride, add, statistics, rows, heads, size)

ENTRY(attention_logits_backward_w1, THREADS, LOGITS_PARAMETERS, LOGITS_CALL(1, 32))
ENTRY_FOR(attention_logits_backward_w4, f32, float, THREADS, LOGITS_PARAMETERS, LOGITS_CALL(4, 8))
ENTRY(attention_logits_sums, COLUMN_THREADS,
      (const T* dlogits, const T* features, int64_t stride, const T* gamma, const T* beta, const T* dot,
       const T* statistics, T* sums, int64_t edges, int64_t length, int64_t heads, int64_t size),
      attention_logits_sums<T>(
          dlogits, features, stride, gamma, beta, dot, statistics, sums, edges, length, heads, size))
ENTRY(attention_logits_totals, TOTAL_ROWS * TOTAL_COLUMNS,
      (const T* sums, int64_t runs, int64_t heads, int64_t size, T* ddot, bool add_dot, T* dgamma, bool add_gamma,
       T* dbeta, bool add_beta),
      attention_logits_totals<T>(sums, runs, heads, size, ddot, add_dot, dgamma, add_gamma, dbeta, add_beta))
