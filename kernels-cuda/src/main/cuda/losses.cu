// Losses and sums over everything, and the softmax: cross_entropy, soft_cross_entropy, squared_error, absolute_error,
// huber_error, sum, softmax, their backward passes and sum_partials.
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

// x, y: [rows, classes], a warp a row
template <class T>
__device__ void softmax(const T* x, T* y, int64_t rows, int64_t classes) {
    const int64_t r = int64_t(blockIdx.x) * ROWS + threadIdx.x / WARP;
    if (r >= rows) {
        return;
    }
    const T* const z = x + r * classes;
    T* const to = y + r * classes;
    const Softmax<T> s = softmax_of(z, int(classes));
    const T inverse = T(1) / s.sum;
    const int lane = threadIdx.x % WARP;
#pragma unroll
    for (int j = 0; j < KEPT; j++) {
        const int k = lane + j * WARP;
        if (k < int(classes)) {
            to[k] = s.e[j] * inverse;
        }
    }
    for (int k = lane + KEPT * WARP; k < int(classes); k += WARP) {
        to[k] = exponential(z[k] - s.max) * inverse;
    }
}

// dx = y (dy - sum of dy y)
template <class T>
__device__ void softmax_backward(const T* dy, const T* y, T* dx, bool add, int64_t rows, int64_t classes) {
    const int64_t r = int64_t(blockIdx.x) * ROWS + threadIdx.x / WARP;
    if (r >= rows) {
        return;
    }
    const int64_t start = r * classes;
    const int lane = threadIdx.x % WARP;
    T inner = 0;
    for (int k = lane; k < int(classes); k += WARP) {
        inner += dy[start + k] * y[start + k];
    }
    inner = warp_sum(inner);
    for (int k = lane; k < int(classes); k += WARP) {
        put(dx + start + k, y[start + k] * (dy[start + k] - inner), add);
    }
}

// One warp a row. logits, target: [rows, classes]  weight: [rows]  parts: [rows]
template <class T>
__device__ void soft_cross_entropy(
    const T* logits, const T* target, const T* weight, double* parts, int64_t rows, int64_t classes) {
    const int64_t r = int64_t(blockIdx.x) * ROWS + threadIdx.x / WARP;
    if (r >= rows) {
        return;
    }
    const T* const z = logits + r * classes;
    const T* const t = target + r * classes;
    const Softmax<T> s = softmax_of(z, int(classes));
    const T log_sum = logarithm(s.sum);
    T loss = 0;
    for (int k = threadIdx.x % WARP; k < int(classes); k += WARP) {
        loss += t[k] * ((s.max - z[k]) + log_sum); // both summands are 0 or more
    }
    loss = warp_sum(loss);
    if (threadIdx.x % WARP == 0) {
        parts[r] = double(weight[r]) * double(loss);
    }
}

template <class T>
__device__ void soft_cross_entropy_backward(
    const T* dloss, const T* logits, const T* target, const T* weight, T* dlogits, bool add, int64_t rows,
    int64_t classes) {
    const int64_t r = int64_t(blockIdx.x) * ROWS + threadIdx.x / WARP;
    if (r >= rows) {
        return;
    }
    const T* const z = logits + r * classes;
    const T* const t = target + r * classes;
    T* const to = dlogits + r * classes;
    const Softmax<T> s = softmax_of(z, int(classes));
    const int lane = threadIdx.x % WARP;
    T total = 0;
    for (int k = lane; k < int(classes); k += WARP) {
        total += t[k];
    }
    const T scale = dloss[0] * weight[r];
    const T share = warp_sum(total) / s.sum;
#pragma unroll
    for (int j = 0; j < KEPT; j++) {
        const int k = lane + j * WARP;
        if (k < int(classes)) {
            put(to + k, scale * (s.e[j] * share - t[k]), add);
        }
    }
    for (int k = lane + KEPT * WARP; k < int(classes); k += WARP) {
        put(to + k, scale * (exponential(z[k] - s.max) * share - t[k]), add);
    }
}

// parts[block] = this block's share of sum f(a - b)
template <class T, class F>
__device__ __forceinline__ void total_error(const T* a, const T* b, int64_t n, double* parts, F f) {
    constexpr int W = WIDE<T>;
    const bool wide = aligned(a, b);
    double sum = 0;
#pragma unroll 4
    for (int64_t i = grid_index() * W; i < n; i += grid_step() * W) {
        const Vec<T, W> x = load_group<W>(a, i, n, wide);
        const Vec<T, W> y = load_group<W>(b, i, n, wide);
#pragma unroll
        for (int w = 0; w < W; w++) {
            sum += f(double(x.v[w]) - double(y.v[w]));
        }
    }
    sum = block_sum<THREADS>(sum);
    if (threadIdx.x == 0) {
        parts[blockIdx.x] = sum;
    }
}

