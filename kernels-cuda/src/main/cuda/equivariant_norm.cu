// The three equivariant norms (equivariant_norm.cuh says what they are): y = x r gamma_l, and for l=0 y = (x - mean) r
// gamma_0 + beta.
//
// Memory convention: a block for each node. x: [N, (L+1)^2, C] is read once into shared memory, all loads of a thread in
// flight together; a warp for each degree sums its squares there; then every vector of the node is scaled and written once.
// gamma and beta stay in the caches.
//
// Bound by memory bandwidth: 8 (L+1)^2 C bytes a node in float (25.6 KB at lmax 4 with 128 channels, 50 KB at lmax 6) for
// about 5 (L+1)^2 C operations.
//
// History
//   1  as above. sm_90: w4_f32 32 registers, 13 KB of shared memory at lmax 4 with 128 channels. Not timed: no GPU yet.
#include "equivariant_norm.cuh"

namespace {

// x, y: [N, (L+1)^2, C], C = vectors * W  gamma0, beta: [C]  gamma: [L, C]. Shared memory: a node's features where staged,
// then [2 (L+1) + 1] numbers.
template <class T, int W>
__device__ void equivariant_norm(
    int kind, int lmax, T eps, const T* x, const T* gamma0, const T* gamma, const T* beta, T* y, int vectors, bool staged) {
    DYNAMIC_SHARED(T, memory);
    const int lane = threadIdx.x % WARP;
    const int warp = threadIdx.x / WARP;
    const int channels = vectors * W;
    const int rows = (lmax + 1) * (lmax + 1);
    const int count = rows * vectors;
    const T* const from = x + int64_t(blockIdx.x) * count * W;
    T* const to = y + int64_t(blockIdx.x) * count * W;
    T* const squares = memory + (staged ? count * W : 0);
    T* const inverse = squares + lmax + 1;
    T* const centre = inverse + lmax + 1;
    const T* const node = staged ? memory : from;
    if (staged) {
        copy_node<W>(from, memory, count);
        __syncthreads();
    }
    for (int l = warp; l <= lmax; l += NORM_WARPS) {
        const T* const first = node + l * l * channels;
        const T mean = l == 0 ? mean_of<W>(first, vectors) : T(0);
        T sum = 0;
#pragma unroll 4
        for (int v = lane; v < (2 * l + 1) * vectors; v += WARP) {
            const Vec<T, W> value = load<W>(first + v * W);
#pragma unroll
            for (int w = 0; w < W; w++) {
                sum += (value.v[w] - mean) * (value.v[w] - mean);
            }
        }
        sum = warp_sum(sum);
        if (lane == 0) {
            squares[l] = sum;
            if (l == 0) {
                centre[0] = mean;
            }
        }
    }
    __syncthreads();
    for (int l = threadIdx.x; l <= lmax; l += NORM_THREADS) {
        inverse[l] = inverse_of(kind, l, lmax, channels, squares, eps);
    }
    __syncthreads();
#pragma unroll 4
    for (int v = threadIdx.x; v < count; v += NORM_THREADS) {
        const int row = unsigned(v) / unsigned(vectors);
        const int c = (v - row * vectors) * W;
        const int l = degree_of(row);
        const Vec<T, W> scale = load<W>(l == 0 ? gamma0 + c : gamma + (l - 1) * channels + c);
        Vec<T, W> value = load<W>(node + v * W);
        if (row == 0) {
            const Vec<T, W> shift = load<W>(beta + c);
#pragma unroll
            for (int w = 0; w < W; w++) {
                value.v[w] = (value.v[w] - centre[0]) * inverse[0] * scale.v[w] + shift.v[w];
            }
        } else {
#pragma unroll
            for (int w = 0; w < W; w++) {
                value.v[w] = value.v[w] * inverse[l] * scale.v[w];
            }
        }
        store<W>(to + v * W, value);
    }
}

} // namespace

#define EQUIVARIANT_NORM(suffix, type, width)                                                                    \
    ENTRY_FOR(equivariant_norm, suffix, type, NORM_THREADS,                                                      \
              (int kind, int lmax, double eps, const T* x, const T* gamma0, const T* gamma, const T* beta, T* y, \
               int vectors, bool staged),                                                                        \
              equivariant_norm<T, width>(kind, lmax, T(eps), x, gamma0, gamma, beta, y, vectors, staged))

EQUIVARIANT_NORM(w4_f32, float, 4)
EQUIVARIANT_NORM(w1_f32, float, 1)
EQUIVARIANT_NORM(w1_f64, double, 1)
