// Functions of a distance: gaussian_smearing, polynomial_envelope and their backward passes (radial_learnable.cu has the
// learnable basis).
//
// Memory convention: smearing, a warp for each edge, lanes over Gaussians: every value is written once, 16 bytes a lane and
// store where the row's length allows it. Its backward pass reads only the window of dy that matters (gaussians.cuh), 104
// of 2400 bytes. Envelopes, a thread for each edge.
//
// Bound by memory bandwidth: smearing writes 4 K bytes an edge.
//
// History
//   1  as above. Not timed: no GPU yet.
#include "gaussians.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int ROWS = THREADS / WARP;

// distance: [E]  y: [E, K]
template <class T, int W>
__device__ void gaussian_smearing(const Gaussians<T>& basis, const T* distance, T* y, int64_t edges) {
    const int lane = threadIdx.x % WARP;
    for (int64_t e = int64_t(blockIdx.x) * ROWS + threadIdx.x / WARP; e < edges; e += int64_t(gridDim.x) * ROWS) {
        const T d = distance[e];
        T* const row = y + e * basis.count;
        for (int k = lane * W; k < basis.count; k += WARP * W) {
            Vec<T, W> values;
#pragma unroll
            for (int w = 0; w < W; w++) {
                values.v[w] = basis.value(k + w, d);
            }
            store<W>(row + k, values);
        }
    }
}

// ddistance[e] = sum over k of dy[e,k] g'_k(d)
template <class T>
__device__ void gaussian_smearing_backward(
    const Gaussians<T>& basis, const T* dy, const T* distance, T* ddistance, bool add, int64_t edges) {
    const int lane = threadIdx.x % WARP;
    for (int64_t e = int64_t(blockIdx.x) * ROWS + threadIdx.x / WARP; e < edges; e += int64_t(gridDim.x) * ROWS) {
        const T d = distance[e];
        const int n = basis.nearest(d);
        T sum = 0;
        for (int k = basis.first(n) + lane; k < basis.end(n); k += WARP) {
            sum += dy[e * basis.count + k] * basis.slope(k, d);
        }
        sum = warp_sum(sum);
        if (lane == 0) {
            put(ddistance + e, sum, add);
        }
    }
}

// (1-u)^3 times the first p terms, (k+1)(k+2)/2 u^k, of the series of (1-u)^-3: the envelope without its cancellation near
// the cutoff. Zero from the cutoff on, and for what is not a number.
template <class T>
__device__ void polynomial_envelope(T cutoff, int exponent, const T* distance, T* y, int64_t edges) {
    for (int64_t e = grid_index(); e < edges; e += grid_step()) {
        const T u = distance[e] / cutoff;
        T series = 0;
        for (int k = exponent - 1; k >= 0; k--) {
            series = series * u + T(k + 1) * T(k + 2) / T(2);
        }
        const T rest = T(1) - u;
        y[e] = u < T(1) ? rest * rest * rest * series : T(0);
    }
}

// Its slope is -p(p+1)(p+2)/2 u^(p-1) (1-u)^2 / cutoff.
template <class T>
__device__ void polynomial_envelope_backward(
    T cutoff, int exponent, const T* dy, const T* distance, T* ddistance, bool add, int64_t edges) {
    const T p = T(exponent);
    const T factor = -p * (p + T(1)) * (p + T(2)) / T(2) / cutoff;
    for (int64_t e = grid_index(); e < edges; e += grid_step()) {
        const T u = distance[e] / cutoff;
        T slope = factor * (T(1) - u) * (T(1) - u);
        for (int k = 1; k < exponent; k++) {
            slope *= u;
        }
        put(ddistance + e, dy[e] * (u < T(1) ? slope : T(0)), add);
    }
}

} // namespace

#define GAUSSIAN_SMEARING(suffix, type, width)                                                         \
    ENTRY_FOR(gaussian_smearing, suffix, type, THREADS,                                                \
              (double spacing, double coefficient, int count, const T* distance, T* y, int64_t edges), \
              gaussian_smearing<T, width>(Gaussians<T>(spacing, coefficient, count, count), distance, y, edges))

GAUSSIAN_SMEARING(w4_f32, float, 4)
GAUSSIAN_SMEARING(w1_f32, float, 1)
GAUSSIAN_SMEARING(w1_f64, double, 1)
ENTRY(gaussian_smearing_backward, THREADS,
      (double spacing, double coefficient, int count, int half, const T* dy, const T* distance, T* ddistance, bool add,
       int64_t edges),
      gaussian_smearing_backward<T>(
          Gaussians<T>(spacing, coefficient, count, half), dy, distance, ddistance, add, edges))
ENTRY(polynomial_envelope, THREADS, (double cutoff, int exponent, const T* distance, T* y, int64_t edges),
      polynomial_envelope<T>(T(cutoff), exponent, distance, y, edges))
ENTRY(polynomial_envelope_backward, THREADS,
      (double cutoff, int exponent, const T* dy, const T* distance, T* ddistance, bool add, int64_t edges),
      polynomial_envelope_backward<T>(T(cutoff), exponent, dy, distance, ddistance, add, edges))
