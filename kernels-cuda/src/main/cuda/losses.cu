// Losses and sums over everything: cross_entropy, squared_error, sum, their backward passes and sum_partials.
//
// Memory convention: inputs are read once. A loss leaves float64 partial sums, one for each row or block, which one block
// adds up (sum_partials). The grid of partial sums is given by the launch and does not depend on the device, so neither
// does the order of any sum. Bound by memory bandwidth; classes of a row stay in the registers of a warp up to 128 of them.
//
// History
//   1  a warp for each row of logits, 256 partial sums else. Not timed: no GPU yet.
#include "flat.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int ROWS = THREADS / WARP;
// Classes that a lane keeps in registers.
constexpr int KEPT = 4;

// The largest logit of a row and the sum of exp(logit - largest), the same in all lanes; e[j] is the exponential of class
// lane + 32 j for the first KEPT of them.
template <class T>
struct Softmax {
    T max;
    T sum;
    T e[KEPT];
};

template <class T>
__device__ __forceinline__ Softmax<T> softmax_of(const T* z, int classes) {
    const int lane = threadIdx.x % WARP;
    Softmax<T> s;
    T max = -INFINITY;
#pragma unroll
    for (int j = 0; j < KEPT; j++) {
        const int k = lane + j * WARP;
        s.e[j] = k < classes ? z[k] : T(-INFINITY);
        max = s.e[j] > max ? s.e[j] : max;
    }
    for (int k = lane + KEPT * WARP; k < classes; k += WARP) {
        max = z[k] > max ? z[k] : max;
    }
    s.max = warp_max(max);
    T sum = 0;
#pragma unroll
    for (int j = 0; j < KEPT; j++) {
        const bool there = lane + j * WARP < classes;
        s.e[j] = there ? exponential(s.e[j] - s.max) : T(0);
        sum += s.e[j];
    }
    for (int k = lane + KEPT * WARP; k < classes; k += WARP) {
        sum += exponential(z[k] - s.max);
    }
    s.sum = warp_sum(sum);
    return s;
}

// One warp a row. logits: [rows, classes]  target, weight: [rows]  parts: [rows]
template <class T>
__device__ void cross_entropy(
    const T* logits, const int* target, const T* weight, double* parts, int64_t rows, int64_t classes) {
    const int64_t r = int64_t(blockIdx.x) * ROWS + threadIdx.x / WARP;
    if (r >= rows) { // whole warps only
        return;
    }
    const T* const z = logits + r * classes;
    const Softmax<T> s = softmax_of(z, int(classes));
    if (threadIdx.x % WARP == 0) {
        const double loss = double(s.max) - double(z[target[r]]) + log(double(s.sum));
        parts[r] = double(weight[r]) * loss;
    }
}

template <class T>
__device__ void cross_entropy_backward(
    const T* dloss, const T* logits, const int* target, const T* weight, T* dlogits, bool add, int64_t rows,
    int64_t classes) {
    const int64_t r = int64_t(blockIdx.x) * ROWS + threadIdx.x / WARP;
    if (r >= rows) {
        return;
    }
    const T* const z = logits + r * classes;
    T* const to = dlogits + r * classes;
    const Softmax<T> s = softmax_of(z, int(classes));
    const T scale = dloss[0] * weight[r];
    const T inverse = T(1) / s.sum;
    const int lane = threadIdx.x % WARP;
    const int wanted = target[r];
#pragma unroll
    for (int j = 0; j < KEPT; j++) {
        const int k = lane + j * WARP;
        if (k < int(classes)) {
            put(to + k, scale * (s.e[j] * inverse - (k == wanted ? T(1) : T(0))), add);
        }
    }
    for (int k = lane + KEPT * WARP; k < int(classes); k += WARP) {
        put(to + k, scale * (exponential(z[k] - s.max) * inverse - (k == wanted ? T(1) : T(0))), add);
    }
}

// parts[block] = this block's share of sum (a - b)^2
template <class T>
__device__ void squared_error(const T* a, const T* b, int64_t n, double* parts) {
    constexpr int W = WIDE<T>;
    const bool wide = aligned(a, b);
    double sum = 0;
#pragma unroll 4
    for (int64_t i = grid_index() * W; i < n; i += grid_step() * W) {
        const Vec<T, W> x = load_group<W>(a, i, n, wide);
        const Vec<T, W> y = load_group<W>(b, i, n, wide);
#pragma unroll
        for (int w = 0; w < W; w++) {
            const double difference = double(x.v[w]) - double(y.v[w]);
            sum += difference * difference;
        }
    }
    sum = block_sum<THREADS>(sum);
    if (threadIdx.x == 0) {
        parts[blockIdx.x] = sum;
    }
}

template <class T>
__device__ void squared_error_backward(
    double weight, const T* dloss, const T* a, const T* b, T* da, bool add, int64_t n) {
    constexpr int W = WIDE<T>;
    const bool wide = aligned(a, b, da);
    const T scale = T(double(dloss[0]) * 2.0 * weight);
    for (int64_t i = grid_index() * W; i < n; i += grid_step() * W) {
        const Vec<T, W> x = load_group<W>(a, i, n, wide);
        const Vec<T, W> y = load_group<W>(b, i, n, wide);
        Vec<T, W> result;
        if (add) {
            result = load_group<W>(da, i, n, wide);
        }
#pragma unroll
        for (int w = 0; w < W; w++) {
            const T slope = scale * (x.v[w] - y.v[w]);
            result.v[w] = add ? result.v[w] + slope : slope;
        }
        store_group<W>(da, i, n, wide, result);
    }
}

template <class T>
__device__ void sum(const T* x, int64_t n, double* parts) {
    const double share = block_sum<THREADS>(sum_groups(x, n, [](T v) { return double(v); }));
    if (threadIdx.x == 0) {
        parts[blockIdx.x] = share;
    }
}

// One block: out[0] = weight * (parts[0] + parts[1] + ...).
template <class T>
__device__ void sum_partials(const double* parts, int64_t count, double weight, T* out) {
    double sum = 0;
    for (int64_t i = threadIdx.x; i < count; i += THREADS) {
        sum += parts[i];
    }
    sum = block_sum<THREADS>(sum);
    if (threadIdx.x == 0) {
        out[0] = T(weight * sum);
    }
}

} // namespace

ENTRY(cross_entropy, THREADS,
      (const T* logits, const int* target, const T* weight, double* parts, int64_t rows, int64_t classes),
      cross_entropy<T>(logits, target, weight, parts, rows, classes))
ENTRY(cross_entropy_backward, THREADS,
      (const T* dloss, const T* logits, const int* target, const T* weight, T* dlogits, bool add, int64_t rows,
       int64_t classes),
      cross_entropy_backward<T>(dloss, logits, target, weight, dlogits, add, rows, classes))
ENTRY(squared_error, THREADS, (const T* a, const T* b, int64_t n, double* parts), squared_error<T>(a, b, n, parts))
ENTRY(squared_error_backward, THREADS,
      (double weight, const T* dloss, const T* a, const T* b, T* da, bool add, int64_t n),
      squared_error_backward<T>(weight, dloss, a, b, da, add, n))
ENTRY(sum, THREADS, (const T* x, int64_t n, double* parts), sum<T>(x, n, parts))
ENTRY(sum_partials, THREADS, (const double* parts, int64_t count, double weight, T* out),
      sum_partials<T>(parts, count, weight, out))
