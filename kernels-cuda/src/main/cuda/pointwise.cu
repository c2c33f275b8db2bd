// Element-by-element kernels: fill, axpby, copyMatrix, multiply, activations, scaling of rows and channels.
//
// Memory convention: one pass, every element read and written once, 16 bytes a thread and access where all addresses allow
// it; sums over a row in a fixed order. Bound by memory bandwidth.
//
// History (not timed on a GPU yet)
//   1  one element a thread for the kernels with rows.
//   2  rows.cuh: 16 bytes a thread and a 32-bit division for four elements instead of a 64-bit one for each.
#include "rows.cuh"

namespace {

constexpr int THREADS = 256;

// out[i] = f(in[0][i], in[1][i], ...), or += where add. All arrays have n elements.
template <int INPUTS, class T, class F>
__device__ __forceinline__ void map(const T* const (&in)[INPUTS], T* out, bool add, int64_t n, F f) {
    constexpr int W = WIDE<T>;
    uintptr_t addresses = reinterpret_cast<uintptr_t>(out);
#pragma unroll
    for (int k = 0; k < INPUTS; k++) {
        addresses |= reinterpret_cast<uintptr_t>(in[k]);
    }
    int64_t done = 0;
    if (addresses % 16 == 0) {
        const int64_t vectors = n / W;
        for (int64_t i = grid_index(); i < vectors; i += grid_step()) {
            Vec<T, W> values[INPUTS];
#pragma unroll
            for (int k = 0; k < INPUTS; k++) {
                values[k] = load<W>(in[k] + i * W);
            }
            Vec<T, W> result;
#pragma unroll
            for (int w = 0; w < W; w++) {
                T one[INPUTS];
#pragma unroll
                for (int k = 0; k < INPUTS; k++) {
                    one[k] = values[k].v[w];
                }
                result.v[w] = f(one);
            }
            put<W>(out + i * W, result, add);
        }
        done = vectors * W;
    }
    for (int64_t i = done + grid_index(); i < n; i += grid_step()) {
        T one[INPUTS];
#pragma unroll
        for (int k = 0; k < INPUTS; k++) {
            one[k] = in[k][i];
        }
        put(out + i, T(f(one)), add);
    }
}

template <class T>
__device__ void fill(T* y, T value, int64_t n) {
    constexpr int W = WIDE<T>;
    Vec<T, W> values;
#pragma unroll
    for (int w = 0; w < W; w++) {
        values.v[w] = value;
    }
    int64_t done = 0;
    if (reinterpret_cast<uintptr_t>(y) % 16 == 0) {
        for (int64_t i = grid_index(); i < n / W; i += grid_step()) {
            store<W>(y + i * W, values);
        }
        done = n / W * W;
    }
    for (int64_t i = done + grid_index(); i < n; i += grid_step()) {
        y[i] = value;
    }
}

template <class T>
__device__ void axpby(T a, const T* x, T b, T* y, int64_t n) {
    if (b == 0) { // y must not be read
        const T* const in[] = {x};
        map(in, y, false, n, [=](const T(&v)[1]) { return a * v[0]; });
    } else {
        const T* const in[] = {x, y};
        map(in, y, false, n, [=](const T(&v)[2]) { return a * v[0] + b * v[1]; });
    }
}

// from: [rows, columns] with its stride, to: likewise
template <class T>
__device__ void copy_matrix(
    T scale, const T* from, int64_t from_stride, T* to, int64_t to_stride, int64_t rows, int64_t columns, bool add) {
    constexpr int W = WIDE<T>;
    if (whole_vectors(from) && whole_vectors(to) && whole_vectors<T>(from_stride) && whole_vectors<T>(to_stride) &&
        whole_vectors<T>(columns)) {
        over_rows(rows, columns / W, [=](int64_t row, int64_t vector) {
            const Vec<T, W> values = load<W>(from + row * from_stride + vector * W);
            put<W>(to + row * to_stride + vector * W, scaled(values, scale), add);
        });
    } else {
        over_rows(rows, columns, [=](int64_t row, int64_t column) {
            put(to + row * to_stride + column, scale * from[row * from_stride + column], add);
        });
    }
}

template <class T>
__device__ void multiply(const T* a, const T* b, T* y, bool add, int64_t n) {
    const T* const in[] = {a, b};
    map(in, y, add, n, [](const T(&v)[2]) { return v[0] * v[1]; });
}

template <class T>
__device__ void silu(const T* x, T* y, int64_t n) {
    const T* const in[] = {x};
    map(in, y, false, n, [](const T(&v)[1]) { return silu_of(v[0]); });
}

template <class T>
__device__ void silu_backward(const T* dy, const T* x, T* dx, bool add, int64_t n) {
    const T* const in[] = {dy, x};
    map(in, dx, add, n, [](const T(&v)[2]) { return v[0] * silu_slope(v[1]); });
}

template <class T>
__device__ void sigmoid(const T* x, T* y, int64_t n) {
    const T* const in[] = {x};
    map(in, y, false, n, [](const T(&v)[1]) { return sigmoid_of(v[0]); });
}

template <class T>
__device__ void sigmoid_backward(const T* dy, const T* y, T* dx, bool add, int64_t n) {
    const T* const in[] = {dy, y};
    map(in, dx, add, n, [](const T(&v)[2]) { return v[0] * v[1] * (T(1) - v[1]); });
}

template <class T>
__device__ void smooth_leaky_relu(T slope, const T* x, T* y, int64_t n) {
    const T* const in[] = {x};
    map(in, y, false, n, [=](const T(&v)[1]) { return smooth_leaky_relu_of(slope, v[0]); });
}

template <class T>
__device__ void smooth_leaky_relu_backward(T slope, const T* dy, const T* x, T* dx, bool add, int64_t n) {
    const T* const in[] = {dy, x};
    map(in, dx, add, n, [=](const T(&v)[2]) { return v[0] * smooth_leaky_relu_slope(slope, v[1]); });
}

// x: [rows, width]  scale: [groups]  index: [rows] or null
template <class T>
__device__ void scale_rows(
    const T* x, const T* scale, const int* index, T* y, bool add, int64_t rows, int64_t width) {
    constexpr int W = WIDE<T>;
    if (whole_vectors(x) && whole_vectors(y) && whole_vectors<T>(width)) {
        over_rows(rows, width / W, [=](int64_t row, int64_t vector) {
            const T factor = scale[index == nullptr ? row : index[row]];
            const int64_t at = row * width + vector * W;
            put<W>(y + at, scaled(load<W>(x + at), factor), add);
        });
    } else {
        over_rows(rows, width, [=](int64_t row, int64_t column) {
            const int64_t at = row * width + column;
            put(y + at, x[at] * scale[index == nullptr ? row : index[row]], add);
        });
    }
}

// One block a row. dy, x: [rows, width]  dscale: [rows]
template <class T>
__device__ void scale_rows_backward_scale(
    const T* dy, const T* x, T* dscale, bool add, int64_t width) {
    const int64_t r = blockIdx.x;
    T sum = 0;
    for (int64_t c = threadIdx.x; c < width; c += THREADS) {
        sum += dy[r * width + c] * x[r * width + c];
    }
    sum = block_sum<THREADS>(sum);
    if (threadIdx.x == 0) {
        put(dscale + r, sum, add);
    }
}

// x: [N, S, C]  scale: [N, C]
template <class T>
__device__ void scale_channels(
    const T* x, const T* scale, T* y, bool add, int64_t nodes, int64_t coefficients, int64_t channels) {
    constexpr int W = WIDE<T>;
    const int rows_of_node = int(coefficients);
    if (whole_vectors(x) && whole_vectors(y) && whole_vectors(scale) && whole_vectors<T>(channels)) {
        over_rows(nodes * coefficients, channels / W, [=](int64_t row, int64_t vector) {
            Vec<T, W> values = load<W>(x + row * channels + vector * W);
            const Vec<T, W> factors = load<W>(scale + row / rows_of_node * channels + vector * W);
#pragma unroll
            for (int w = 0; w < W; w++) {
                values.v[w] *= factors.v[w];
            }
            put<W>(y + row * channels + vector * W, values, add);
        });
    } else {
        over_rows(nodes * coefficients, channels, [=](int64_t row, int64_t channel) {
            put(y + row * channels + channel,
                x[row * channels + channel] * scale[row / rows_of_node * channels + channel], add);
        });
    }
}

} // namespace

