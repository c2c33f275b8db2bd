// The learnable Gaussian basis: with x = weight d / cutoff + bias, z = (x - mean) / s and s = |std| + 1e-5,
// y = e^(-z^2/2) / (sqrt(2 pi) s), pi being the reference's own 3.14159. gaussian_radial_basis and its backward pass.
//
// With p = dy y / s: dmean = sum over edges of p z, dstd = sign(std) sum over edges of p (z^2 - 1), dx = -sum over k of p z,
// ddistance = dx weight / cutoff, dweight = sum over edges of dx d / cutoff, dbias = sum over edges of dx.
//
// Accuracy: x is formed in float64 and kept in two parts of type T: deviations are as small as 1/512, and what float32
// rounds off x would show in z.
//
// Memory convention: gaussian_parameters writes 1/s and 1/(sqrt(2 pi) s) to scratch memory. Forward and for the sums over
// edges a thread has one k and its parameters in registers and goes along edges, whose x a tile of 32 shares in shared
// memory; sums over a part of the edges go to scratch memory, [dmean | dstd], and from there through sum_parts. For the sums
// over k a warp has an edge; dy is read a second time. Sums for weight and bias are float64.
//
// Bound by memory bandwidth: 4 K bytes an edge forward, 8 K backward.
//
// History
//   1  as above. Not timed: no GPU yet.
#include "common.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int TILE = WARP; // edges whose x is formed at once
constexpr int ROWS = THREADS / WARP;
constexpr double PI = 3.14159;

// std: [K]  scales: [2, K], 1/s and 1/(sqrt(2 pi) s)
template <class T>
__device__ void gaussian_parameters(const T* std, T* scales, int64_t count) {
    const int64_t k = grid_index();
    if (k < count) {
        const double inverse = 1.0 / (fabs(double(std[k])) + 1e-5);
        scales[k] = T(inverse);
        scales[count + k] = T(inverse / sqrt(2.0 * PI));
    }
}

// x = high + low
template <class T>
struct Argument {
    T high;
    T low;
};

template <class T>
__device__ __forceinline__ Argument<T> argument(double cutoff, const T* weight, const T* bias, T d) {
    const double x = double(weight[0]) * double(d) / cutoff + double(bias[0]);
    const T high = T(x);
    return {high, T(x - double(high))};
}

// Arguments of edges first..first+TILE-1 below `end`, by the first warp. All threads must take part.
template <class T>
__device__ __forceinline__ void load_arguments(
    Argument<T>* tile, double cutoff, const T* weight, const T* bias, const T* distance, int64_t first, int64_t end) {
    __syncthreads(); // the tile before may still be read
    if (threadIdx.x < TILE && first + threadIdx.x < end) {
        tile[threadIdx.x] = argument(cutoff, weight, bias, distance[first + threadIdx.x]);
    }
    __syncthreads();
}

// distance: [E]  y: [E, K]; blockIdx.x over tiles of edges, blockIdx.y over runs of Gaussians
template <class T>
__device__ void gaussian_radial_basis(
    double cutoff, const T* mean, const T* scales, const T* weight, const T* bias, const T* distance, T* y, int64_t edges,
    int64_t count) {
    SHARED_ARRAY(Argument<T>, tile, TILE);
    const int64_t k = int64_t(blockIdx.y) * THREADS + threadIdx.x;
    const int64_t first = int64_t(blockIdx.x) * TILE;
    load_arguments(tile, cutoff, weight, bias, distance, first, edges);
    if (k >= count) {
        return;
    }
    const T centre = mean[k];
    const T inverse = scales[k];
    const T peak = scales[count + k];
    for (int i = 0; i < TILE && first + i < edges; i++) {
        const T z = (tile[i].high - centre + tile[i].low) * inverse;
        y[(first + i) * count + k] = exponential(T(-0.5) * z * z) * peak;
    }
}

// parts: [gridDim.x, 2, K]; blockIdx.x over runs of part_edges edges, blockIdx.y over runs of Gaussians
template <class T>
__device__ void gaussian_radial_basis_backward_columns(
    double cutoff, const T* dy, const T* mean, const T* std, const T* scales, const T* weight, const T* bias,
    const T* distance, T* parts, int64_t edges, int64_t part_edges, int64_t count) {
    SHARED_ARRAY(Argument<T>, tile, TILE);
    const int64_t k = int64_t(blockIdx.y) * THREADS + threadIdx.x;
    const bool there = k < count;
    const T centre = there ? mean[k] : T(0);
    const T inverse = there ? scales[k] : T(0);
    const T peak = there ? scales[count + k] : T(0);
    const T sign = !there || std[k] == T(0) ? T(0) : std[k] < T(0) ? T(-1) : T(1);
    const int64_t from = int64_t(blockIdx.x) * part_edges;
    const int64_t to = from + part_edges < edges ? from + part_edges : edges;
    T mean_sum = 0;
    T std_sum = 0;
    for (int64_t first = from; first < to; first += TILE) {
        load_arguments(tile, cutoff, weight, bias, distance, first, to);
#pragma unroll 4
        for (int i = 0; i < TILE; i++) {
            if (there && first + i < to) {
                const T z = (tile[i].high - centre + tile[i].low) * inverse;
                const T p = dy[(first + i) * count + k] * exponential(T(-0.5) * z * z) * peak * inverse;
                mean_sum += p * z;
                std_sum += p * (z * z - T(1));
            }
        }
    }
    if (there) {
        T* const part = parts + int64_t(blockIdx.x) * 2 * count;
        part[k] = mean_sum;
        part[count + k] = std_sum * sign;
    }
}

