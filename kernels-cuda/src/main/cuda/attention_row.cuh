// One head of one edge in the attention logits, shared by forward and backward kernels: LANES threads of a warp hold
// the A numbers of the row, normalise them, and pass them on.
//
// Memory convention: the row is read once into registers, VECTORS vectors a thread; what is longer than that is read
// again from the cache for each use. Loads are coalesced: the lanes of a row read neighbouring vectors. All 32 lanes of
// a warp must take part.
#pragma once

#include "common.cuh"

namespace attention {

constexpr double SLOPE = 0.2;
// Vectors that a thread keeps in registers.
constexpr int VECTORS = 4;

// The smooth leaky ReLU at x and its slope, from one exponential.
template <class T>
struct SmoothLeakyRelu {
    T value;
    T slope;

    __device__ __forceinline__ explicit SmoothLeakyRelu(T x) {
        constexpr T BOTH = T(1) + T(SLOPE);
        constexpr T SPREAD = T(1) - T(SLOPE);
        const T s = sigmoid_of(x);
        const T tanh_of_half = T(2) * s - T(1);
        value = T(0.5) * x * (BOTH + SPREAD * tanh_of_half);
        slope = T(0.5) * (BOTH + SPREAD * (tanh_of_half + T(2) * x * s * (T(1) - s)));
    }
};

template <class T, int W, int LANES>
struct Row {
    const T* x;
    int64_t size;
    int lane;
    T mean;
    T inverse;
    Vec<T, W> held[VECTORS];

    // Sum over the lanes of the row, the same in each.
    static __device__ __forceinline__ T sum(T value) {
#pragma unroll
        for (int lanes = LANES / 2; lanes > 0; lanes /= 2) {
            value += __shfl_xor_sync(ALL_LANES, value, lanes);
        }
        return value;
    }

    // x: [size]; without normalisation mean and inverse stay 0 and 1
    __device__ __forceinline__ Row(const T* x, int64_t size, int lane, bool normalise, T eps)
        : x(x), size(size), lane(lane), mean(0), inverse(1) {
#pragma unroll
        for (int i = 0; i < VECTORS; i++) {
            const int64_t a = at(i);
            held[i] = a < size ? load<W>(x + a) : Vec<T, W>{};
        }
        if (normalise) {
            T total = 0;
            each([&](int64_t, const Vec<T, W>& values, int) {
#pragma unroll
                for (int w = 0; w < W; w++) {
                    total += values.v[w];
                }
            });
            mean = sum(total) / T(size);
            T squares = 0;
            each([&](int64_t, const Vec<T, W>& values, int) {
#pragma unroll
                for (int w = 0; w < W; w++) {
                    const T deviation = values.v[w] - mean;
                    squares += deviation * deviation;
                }
            });
            inverse = T(1) / square_root(sum(squares) / T(size) + eps);
        }
    }

    // Where vector i of this lane begins.
    __device__ __forceinline__ int64_t at(int64_t i) const {
        return (i * LANES + lane) * W;
    }

    // f(a, values, i) for this lane's vectors x[a..a+W-1]; i is a constant below VECTORS for those held, then VECTORS.
    template <class F>
    __device__ __forceinline__ void each(F f) const {
#pragma unroll
        for (int i = 0; i < VECTORS; i++) {
            const int64_t a = at(i);
            if (a < size) {
                f(a, held[i], i);
            }
        }
        for (int64_t a = at(VECTORS); a < size; a += LANES * W) {
            f(a, load<W>(x + a), VECTORS);
        }
    }
};

} // namespace attention
