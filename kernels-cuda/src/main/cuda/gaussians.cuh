// Gaussian smearing g_k(d) = exp(coefficient (d - k spacing)^2), and which Gaussians of a distance matter.
//
// Accuracy: d - k spacing is formed by two fused products with the spacing split into a rounded part and its rest, so that
// it carries one rounding of the small difference, not of k spacing; in float32 the latter would leave the 600th Gaussian
// four digits.
//
// Window: with u = d / spacing and a standard deviation of w spacings, g_k is left out of sums over k where |u - k| reaches
// H >= w sqrt(2 cut), that is where it is below e^-cut. All that is left out of one sum is at most 2 sum over j >= H of
// exp(-j^2 / (2 w^2)) <= 2 e^-cut (1 + w^2 / H) times the largest weight, and of derivatives (t / w^2) g_k up to H / w^2 as
// much.
//   float32, cut 21: H = 13 for w = 2, 26 Gaussians of a row of 600; 2e-9, a thirtieth of what float32 rounds off a single
//   term of the largest Gaussian; derivatives 7e-9 of a largest one of 0.3, less than its rounding also.
//   float64, cut 40: H = 18 for w = 2, 36 Gaussians; 1e-17, derivatives 5e-17 of 0.3; both below a rounding of 1.1e-16.
// H = count says that all matter to every distance. Where rounding moves u across a whole number, a Gaussian is left out
// that is as far as H less a rounding of u (2e-5 for the 600th in float32), which the bounds above do not notice.
//
// Memory convention: values only.
#pragma once

#include "common.cuh"

namespace {

__device__ __forceinline__ float fused(float a, float b, float c) { return fmaf(a, b, c); }
__device__ __forceinline__ double fused(double a, double b, double c) { return fma(a, b, c); }

template <class T>
struct Gaussians {
    T spacing;
    T rest; // what rounding took off the spacing
    T coefficient;
    int count;
    int half; // H

    __device__ __forceinline__ Gaussians(double exact_spacing, double exact_coefficient, int count, int half)
        : spacing(T(exact_spacing)), rest(T(exact_spacing - double(T(exact_spacing)))), coefficient(T(exact_coefficient)),
          count(count), half(half) {}

    // d - k spacing
    __device__ __forceinline__ T offset(int k, T d) const {
        const T minus_k = T(-k);
        return fused(minus_k, rest, fused(minus_k, spacing, d));
    }

    __device__ __forceinline__ T value(int k, T d) const {
        const T t = offset(k, d);
        return exponential(coefficient * t * t);
    }

    // g'_k(d)
    __device__ __forceinline__ T slope(int k, T d) const {
        const T t = offset(k, d);
        return T(2) * coefficient * t * exponential(coefficient * t * t);
    }

    __device__ __forceinline__ bool all() const { return half >= count; }

    // floor(d / spacing), held to where the window just leaves the basis; a distance that is not a number gets 0, so that
    // it shows in the result.
    __device__ __forceinline__ int nearest(T d) const {
        const T u = d / spacing;
        const T low = T(-half - 1);
        const T high = T(count + half);
        return u != u ? 0 : int(floor(u < low ? low : u > high ? high : u));
    }

    // Gaussians first(n) to end(n) - 1 matter to a distance of n = nearest(d).
    __device__ __forceinline__ int first(int n) const {
        const int k = n - half + 1;
        return all() || k < 0 ? 0 : k;
    }

    __device__ __forceinline__ int end(int n) const {
        const int k = n + half + 1;
        return all() || k > count ? count : k < 0 ? 0 : k;
    }

    // Whether one of the Gaussians from..to-1 matters to a distance; true for what is not a number.
    __device__ __forceinline__ bool matters(int from, int to, T d) const {
        return all() || !(d <= T(from - half) * spacing || d >= T(to - 1 + half) * spacing);
    }
};

} // namespace