ENTRY(fill, THREADS, (T* y, double value, int64_t n), fill<T>(y, T(value), n))
ENTRY(axpby, THREADS, (double a, const T* x, double b, T* y, int64_t n), axpby<T>(T(a), x, T(b), y, n))
ENTRY(copy_matrix, THREADS,
      (double scale, const T* from, int64_t from_stride, T* to, int64_t to_stride, int64_t rows, int64_t columns, bool add),
      copy_matrix<T>(T(scale), from, from_stride, to, to_stride, rows, columns, add))
ENTRY(multiply, THREADS, (const T* a, const T* b, T* y, bool add, int64_t n), multiply<T>(a, b, y, add, n))
ENTRY(silu, THREADS, (const T* x, T* y, int64_t n), silu<T>(x, y, n))
ENTRY(silu_backward, THREADS, (const T* dy, const T* x, T* dx, bool add, int64_t n), silu_backward<T>(dy, x, dx, add, n))
ENTRY(sigmoid, THREADS, (const T* x, T* y, int64_t n), sigmoid<T>(x, y, n))
ENTRY(sigmoid_backward, THREADS, (const T* dy, const T* y, T* dx, bool add, int64_t n),
      sigmoid_backward<T>(dy, y, dx, add, n))
ENTRY(smooth_leaky_relu, THREADS, (double slope, const T* x, T* y, int64_t n),
      smooth_leaky_relu<T>(T(slope), x, y, n))
ENTRY(smooth_leaky_relu_backward, THREADS, (double slope, const T* dy, const T* x, T* dx, bool add, int64_t n),
      smooth_leaky_relu_backward<T>(T(slope), dy, x, dx, add, n))
ENTRY(scale_rows, THREADS,
      (const T* x, const T* scale, const int* index, T* y, bool add, int64_t rows, int64_t width),
      scale_rows<T>(x, scale, index, y, add, rows, width))
ENTRY(scale_rows_backward_scale, THREADS, (const T* dy, const T* x, T* dscale, bool add, int64_t width),
      scale_rows_backward_scale<T>(dy, x, dscale, add, width))
ENTRY(scale_channels, THREADS,
      (const T* x, const T* scale, T* y, bool add, int64_t nodes, int64_t coefficients, int64_t channels),
      scale_channels<T>(x, scale, y, add, nodes, coefficients, channels))