template <class T>
__device__ void squared_error(const T* a, const T* b, int64_t n, double* parts) {
    total_error(a, b, n, parts, [](double d) { return d * d; });
}

template <class T>
__device__ void absolute_error(const T* a, const T* b, int64_t n, double* parts) {
    total_error(a, b, n, parts, [](double d) { return absolute(d); });
}

template <class T>
__device__ void huber_error(double delta, const T* a, const T* b, int64_t n, double* parts) {
    total_error(a, b, n, parts, [delta](double d) {
        const double distance = absolute(d);
        const double near = distance < delta ? distance : delta;
        return near * (distance - 0.5 * near);
    });
}

// da = scale * slope(a - b)
template <class T, class F>
__device__ __forceinline__ void error_backward(
    T scale, const T* a, const T* b, T* da, bool add, int64_t n, F slope_of) {
    constexpr int W = WIDE<T>;
    const bool wide = aligned(a, b, da);
    for (int64_t i = grid_index() * W; i < n; i += grid_step() * W) {
        const Vec<T, W> x = load_group<W>(a, i, n, wide);
        const Vec<T, W> y = load_group<W>(b, i, n, wide);
        Vec<T, W> result;
        if (add) {
            result = load_group<W>(da, i, n, wide);
        }
#pragma unroll
        for (int w = 0; w < W; w++) {
            const T slope = scale * slope_of(x.v[w] - y.v[w]);
            result.v[w] = add ? result.v[w] + slope : slope;
        }
        store_group<W>(da, i, n, wide, result);
    }
}

template <class T>
__device__ void squared_error_backward(
    double weight, const T* dloss, const T* a, const T* b, T* da, bool add, int64_t n) {
    error_backward(T(double(dloss[0]) * 2.0 * weight), a, b, da, add, n, [](T d) { return d; });
}

template <class T>
__device__ void absolute_error_backward(
    double weight, const T* dloss, const T* a, const T* b, T* da, bool add, int64_t n) {
    const T scale = T(double(dloss[0]) * weight);
    error_backward(scale, a, b, da, add, n, [](T d) { return d > 0 ? T(1) : d < 0 ? T(-1) : d; });
}

template <class T>
__device__ void huber_error_backward(
    double weight, double delta, const T* dloss, const T* a, const T* b, T* da, bool add, int64_t n) {
    const T scale = T(double(dloss[0]) * weight);
    const T limit = T(delta);
    error_backward(scale, a, b, da, add, n, [limit](T d) { return d > limit ? limit : d < -limit ? -limit : d; });
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
ENTRY(softmax, THREADS, (const T* x, T* y, int64_t rows, int64_t classes), softmax<T>(x, y, rows, classes))
ENTRY(softmax_backward, THREADS, (const T* dy, const T* y, T* dx, bool add, int64_t rows, int64_t classes),
      softmax_backward<T>(dy, y, dx, add, rows, classes))
ENTRY(soft_cross_entropy, THREADS,
      (const T* logits, const T* target, const T* weight, double* parts, int64_t rows, int64_t classes),
      soft_cross_entropy<T>(logits, target, weight, parts, rows, classes))
ENTRY(soft_cross_entropy_backward, THREADS,
      (const T* dloss, const T* logits, const T* target, const T* weight, T* dlogits, bool add, int64_t rows,
       int64_t classes),
      soft_cross_entropy_backward<T>(dloss, logits, target, weight, dlogits, add, rows, classes))
ENTRY(squared_error, THREADS, (const T* a, const T* b, int64_t n, double* parts), squared_error<T>(a, b, n, parts))
ENTRY(squared_error_backward, THREADS,
      (double weight, const T* dloss, const T* a, const T* b, T* da, bool add, int64_t n),
      squared_error_backward<T>(weight, dloss, a, b, da, add, n))
ENTRY(absolute_error, THREADS, (const T* a, const T* b, int64_t n, double* parts), absolute_error<T>(a, b, n, parts))
ENTRY(absolute_error_backward, THREADS,
      (double weight, const T* dloss, const T* a, const T* b, T* da, bool add, int64_t n),
      absolute_error_backward<T>(weight, dloss, a, b, da, add, n))
ENTRY(huber_error, THREADS, (double delta, const T* a, const T* b, int64_t n, double* parts),
      huber_error<T>(delta, a, b, n, parts))
ENTRY(huber_error_backward, THREADS,
      (double weight, double delta, const T* dloss, const T* a, const T* b, T* da, bool add, int64_t n),
      huber_error_backward<T>(weight, delta, dloss, a, b, da, add, n))
ENTRY(sum, THREADS, (const T* x, int64_t n, double* parts), sum<T>(x, n, parts))
ENTRY(sum_partials, THREADS, (const double* parts, int64_t count, double weight, T* out),
      sum_partials<T>(parts, count, weight, out))
