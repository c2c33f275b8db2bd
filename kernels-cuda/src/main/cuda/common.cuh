// What every kernel file starts from: entry points, shared memory, vectors of 16 bytes, reductions.
//
// Memory convention: tensors arrive as plain pointers to contiguous row-major device memory, 64-byte aligned unless they
// are views; counts and offsets are 64-bit. A null pointer stands for an argument that the contract lets be null.
//
// The same sources are compiled by nvcc for GPUs and, with UNITCELL_EMULATION, by a C++ compiler for the emulator of the
// test suite, which runs the threads of a block one after the other between barriers. Therefore shared memory is declared
// with SHARED_ARRAY or DYNAMIC_SHARED only, every entry point is registered, and PTX stands in intrinsics.cuh only.
#pragma once

#ifdef UNITCELL_EMULATION
#include "emulation.h"
#else
#define UNITCELL_REGISTER(kernel)
// A shared array of the block, its size known when compiling.
#define SHARED_ARRAY(type, name, count) __shared__ __align__(16) type name[count]
// The shared memory whose size the launch gives.
#define DYNAMIC_SHARED(type, name)                                       \
    extern __shared__ __align__(16) unsigned char unitcell_dynamic_shared[]; \
    type* name = reinterpret_cast<type*>(unitcell_dynamic_shared)
#endif

#include <cstdint>

// An entry point `kernel_suffix` for one element type. The body, the last argument, calls a template with T. Parameters
// stand in parentheses.
#define ENTRY_FOR(kernel, suffix, type, threads, params, ...)                                       \
    namespace entry_##kernel##_##suffix {                                                           \
    using T = type;                                                                                 \
    extern "C" __global__ void __launch_bounds__(threads) kernel##_##suffix params { __VA_ARGS__; } \
    UNITCELL_REGISTER(kernel##_##suffix)                                                            \
    }

// Both element types: kernel_f32 and kernel_f64.
#define ENTRY(kernel, threads, params, ...)                     \
    ENTRY_FOR(kernel, f32, float, threads, params, __VA_ARGS__) \
    ENTRY_FOR(kernel, f64, double, threads, params, __VA_ARGS__)

// A kernel without an element type.
#define ENTRY_PLAIN(kernel, threads, params, ...)                                            \
    extern "C" __global__ void __launch_bounds__(threads) kernel params { __VA_ARGS__; }     \
    UNITCELL_REGISTER(kernel)

constexpr int WARP = 32;
constexpr unsigned ALL_LANES = 0xffffffffu;

// W elements that are loaded and stored in one instruction: 16 bytes for float x 4 and double x 2.
template <class T, int W>
struct alignas(sizeof(T) * W) Vec {
    T v[W];
};

// Elements of T in 16 bytes.
template <class T>
constexpr int WIDE = 16 / int(sizeof(T));

template <int W, class T>
__device__ __forceinline__ Vec<T, W> load(const T* p) {
    return *reinterpret_cast<const Vec<T, W>*>(p);
}

template <int W, class T>
__device__ __forceinline__ void store(T* p, const Vec<T, W>& value) {
    *reinterpret_cast<Vec<T, W>*>(p) = value;
}

// Stores, or adds where the caller of a backward kernel asked for that.
template <class T>
__device__ __forceinline__ void put(T* p, T value, bool add) {
    *p = add ? *p + value : value;
}

template <int W, class T>
__device__ __forceinline__ void put(T* p, Vec<T, W> value, bool add) {
    if (add) {
        const Vec<T, W> old = load<W>(p);
#pragma unroll
        for (int i = 0; i < W; i++) {
            value.v[i] += old.v[i];
        }
    }
    store<W>(p, value);
}

// The first element of this thread in a loop over n elements, and the step of that loop.
__device__ __forceinline__ int64_t grid_index() {
    return int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
}

__device__ __forceinline__ int64_t grid_step() {
    return int64_t(gridDim.x) * blockDim.x;
}

// Sum over the lanes of a warp, the same in every lane; all 32 lanes must take part. The order is fixed.
template <class T>
__device__ __forceinline__ T warp_sum(T value) {
#pragma unroll
    for (int lanes = WARP / 2; lanes > 0; lanes /= 2) {
        value += __shfl_xor_sync(ALL_LANES, value, lanes);
    }
    return value;
}

template <class T>
__device__ __forceinline__ T warp_max(T value) {
#pragma unroll
    for (int lanes = WARP / 2; lanes > 0; lanes /= 2) {
        const T other = __shfl_xor_sync(ALL_LANES, value, lanes);
        value = other > value ? other : value;
    }
    return value;
}

// Sum over a block of THREADS threads (a multiple of 32, all of which take part), the same in every thread.
template <int THREADS, class T>
__device__ __forceinline__ T block_sum(T value) {
    static_assert(THREADS % WARP == 0 && THREADS <= 1024, "whole warps");
    SHARED_ARRAY(T, partial, THREADS / WARP);
    value = warp_sum(value);
    __syncthreads(); // a call before this one may still be reading
    if (threadIdx.x % WARP == 0) {
        partial[threadIdx.x / WARP] = value;
    }
    __syncthreads();
    T sum = 0;
#pragma unroll
    for (int warp = 0; warp < THREADS / WARP; warp++) {
        sum += partial[warp];
    }
    return sum;
}

// Elementary functions by element type; float's are the accurate ones, not the fast approximations, except where a kernel
// says so.
__device__ __forceinline__ float exponential(float x) { return expf(x); }
__device__ __forceinline__ double exponential(double x) { return exp(x); }
__device__ __forceinline__ float logarithm(float x) { return logf(x); }
__device__ __forceinline__ double logarithm(double x) { return log(x); }
__device__ __forceinline__ float square_root(float x) { return sqrtf(x); }
__device__ __forceinline__ double square_root(double x) { return sqrt(x); }
__device__ __forceinline__ float absolute(float x) { return fabsf(x); }
__device__ __forceinline__ double absolute(double x) { return fabs(x); }

template <class T>
__device__ __forceinline__ T sigmoid_of(T x) {
    // The branch without overflow on either side: exp only ever of a number that is not positive.
    const T e = exponential(-absolute(x));
    const T tail = T(1) / (T(1) + e);
    return x >= 0 ? tail : e * tail;
}

template <class T>
__device__ __forceinline__ T silu_of(T x) {
    return x * sigmoid_of(x);
}

// d/dx silu(x) = s + x s (1 - s).
template <class T>
__device__ __forceinline__ T silu_slope(T x) {
    const T s = sigmoid_of(x);
    return s + x * s * (T(1) - s);
}

// ((1+s)/2) x + ((1-s)/2) x (2 sigmoid(x) - 1), EquiformerV2's SmoothLeakyReLU of slope s.
template <class T>
__device__ __forceinline__ T smooth_leaky_relu_of(T slope, T x) {
    return T(0.5) * x * ((T(1) + slope) + (T(1) - slope) * (T(2) * sigmoid_of(x) - T(1)));
}

template <class T>
__device__ __forceinline__ T smooth_leaky_relu_slope(T slope, T x) {
    const T s = sigmoid_of(x);
    return T(0.5) * ((T(1) + slope) + (T(1) - slope) * (T(2) * s - T(1) + T(2) * x * s * (T(1) - s)));
}
