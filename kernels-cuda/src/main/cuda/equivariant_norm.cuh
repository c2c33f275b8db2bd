// What both passes of the equivariant norms share: which degrees have a statistic in common, and a node's rows.
//
// A group G of degrees has s = mean over channels of the sum, over l in G and m, of x^2 / ((2l+1) |G|), and its features are
// multiplied by r = 1/sqrt(s + eps); l=0 is centred over channels first. The kinds differ in their groups only.
//
// Memory convention: a node's [(L+1)^2, C] features are copied to shared memory as one run of vectors, where they are read
// by degree: a warp for each degree, lanes over channels. Where they do not fit there they are read from the caches again.
#pragma once

#include "common.cuh"

namespace {

constexpr int NORM_THREADS = 256;
constexpr int NORM_WARPS = NORM_THREADS / WARP;

// The order of EquivariantNorm's constants.
enum Kind { LAYER_NORM = 0, LAYER_NORM_SH = 1, RMS_NORM_SH = 2 };

// Degree of row i, the largest l with l^2 <= i.
__device__ __forceinline__ int degree_of(int row) {
    return int(sqrtf(float(row) + 0.5f)); // exact: l^2 + 0.5 and (l+1)^2 - 0.5 are far from squares
}

// The lowest degree of the group that l belongs to.
__device__ __forceinline__ int group_of(int kind, int l) {
    return kind == LAYER_NORM ? l : kind == LAYER_NORM_SH ? (l == 0 ? 0 : 1) : 0;
}

// One more than its highest degree.
__device__ __forceinline__ int group_end(int kind, int l, int lmax) {
    return kind == LAYER_NORM || (kind == LAYER_NORM_SH && l == 0) ? l + 1 : lmax + 1;
}

// 1 / ((2l+1) |G| C)
template <class T>
__device__ __forceinline__ T weight_of(int kind, int l, int lmax, int channels) {
    const int members = group_end(kind, l, lmax) - group_of(kind, l);
    return T(1) / (T(2 * l + 1) * T(members) * T(channels));
}

// r of degree l from the sums of squares of all degrees.
template <class T>
__device__ __forceinline__ T inverse_of(int kind, int l, int lmax, int channels, const T* squares, T eps) {
    T shared = 0;
    for (int k = group_of(kind, l); k < group_end(kind, l, lmax); k++) {
        shared += weight_of<T>(kind, k, lmax, channels) * squares[k];
    }
    return T(1) / square_root(shared + eps);
}

// to[0..count-1] = from[0..count-1], vectors of W elements; to lies in shared memory.
template <int W, class T>
__device__ __forceinline__ void copy_node(const T* from, T* to, int count) {
#pragma unroll 4
    for (int v = threadIdx.x; v < count; v += NORM_THREADS) {
        store<W>(to + v * W, load<W>(from + v * W));
    }
}

// Mean over the channels of a row, by one warp.
template <int W, class T>
__device__ __forceinline__ T mean_of(const T* row, int vectors) {
    T sum = 0;
    for (int c = threadIdx.x % WARP; c < vectors; c += WARP) {
        const Vec<T, W> v = load<W>(row + c * W);
#pragma unroll
        for (int w = 0; w < W; w++) {
            sum += v.v[w];
        }
    }
    return warp_sum(sum) / T(vectors * W);
}

} // namespace