// ddistance: [E] or null  parts: [gridDim.x, 2], sums of dx d / cutoff and of dx; block b has edges from b part_edges on
template <class T>
__device__ void gaussian_radial_basis_backward_rows(
    double cutoff, const T* dy, const T* mean, const T* scales, const T* weight, const T* bias, const T* distance,
    T* ddistance, bool add, double* parts, int64_t edges, int64_t part_edges, int64_t count) {
    SHARED_ARRAY(double, sums, 2 * ROWS);
    const int lane = threadIdx.x % WARP;
    const int warp = threadIdx.x / WARP;
    const int64_t from = int64_t(blockIdx.x) * part_edges;
    const int64_t to = from + part_edges < edges ? from + part_edges : edges;
    double weight_sum = 0;
    double bias_sum = 0;
    for (int64_t e = from + warp; e < to; e += ROWS) {
        const Argument<T> x = argument(cutoff, weight, bias, distance[e]);
        T dx = 0;
#pragma unroll 2
        for (int64_t k = lane; k < count; k += WARP) {
            const T inverse = scales[k];
            const T z = (x.high - mean[k] + x.low) * inverse;
            dx -= dy[e * count + k] * exponential(T(-0.5) * z * z) * scales[count + k] * inverse * z;
        }
        dx = warp_sum(dx);
        weight_sum += double(dx) * (double(distance[e]) / cutoff);
        bias_sum += double(dx);
        if (lane == 0 && ddistance != nullptr) {
            put(ddistance + e, T(double(dx) * double(weight[0]) / cutoff), add);
        }
    }
    if (lane == 0) {
        sums[2 * warp] = weight_sum;
        sums[2 * warp + 1] = bias_sum;
    }
    __syncthreads();
    if (threadIdx.x < 2) {
        double total = 0;
        for (int w = 0; w < ROWS; w++) {
            total += sums[2 * w + threadIdx.x];
        }
        parts[int64_t(blockIdx.x) * 2 + threadIdx.x] = total;
    }
}

// One block. parts: [count, 2]  dweight, dbias: [1] or null
template <class T>
__device__ void gaussian_scalars(
    const double* parts, int64_t count, T* dweight, bool add_weight, T* dbias, bool add_bias) {
    double weight_sum = 0;
    double bias_sum = 0;
    for (int64_t i = threadIdx.x; i < count; i += THREADS) {
        weight_sum += parts[2 * i];
        bias_sum += parts[2 * i + 1];
    }
    weight_sum = block_sum<THREADS>(weight_sum);
    bias_sum = block_sum<THREADS>(bias_sum);
    if (threadIdx.x == 0) {
        if (dweight != nullptr) {
            put(dweight, T(weight_sum), add_weight);
        }
        if (dbias != nullptr) {
            put(dbias, T(bias_sum), add_bias);
        }
    }
}

} // namespace

ENTRY(gaussian_parameters, THREADS, (const T* std, T* scales, int64_t count), gaussian_parameters<T>(std, scales, count))
ENTRY(gaussian_radial_basis, THREADS,
      (double cutoff, const T* mean, const T* scales, const T* weight, const T* bias, const T* distance, T* y,
       int64_t edges, int64_t count),
      gaussian_radial_basis<T>(cutoff, mean, scales, weight, bias, distance, y, edges, count))
ENTRY(gaussian_radial_basis_backward_columns, THREADS,
      (double cutoff, const T* dy, const T* mean, const T* std, const T* scales, const T* weight, const T* bias,
       const T* distance, T* parts, int64_t edges, int64_t part_edges, int64_t count),
      gaussian_radial_basis_backward_columns<T>(
          cutoff, dy, mean, std, scales, weight, bias, distance, parts, edges, part_edges, count))
ENTRY(gaussian_radial_basis_backward_rows, THREADS,
      (double cutoff, const T* dy, const T* mean, const T* scales, const T* weight, const T* bias, const T* distance,
       T* ddistance, bool add, double* parts, int64_t edges, int64_t part_edges, int64_t count),
      gaussian_radial_basis_backward_rows<T>(
          cutoff, dy, mean, scales, weight, bias, distance, ddistance, add, parts, edges, part_edges, count))
ENTRY(gaussian_scalars, THREADS,
      (const double* parts, int64_t count, T* dweight, bool add_weight, T* dbias, bool add_bias),
      gaussian_scalars<T>(parts, count, dweight, add_weight, dbias, add_bias))
