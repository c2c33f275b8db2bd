// segmentSum: sums of consecutive rows, as of the atoms of each crystal, with its gradient; crystalMatrix: a 3x3 matrix
// of each crystal applied to its atoms' vectors.
//
// Memory convention: every element is read and written once, coalesced over the columns. Sums run in an order that
// depends on the segment's length only. Bound by bandwidth, in practice (a few hundred rows) by the launch.
//
// History
//   1  a block for 32 columns of a segment. Not timed: no GPU yet.
#include "common.cuh"

namespace {

constexpr int THREADS = 256;
// segment_sum: columns and rows at a time of a block.
constexpr int COLUMNS = 32;
constexpr int ROWS = 16;

// Block b*tiles + i: columns 32i.. of segment b; a thread sums every 16th row of its column, then one sums what those
// found, in order. x: [rows, width]  start: [B+1]  scale: [B] or null  y: [B, width]
template <class T>
__device__ void segment_sum(const T* x, const int* start, const T* scale, T* y, int64_t width) {
    SHARED_ARRAY(T, found, ROWS * COLUMNS);
    const int64_t tiles = (width + COLUMNS - 1) / COLUMNS;
    const int64_t segment = blockIdx.x / tiles;
    const int64_t column = (blockIdx.x - segment * tiles) * COLUMNS + threadIdx.x % COLUMNS;
    const int64_t end = start[segment + 1];
    T sum = 0;
    if (column < width) {
#pragma unroll 4
        for (int64_t r = start[segment] + threadIdx.x / COLUMNS; r < end; r += ROWS) {
            sum += x[r * width + column];
        }
    }
    found[threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.x < COLUMNS && column < width) {
        T total = 0;
        for (int r = 0; r < ROWS; r++) {
            total += found[r * COLUMNS + threadIdx.x];
        }
        y[segment * width + column] = scale == nullptr ? total : scale[segment] * total;
    }
}

// dy: [B, width]  start: [B+1]  scale: [B] or null  dx: [rows, width]
template <class T>
__device__ void segment_sum_backward(
    const T* dy, const int* start, const T* scale, T* dx, bool add, int64_t segments, int64_t rows, int64_t width) {
    for (int64_t i = grid_index(); i < rows * width; i += grid_step()) {
        const int64_t row = i / width;
        // The last segment that starts at or before this row; those before it that also do are empty.
        int64_t low = 0;
        int64_t high = segments;
        while (high - low > 1) {
            const int64_t middle = (low + high) / 2;
            if (start[middle] <= row) {
                low = middle;
            } else {
                high = middle;
            }
        }
        const T g = dy[low * width + (i - row * width)];
        put(dx + i, scale == nullptr ? g : scale[low] * g, add);
    }
}

// y[n] = x[n] a[crystal[n]], or its transpose. x, y: [N, 3]  a: [B, 3, 3]  crystal: [N]
template <class T>
__device__ void crystal_matrix(
    const T* x, const T* a, const int* crystal, bool transposed, T* y, bool add, int64_t nodes) {
    const int row = transposed ? 1 : 3;
    const int column = transposed ? 3 : 1;
    for (int64_t n = grid_index(); n < nodes; n += grid_step()) {
        const T* const matrix = a + 9 * int64_t(crystal[n]);
        const T v[] = {x[3 * n], x[3 * n + 1], x[3 * n + 2]};
#pragma unroll
        for (int j = 0; j < 3; j++) {
            const T* const from = matrix + j * column;
            put(y + 3 * n + j, v[0] * from[0] + v[1] * from[row] + v[2] * from[2 * row], add);
        }
    }
}

} // namespace

ENTRY(segment_sum, COLUMNS * ROWS, (const T* x, const int* start, const T* scale, T* y, int64_t width),
      segment_sum<T>(x, start, scale, y, width))
ENTRY(segment_sum_backward, THREADS,
      (const T* dy, const int* start, const T* scale, T* dx, bool add, int64_t segments, int64_t rows, int64_t width),
      segment_sum_backward<T>(dy, start, scale, dx, add, segments, rows, width))
ENTRY(crystal_matrix, THREADS,
      (const T* x, const T* a, const int* crystal, bool transposed, T* y, bool add, int64_t nodes),
      crystal_matrix<T>(x, a, crystal, transposed, y, add, nodes))
