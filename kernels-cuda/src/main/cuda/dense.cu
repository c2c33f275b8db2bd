// What stands around the matrix products of linear layers: biases, sums over rows, and weights in the form that one
// batched product can use.
//
// Memory convention: weights are small (at most a few MB) and rewritten at every call; edge and node tensors are touched
// only where a bias goes. Bound by memory bandwidth.
//
// History (not timed on a GPU yet):
//   1  complex products of an SO(2) convolution as one real product of doubled size, packed here: one product for an order
//      instead of four, no copies of edge tensors.
//   2  biases 16 bytes at a time (rows.cuh).
#include "rows.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int ROWS_AT_ONCE = THREADS / WARP;

// y[r, :] += bias. bias: [width]  y: rows of `width` numbers, `stride` apart
template <class T>
__device__ void add_row(const T* bias, T* y, int64_t rows, int64_t width, int64_t stride) {
    constexpr int W = WIDE<T>;
    if (whole_vectors(bias) && whole_vectors(y) && whole_vectors<T>(stride) && whole_vectors<T>(width)) {
        over_rows(rows, width / W, [=](int64_t row, int64_t vector) {
            put<W>(y + row * stride + vector * W, load<W>(bias + vector * W), true);
        });
    } else {
        over_rows(rows, width, [=](int64_t row, int64_t column) {
            put(y + row * stride + column, bias[column], true);
        });
    }
}

// Sums of 32 columns over one run of rows: a warp takes every eighth row, and the eight sums are added in order.
// x: rows of `width` numbers, `stride` apart  parts: [runs, width]; grid: columns / 32, runs
template <class T>
__device__ void column_sums(const T* x, int64_t rows, int64_t width, int64_t stride, int64_t run, T* parts) {
    SHARED_ARRAY(T, sums, THREADS);
    const int lane = threadIdx.x % WARP;
    const int warp = threadIdx.x / WARP;
    const int64_t column = int64_t(blockIdx.x) * WARP + lane;
    const int64_t first = blockIdx.y * run;
    const int64_t last = min(rows, first + run);
    T sum = 0;
    if (column < width) {
        for (int64_t r = first + warp; r < last; r += ROWS_AT_ONCE) {
            sum += x[r * stride + column];
        }
    }
    sums[threadIdx.x] = sum;
    __syncthreads();
    if (warp == 0 && column < width) {
        T total = 0;
#pragma unroll
        for (int w = 0; w < ROWS_AT_ONCE; w++) {
            total += sums[w * WARP + lane];
        }
        parts[blockIdx.y * width + column] = total;
    }
}

// parts: [runs, width]  y: [width]
template <class T>
__device__ void column_sums_total(const T* parts, int64_t runs, int64_t width, T* y, bool add) {
    for (int64_t c = grid_index(); c < width; c += grid_step()) {
        T sum = 0;
        for (int64_t run = 0; run < runs; run++) {
            sum += parts[run * width + c];
        }
        put(y + c, sum, add);
    }
}

// Degree of coefficient s = l*l + l + m.
__device__ __forceinline__ int64_t degree_of(int64_t s) {
    int64_t l = 0;
    while ((l + 1) * (l + 1) <= s) {
        l++;
    }
    return l;
}

// w: [L+1, size]  expanded: [S, size], the matrix of each coefficient's degree
template <class T>
__device__ void expand_degrees(const T* w, T* expanded, int64_t coefficients, int64_t size) {
    for (int64_t i = grid_index(); i < coefficients * size; i += grid_step()) {
        const int64_t s = i / size;
        expanded[i] = w[degree_of(s) * size + (i - s * size)];
    }
}

// parts: [S, size]  dw: [L+1, size], the sums over the orders of each degree
template <class T>
__device__ void sum_orders(const T* parts, T* dw, bool add, int64_t degrees, int64_t size) {
    for (int64_t i = grid_index(); i < degrees * size; i += grid_step()) {
        const int64_t l = i / size;
        const int64_t element = i - l * size;
        T sum = 0;
        for (int64_t s = l * l; s < (l + 1) * (l + 1); s++) {
            sum += parts[s * size + element];
        }
        put(dw + i, sum, add);
    }
}

// w: [2 rows, columns], Wr above Wi  real: [2 rows, 2 columns] = [Wr, -Wi; Wi, Wr]
template <class T>
__device__ void so2_pack(const T* w, T* real, int64_t rows, int64_t columns) {
    for (int64_t i = grid_index(); i < 4 * rows * columns; i += grid_step()) {
        const int64_t r = i / (2 * columns);
        const int64_t c = i - r * 2 * columns;
        const bool lower = r >= rows;
        const bool right = c >= columns;
        const int64_t element = (lower ? r - rows : r) * columns + (right ? c - columns : c);
        const T value = w[(lower != right ? rows * columns : 0) + element];
        real[i] = right && !lower ? -value : value;
    }
}

// Gradient of so2_pack. real: [2 rows, 2 columns]  dw: [2 rows, columns]
template <class T>
__device__ void so2_unpack(const T* real, T* dw, bool add, int64_t rows, int64_t columns) {
    for (int64_t i = grid_index(); i < rows * columns; i += grid_step()) {
        const int64_t r = i / columns;
        const int64_t c = i - r * columns;
        const T* upper = real + r * 2 * columns + c;
        const T* lower = upper + rows * 2 * columns;
        put(dw + i, upper[0] + lower[columns], add);
        put(dw + rows * columns + i, lower[0] - upper[columns], add);
    }
}

} // namespace

ENTRY(add_row, THREADS, (const T* bias, T* y, int64_t rows, int64_t width, int64_t stride),
      add_row<T>(bias, y, rows, width, stride))
ENTRY(column_sums, THREADS, (const T* x, int64_t rows, int64_t width, int64_t stride, int64_t run, T* parts),
      column_sums<T>(x, rows, width, stride, run, parts))
ENTRY(column_sums_total, THREADS, (const T* parts, int64_t runs, int64_t width, T* y, bool add),
      column_sums_total<T>(parts, runs, width, y, add))
ENTRY(expand_degrees, THREADS, (const T* w, T* expanded, int64_t coefficients, int64_t size),
      expand_degrees<T>(w, expanded, coefficients, size))
ENTRY(sum_orders, THREADS, (const T* parts, T* dw, bool add, int64_t degrees, int64_t size),
      sum_orders<T>(parts, dw, add, degrees, size))
ENTRY(so2_pack, THREADS, (const T* w, T* real, int64_t rows, int64_t columns), so2_pack<T>(w, real, rows, columns))
ENTRY(so2_unpack, THREADS, (const T* real, T* dw, bool add, int64_t rows, int64_t columns),
      so2_unpack<T>(real, dw, add, rows, columns))
