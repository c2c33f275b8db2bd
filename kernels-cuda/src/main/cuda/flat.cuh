// Passes over flat arrays in groups of consecutive elements, 16 bytes an access where all addresses allow it.
//
// Memory convention: which thread takes which elements depends on their number alone, not on addresses, so that sums over
// a flat array have the same order for every alignment.
#pragma once

#include "common.cuh"

// Whether 16-byte accesses may be used at all of these addresses.
template <class... P>
__device__ __forceinline__ bool aligned(const P*... pointers) {
    return ((reinterpret_cast<uintptr_t>(pointers) | ...) & 15) == 0;
}

// Elements i..i+W-1 of n, zeros behind the end.
template <int W, class T>
__device__ __forceinline__ Vec<T, W> load_group(const T* x, int64_t i, int64_t n, bool wide) {
    if (wide && i + W <= n) {
        return load<W>(x + i);
    }
    Vec<T, W> values;
#pragma unroll
    for (int w = 0; w < W; w++) {
        values.v[w] = i + w < n ? x[i + w] : T(0);
    }
    return values;
}

template <int W, class T>
__device__ __forceinline__ void store_group(T* y, int64_t i, int64_t n, bool wide, const Vec<T, W>& values) {
    if (wide && i + W <= n) {
        store<W>(y + i, values);
        return;
    }
#pragma unroll
    for (int w = 0; w < W; w++) {
        if (i + w < n) {
            y[i + w] = values.v[w];
        }
    }
}

// Sum over the elements that this thread takes of f(group of x), a float64; zeros stand behind the end.
template <class T, class F>
__device__ __forceinline__ double sum_groups(const T* x, int64_t n, F f) {
    constexpr int W = WIDE<T>;
    const bool wide = aligned(x);
    double sum = 0;
#pragma unroll 4
    for (int64_t i = grid_index() * W; i < n; i += grid_step() * W) {
        const Vec<T, W> values = load_group<W>(x, i, n, wide);
#pragma unroll
        for (int w = 0; w < W; w++) {
            sum += f(values.v[w]);
        }
    }
    return sum;
}
