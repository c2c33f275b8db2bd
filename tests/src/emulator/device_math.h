// Arithmetic of CUDA C++ that the C library lacks: intrinsics, bit operations, conversions, min and max for all types.
//
// The fast intrinsics (__expf, __logf, ...) are the accurate functions here; their rounding on a GPU differs by a few
// units in the last place. Those that the C library declares under the same name for itself are macros.
//
// Memory convention: values only, except for the cached loads and stores, which are plain ones.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <math.h>

#include "device_types.h"

// ---- floating point ------------------------------------------------------------------------------------------------

namespace emulation {

/** Keeps the compiler from fusing a product that the source wants rounded. */
template <class T>
inline T rounded(T value) {
    asm volatile("" : "+x"(value));
    return value;
}

template <class To, class From>
inline To bit_cast(From from) {
    static_assert(sizeof(To) == sizeof(From), "same size");
    To to;
    std::memcpy(&to, &from, sizeof to);
    return to;
}

}  // namespace emulation

#define __expf(x) ::expf(x)
#define __exp10f(x) ::exp10f(x)
#define __logf(x) ::logf(x)
#define __log2f(x) ::log2f(x)
#define __log10f(x) ::log10f(x)
#define __sinf(x) ::sinf(x)
#define __cosf(x) ::cosf(x)
#define __tanf(x) ::tanf(x)
#define __sincosf(x, s, c) ::sincosf(x, s, c)
#define __powf(x, y) ::powf(x, y)

inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline double rsqrt(double x) { return 1.0 / ::sqrt(x); }
inline float rsqrt(float x) { return rsqrtf(x); }
inline float rcbrtf(float x) { return 1.0f / cbrtf(x); }
inline double rcbrt(double x) { return 1.0 / ::cbrt(x); }
inline float sinpif(float x) { return static_cast<float>(::sin(M_PI * static_cast<double>(x))); }
inline float cospif(float x) { return static_cast<float>(::cos(M_PI * static_cast<double>(x))); }
inline double normcdf(double x) { return 0.5 * ::erfc(-x * M_SQRT1_2); }
inline float normcdff(float x) { return static_cast<float>(normcdf(static_cast<double>(x))); }

inline float __fadd_rn(float x, float y) { return emulation::rounded(x + y); }
inline float __fsub_rn(float x, float y) { return emulation::rounded(x - y); }
inline float __fmul_rn(float x, float y) { return emulation::rounded(x * y); }
inline float __fdiv_rn(float x, float y) { return x / y; }
inline float __frcp_rn(float x) { return 1.0f / x; }
inline float __fsqrt_rn(float x) { return sqrtf(x); }
inline float __frsqrt_rn(float x) { return rsqrtf(x); }
inline float __fmaf_rn(float x, float y, float z) { return __builtin_fmaf(x, y, z); }
inline float __fdividef(float x, float y) { return x / y; }
inline double __dadd_rn(double x, double y) { return emulation::rounded(x + y); }
inline double __dsub_rn(double x, double y) { return emulation::rounded(x - y); }
inline double __dmul_rn(double x, double y) { return emulation::rounded(x * y); }
inline double __ddiv_rn(double x, double y) { return x / y; }
inline double __drcp_rn(double x) { return 1.0 / x; }
inline double __dsqrt_rn(double x) { return ::sqrt(x); }
inline double __fma_rn(double x, double y, double z) { return __builtin_fma(x, y, z); }

/** Between 0 and 1; not-a-number becomes 0, as on the device. */
inline float __saturatef(float x) { return x >= 1.0f ? 1.0f : x > 0.0f ? x : 0.0f; }

// ---- min and max ---------------------------------------------------------------------------------------------------

#define UNITCELL_MIN_MAX(a, b, result)                                                  \
    inline result min(a x, b y) {                                                       \
        return static_cast<result>(x) < static_cast<result>(y) ? static_cast<result>(x) \
                                                               : static_cast<result>(y); \
    }                                                                                   \
    inline result max(a x, b y) {                                                       \
        return static_cast<result>(x) < static_cast<result>(y) ? static_cast<result>(y) \
                                                               : static_cast<result>(x); \
    }

UNITCELL_MIN_MAX(int, int, int)
UNITCELL_MIN_MAX(unsigned int, unsigned int, unsigned int)
UNITCELL_MIN_MAX(int, unsigned int, unsigned int)
UNITCELL_MIN_MAX(unsigned int, int, unsigned int)
UNITCELL_MIN_MAX(long, long, long)
UNITCELL_MIN_MAX(unsigned long, unsigned long, unsigned long)
UNITCELL_MIN_MAX(long, unsigned long, unsigned long)
UNITCELL_MIN_MAX(unsigned long, long, unsigned long)
UNITCELL_MIN_MAX(long long, long long, long long)
UNITCELL_MIN_MAX(unsigned long long, unsigned long long, unsigned long long)
UNITCELL_MIN_MAX(long long, unsigned long long, unsigned long long)
UNITCELL_MIN_MAX(unsigned long long, long long, unsigned long long)

#undef UNITCELL_MIN_MAX

// Of floating-point numbers: the other one where one is not a number.
inline float min(float x, float y) { return ::fminf(x, y); }
inline float max(float x, float y) { return ::fmaxf(x, y); }
inline double min(double x, double y) { return ::fmin(x, y); }
inline double max(double x, double y) { return ::fmax(x, y); }
inline double min(float x, double y) { return ::fmin(static_cast<double>(x), y); }
inline double max(float x, double y) { return ::fmax(static_cast<double>(x), y); }
inline double min(double x, float y) { return ::fmin(x, static_cast<double>(y)); }
inline double max(double x, float y) { return ::fmax(x, static_cast<double>(y)); }

