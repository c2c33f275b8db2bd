// Single instructions of the GPU that CUDA C++ does not name, with a body for the emulator beside each.
//
// Memory convention: registers only.
#pragma once

#include "common.cuh"

// 2^x with a relative error below 2e-7; results under the normal range become zero. exp2f is this instruction too, but
// with a comparison and two products around it for results under the normal range.
__device__ __forceinline__ float exp2_approximate(float x) {
#ifdef UNITCELL_EMULATION
    return exp2f(x);
#else
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
#endif
}

// 1/x with a relative error below 1.2e-7; 1/infinity is zero.
__device__ __forceinline__ float reciprocal_approximate(float x) {
#ifdef UNITCELL_EMULATION
    return 1 / x;
#else
    float y;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
#endif
}
