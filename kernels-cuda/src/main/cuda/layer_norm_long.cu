// Layer norm as in layer_norm.cu for rows of any length: a block for each row.
//
// Memory convention: x is read three times (mean, deviations, result), after the first time from the caches. Backward, the
// first kernel writes dx and leaves each row's [mean, r] in scratch memory; the second, a thread for each channel, adds up
// dgamma and dbeta of a part of the rows, in ascending order, into one row [dbeta | dgamma] of scratch memory for each part.
//
// Bound by memory bandwidth; only rows of more than 512 channels come here, which no network of this project has.
//
// History
//   1  as above. Not timed: no GPU yet.
#include "common.cuh"

namespace {

constexpr int THREADS = 256;

template <class T>
struct Statistics {
    T mean;
    T inverse;
};

template <class T>
__device__ __forceinline__ Statistics<T> statistics_of(const T* x, int64_t channels, T eps) {
    T sum = 0;
    for (int64_t c = threadIdx.x; c < channels; c += THREADS) {
        sum += x[c];
    }
    const T mean = block_sum<THREADS>(sum) / T(channels);
    T squares = 0;
    for (int64_t c = threadIdx.x; c < channels; c += THREADS) {
        const T deviation = x[c] - mean;
        squares += deviation * deviation;
    }
    return {mean, T(1) / square_root(block_sum<THREADS>(squares) / T(channels) + eps)};
}

// x, y: [rows, channels]; block r for row r
template <class T, bool SILU>
__device__ void layer_norm_long(const T* x, const T* gamma, const T* beta, T eps, T* y, int64_t channels) {
    const int64_t offset = int64_t(blockIdx.x) * channels;
    const Statistics<T> s = statistics_of(x + offset, channels, eps);
    for (int64_t c = threadIdx.x; c < channels; c += THREADS) {
        const T value = (x[offset + c] - s.mean) * s.inverse * gamma[c] + beta[c];
        y[offset + c] = SILU ? silu_of(value) : value;
    }
}

// dy at one element, through the activation where there is one.
template <class T, bool SILU>
__device__ __forceinline__ T before_activation(T dy, T n, const T* gamma, const T* beta, int64_t c) {
    return SILU ? dy * silu_slope(n * gamma[c] + beta[c]) : dy;
}

// dy, x, dx: [rows, channels]  statistics: [rows, 2]; block r for row r
template <class T, bool SILU>
__device__ void layer_norm_long_backward(
    const T* dy, const T* x, const T* gamma, const T* beta, T eps, T* dx, bool add, T* statistics, int64_t channels) {
    const int64_t r = blockIdx.x;
    const int64_t offset = r * channels;
    const Statistics<T> s = statistics_of(x + offset, channels, eps);
    if (threadIdx.x == 0) {
        statistics[2 * r] = s.mean;
        statistics[2 * r + 1] = s.inverse;
    }
    if (dx == nullptr) { // the same in all threads
        return;
    }
    T sum = 0;
    T projection = 0;
    for (int64_t c = threadIdx.x; c < channels; c += THREADS) {
        const T n = (x[offset + c] - s.mean) * s.inverse;
        const T h = gamma[c] * before_activation<T, SILU>(dy[offset + c], n, gamma, beta, c);
        sum += h;
        projection += h * n;
    }
    const T mean = block_sum<THREADS>(sum) / T(channels);
    const T slope = block_sum<THREADS>(projection) / T(channels);
    for (int64_t c = threadIdx.x; c < channels; c += THREADS) {
        const T n = (x[offset + c] - s.mean) * s.inverse;
        const T h = gamma[c] * before_activation<T, SILU>(dy[offset + c], n, gamma, beta, c);
        put(dx + offset + c, s.inverse * (h - mean - n * slope), add);
    }
}

// parts: [gridDim.y, 2, channels]; a thread for each channel, blockIdx.y for each run of part_rows rows
template <class T, bool SILU>
__device__ void layer_norm_long_parameters(
    const T* dy, const T* x, const T* gamma, const T* beta, const T* statistics, T* parts, int64_t rows,
    int64_t part_rows, int64_t channels) {
    const int64_t c = int64_t(blockIdx.x) * THREADS + threadIdx.x;
    if (c >= channels) {
        return;
    }
    const int64_t from = int64_t(blockIdx.y) * part_rows;
    const int64_t to = from + part_rows < rows ? from + part_rows : rows;
    T scale_sum = 0;
    T shift_sum = 0;
    for (int64_t r = from; r < to; r++) {
        const T n = (x[r * channels + c] - statistics[2 * r]) * statistics[2 * r + 1];
        const T g = before_activation<T, SILU>(dy[r * channels + c], n, gamma, beta, c);
        scale_sum += g * n;
        shift_sum += g;
    }
    T* const to_part = parts + int64_t(blockIdx.y) * 2 * channels;
    to_part[c] = shift_sum;
    to_part[channels + c] = scale_sum;
}

} // namespace

#define LAYER_NORM_LONG(kernel, silu)                                                                           \
    ENTRY(kernel##_long, THREADS,                                                                               \
          (const T* x, const T* gamma, const T* beta, double eps, T* y, int64_t channels),                      \
          layer_norm_long<T, silu>(x, gamma, beta, T(eps), y, channels))                                        \
    ENTRY(kernel##_backward_long, THREADS,                                                                      \
          (const T* dy, const T* x, const T* gamma, const T* beta, double eps, T* dx, bool add, T* statistics,  \
           int64_t channels),                                                                                   \
          layer_norm_long_backward<T, silu>(dy, x, gamma, beta, T(eps), dx, add, statistics, channels))         \
    ENTRY(kernel##_parameters_long, THREADS,                                                                    \
          (const T* dy, const T* x, const T* gamma, const T* beta, const T* statistics, T* parts, int64_t rows, \
           int64_t part_rows, int64_t channels),                                                                \
          layer_norm_long_parameters<T, silu>(dy, x, gamma, beta, statistics, parts, rows, part_rows, channels))

LAYER_NORM_LONG(layer_norm, false)
LAYER_NORM_LONG(layer_norm_silu, true)