// ---- bits and integers ---------------------------------------------------------------------------------------------

inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(static_cast<unsigned>(x)); }
inline int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll(static_cast<unsigned long long>(x)); }

inline unsigned __brev(unsigned x) {
    x = (x >> 1 & 0x55555555u) | (x & 0x55555555u) << 1;
    x = (x >> 2 & 0x33333333u) | (x & 0x33333333u) << 2;
    x = (x >> 4 & 0x0f0f0f0fu) | (x & 0x0f0f0f0fu) << 4;
    return __builtin_bswap32(x);
}

inline unsigned long long __brevll(unsigned long long x) {
    const unsigned low = static_cast<unsigned>(x), high = static_cast<unsigned>(x >> 32);
    return static_cast<unsigned long long>(__brev(low)) << 32 | __brev(high);
}

inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift) {
    return static_cast<unsigned>((static_cast<uint64_t>(high) << 32 | low) << (shift & 31) >> 32);
}

inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
    return static_cast<unsigned>((static_cast<uint64_t>(high) << 32 | low) >> (shift & 31));
}

inline int __mulhi(int x, int y) { return static_cast<int>(static_cast<int64_t>(x) * y >> 32); }
inline unsigned __umulhi(unsigned x, unsigned y) { return static_cast<unsigned>(static_cast<uint64_t>(x) * y >> 32); }
inline long long __mul64hi(long long x, long long y) {
    return static_cast<long long>(static_cast<__int128>(x) * y >> 64);
}
inline unsigned long long __umul64hi(unsigned long long x, unsigned long long y) {
    return static_cast<unsigned long long>(static_cast<unsigned __int128>(x) * y >> 64);
}

// ---- conversions ---------------------------------------------------------------------------------------------------

inline int __float_as_int(float x) { return emulation::bit_cast<int>(x); }
inline unsigned __float_as_uint(float x) { return emulation::bit_cast<unsigned>(x); }
inline float __int_as_float(int x) { return emulation::bit_cast<float>(x); }
inline float __uint_as_float(unsigned x) { return emulation::bit_cast<float>(x); }
inline long long __double_as_longlong(double x) { return emulation::bit_cast<long long>(x); }
inline double __longlong_as_double(long long x) { return emulation::bit_cast<double>(x); }
inline int __double2hiint(double x) { return static_cast<int>(__double_as_longlong(x) >> 32); }
inline int __double2loint(double x) { return static_cast<int>(__double_as_longlong(x)); }
inline double __hiloint2double(int high, int low) {
    return __longlong_as_double(static_cast<long long>(high) << 32 | static_cast<unsigned>(low));
}

namespace emulation {

/** To an integer as the device does it: out of range gives the nearest one, not-a-number gives 0. */
template <class To, class From>
inline To saturated(From x) {
    constexpr bool is_signed = static_cast<To>(-1) < static_cast<To>(0);
    constexpr int bits = sizeof(To) * 8 - (is_signed ? 1 : 0);
    const From limit = std::ldexp(static_cast<From>(1), bits);  // the first value above the range
    const To sign_bit = is_signed ? static_cast<To>(static_cast<To>(1) << bits) : static_cast<To>(0);
    const To highest = static_cast<To>(~sign_bit);
    if (x != x) return 0;
    if (x >= limit) return highest;
    if (is_signed ? x < -limit : x <= static_cast<From>(-1)) return static_cast<To>(~highest);
    return static_cast<To>(x);
}

}  // namespace emulation

inline int __float2int_rn(float x) { return emulation::saturated<int>(::rintf(x)); }
inline int __float2int_rz(float x) { return emulation::saturated<int>(x); }
inline int __float2int_rd(float x) { return emulation::saturated<int>(::floorf(x)); }
inline int __float2int_ru(float x) { return emulation::saturated<int>(::ceilf(x)); }
inline unsigned __float2uint_rn(float x) { return emulation::saturated<unsigned>(::rintf(x)); }
inline unsigned __float2uint_rz(float x) { return emulation::saturated<unsigned>(x); }
inline long long __float2ll_rn(float x) { return emulation::saturated<long long>(::rintf(x)); }
inline int __double2int_rn(double x) { return emulation::saturated<int>(::rint(x)); }
inline int __double2int_rz(double x) { return emulation::saturated<int>(x); }
inline long long __double2ll_rn(double x) { return emulation::saturated<long long>(::rint(x)); }
inline float __int2float_rn(int x) { return static_cast<float>(x); }
inline float __uint2float_rn(unsigned x) { return static_cast<float>(x); }
inline float __ll2float_rn(long long x) { return static_cast<float>(x); }
inline float __ull2float_rn(unsigned long long x) { return static_cast<float>(x); }
inline float __double2float_rn(double x) { return static_cast<float>(x); }
inline double __int2double_rn(int x) { return x; }
inline double __uint2double_rn(unsigned x) { return x; }
inline double __ll2double_rn(long long x) { return static_cast<double>(x); }
inline double __ull2double_rn(unsigned long long x) { return static_cast<double>(x); }

// ---- cached loads and stores ---------------------------------------------------------------------------------------

template <class T>
inline T __ldg(const T* address) {
    return *address;
}

template <class T>
inline T __ldcg(const T* address) {
    return *address;
}

template <class T>
inline T __ldcs(const T* address) {
    return *address;
}

template <class T>
inline void __stcg(T* address, T value) {
    *address = value;
}

template <class T>
inline void __stcs(T* address, T value) {
    *address = value;
}
