// Parameter updates over flat arenas: adam_w, sum_of_squares, clip, exponential_moving_average.
//
// Memory convention: one pass in place, 16 bytes a thread and access where all addresses allow it. Averages are updated as
// a + (1 - b)(x - a), not as b a + (1 - b) x: the two rounded factors of the latter do not add up to one, which in float32
// leaves a lasting error. Squares are summed in float64: those of float32 numbers are exact there and their sum cannot
// overflow, so it is not finite if and only if an element is not. Partial sums are as many as the size says, never the
// device.
//
// Bound by memory bandwidth: adam_w moves 28 bytes a float32 parameter (4 reads, 3 writes), the moving average 12, clip 8,
// the sum of squares 4.
//
// History
//   1  fused update, 16 bytes an access. adam_w_f32 46 registers, sum_of_squares_f32 28. Not timed: no GPU yet.
#include "flat.cuh"

namespace {

constexpr int THREADS = 256;

// A step's numbers as the loop needs them.
template <class T>
struct Adam {
    T scale;  // factor on the gradient
    T fresh1; // 1 - beta1
    T fresh2; // 1 - beta2
    T decay;  // rate * weight decay, the part of a parameter that goes
    T rate;   // rate / (1 - beta1^t)
    T root;   // 1 / sqrt(1 - beta2^t)
    T eps;

    __device__ __forceinline__ void update(T& p, T gradient, T& m, T& v) const {
        const T g = scale * gradient;
        m += fresh1 * (g - m);
        v += fresh2 * (g * g - v);
        p = p - decay * p - rate * m / (square_root(v) * root + eps);
    }
};

// p, g, m, v: [n]
template <class T>
__device__ void adam_w(const Adam<T>& adam, T* p, const T* g, T* m, T* v, int64_t n) {
    constexpr int W = WIDE<T>;
    int64_t done = 0;
    if (aligned(p, g, m, v)) {
        for (int64_t i = grid_index(); i < n / W; i += grid_step()) {
            Vec<T, W> parameter = load<W>(p + i * W);
            const Vec<T, W> gradient = load<W>(g + i * W);
            Vec<T, W> first = load<W>(m + i * W);
            Vec<T, W> second = load<W>(v + i * W);
#pragma unroll
            for (int w = 0; w < W; w++) {
                adam.update(parameter.v[w], gradient.v[w], first.v[w], second.v[w]);
            }
            store<W>(p + i * W, parameter);
            store<W>(m + i * W, first);
            store<W>(v + i * W, second);
        }
        done = n / W * W;
    }
    for (int64_t i = done + grid_index(); i < n; i += grid_step()) {
        adam.update(p[i], g[i], m[i], v[i]);
    }
}

// parts[block] = this block's share of sum x^2
template <class T>
__device__ void sum_of_squares(const T* x, int64_t n, double* parts) {
    const double share = block_sum<THREADS>(sum_groups(x, n, [](T v) { return double(v) * double(v); }));
    if (threadIdx.x == 0) {
        parts[blockIdx.x] = share;
    }
}

// x: [n], held to [-limit, limit]
template <class T>
__device__ void clip(T limit, T* x, int64_t n) {
    constexpr int W = WIDE<T>;
    const bool wide = aligned(x);
    for (int64_t i = grid_index() * W; i < n; i += grid_step() * W) {
        Vec<T, W> values = load_group<W>(x, i, n, wide);
#pragma unroll
        for (int w = 0; w < W; w++) {
            const T v = values.v[w];
            values.v[w] = v > limit ? limit : v < -limit ? -limit : v;
        }
        store_group<W>(x, i, n, wide, values);
    }
}

// value, average: [n]; fresh = 1 - decay
template <class T>
__device__ void exponential_moving_average(T fresh, const T* value, T* average, int64_t n) {
    constexpr int W = WIDE<T>;
    const bool wide = aligned(value, average);
    for (int64_t i = grid_index() * W; i < n; i += grid_step() * W) {
        const Vec<T, W> x = load_group<W>(value, i, n, wide);
        Vec<T, W> a = load_group<W>(average, i, n, wide);
#pragma unroll
        for (int w = 0; w < W; w++) {
            a.v[w] += fresh * (x.v[w] - a.v[w]);
        }
        store_group<W>(average, i, n, wide, a);
    }
}

} // namespace

ENTRY(adam_w, THREADS,
      (double scale, double fresh1, double fresh2, double decay, double rate, double root, double eps, T* p, const T* g,
       T* m, T* v, int64_t n),
      adam_w<T>(Adam<T>{T(scale), T(fresh1), T(fresh2), T(decay), T(rate), T(root), T(eps)}, p, g, m, v, n))
ENTRY(sum_of_squares, THREADS, (const T* x, int64_t n, double* parts), sum_of_squares<T>(x, n, parts))
ENTRY(clip, THREADS, (double limit, T* x, int64_t n), clip<T>(T(limit), x, n))
ENTRY(exponential_moving_average, THREADS, (double fresh, const T* value, T* average, int64_t n),
      exponential_moving_average<T>(T(fresh), value, average, n))
