// Statistics of layer norms: with d = x - mean and r = 1/sqrt(mean(d^2) + eps), n = d r; y = n gamma + beta.
//
// Memory convention: a row is held in registers by a group of 1 to 32 lanes, PER groups of W consecutive channels a lane:
// lane i of `lanes` holds channels W (i + j lanes), j = 0..PER-1. Groups lie within a warp, whose lanes all take part.
#pragma once

#include "common.cuh"

namespace {

// Sum over a group of `lanes` lanes (a power of two), the same in each of them.
template <class T>
__device__ __forceinline__ T group_sum(T value, int lanes) {
    for (int step = lanes / 2; step > 0; step /= 2) {
        value += __shfl_xor_sync(ALL_LANES, value, step);
    }
    return value;
}

// Channels [0, channels) of a row, zeros behind the end and for a row that is not there.
template <int W, int PER, class T>
__device__ __forceinline__ void load_row(const T* row, bool there, int vectors, int lane, int lanes, Vec<T, W> (&v)[PER]) {
#pragma unroll
    for (int j = 0; j < PER; j++) {
        const int at = lane + j * lanes;
        if (there && at < vectors) {
            v[j] = load<W>(row + int64_t(at) * W);
        } else {
#pragma unroll
            for (int w = 0; w < W; w++) {
                v[j].v[w] = T(0);
            }
        }
    }
}

// Turns x into n and returns r. The mean is taken off before squares are summed: it must not drown the deviations.
template <int W, int PER, class T>
__device__ __forceinline__ T normalise(Vec<T, W> (&v)[PER], int vectors, int lane, int lanes, T eps) {
    const T count = T(vectors * W);
    T sum = 0;
#pragma unroll
    for (int j = 0; j < PER; j++) {
#pragma unroll
        for (int w = 0; w < W; w++) {
            sum += v[j].v[w];
        }
    }
    const T mean = group_sum(sum, lanes) / count;
    T squares = 0;
#pragma unroll
    for (int j = 0; j < PER; j++) {
        const bool there = lane + j * lanes < vectors;
#pragma unroll
        for (int w = 0; w < W; w++) {
            v[j].v[w] = there ? v[j].v[w] - mean : T(0);
            squares += v[j].v[w] * v[j].v[w];
        }
    }
    const T inverse = T(1) / square_root(group_sum(squares, lanes) / count + eps);
#pragma unroll
    for (int j = 0; j < PER; j++) {
#pragma unroll
        for (int w = 0; w < W; w++) {
            v[j].v[w] *= inverse;
        }
    }
    return inverse;
}

} // namespace
