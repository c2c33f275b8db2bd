// Single instructions of the GPU that CUDA C++ does not name, with a body for the emulator beside each.
//
// Memory convention: registers only, but for the asynchronous copies, which go from device to shared memory.
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

// W elements (4, 8 or 16 bytes, aligned to their size) from device to shared memory without a stay in registers. The
// thread goes on at once; what was copied may be read after wait_for_copies, by other threads after a barrier too. The
// emulator copies at once.
template <int W, class T>
__device__ __forceinline__ void copy_async(T* to, const T* from) {
    constexpr int BYTES = W * int(sizeof(T));
    static_assert(BYTES == 4 || BYTES == 8 || BYTES == 16, "the sizes that the instruction takes");
#ifdef UNITCELL_EMULATION
    store<W>(to, load<W>(from));
#else
    const unsigned shared = unsigned(__cvta_generic_to_shared(to));
    const size_t global = __cvta_generic_to_global(from);
    if constexpr (BYTES == 16) {
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(shared), "l"(global) : "memory");
    } else {
        asm volatile("cp.async.ca.shared.global [%0], [%1], %2;" ::"r"(shared), "l"(global), "n"(BYTES) : "memory");
    }
#endif
}

// Makes the copies that this thread asked for since the last call a group of its own, be it empty.
__device__ __forceinline__ void commit_copies() {
#ifndef UNITCELL_EMULATION
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

// Waits for all groups of copies of this thread but the last GROUPS.
template <int GROUPS>
__device__ __forceinline__ void wait_for_copies() {
#ifndef UNITCELL_EMULATION
    asm volatile("cp.async.wait_group %0;" ::"n"(GROUPS) : "memory");
#endif
}
