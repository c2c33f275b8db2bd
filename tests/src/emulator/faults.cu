// Kernels with planted faults: what the emulator must catch. Tests load them beside the sound ones.
//
// Memory convention: arrays in device memory, owned by the caller; n is their true length unless said otherwise.
#include "emulation.h"

// Writes one element behind the end.
extern "C" __global__ void fault_write_behind_f32(float* x, int n) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i <= n) x[i] = 1.0f;
}
UNITCELL_REGISTER(fault_write_behind_f32)

// Reads one element behind the end, far enough from it for the closed page with n a multiple of 64.
extern "C" __global__ void fault_read_behind_f32(float* sum, const float* x, int n) {
    float s = 0;
    for (int i = 0; i <= n; i++) s += x[i];
    if (threadIdx.x == 0) *sum = s;
}
UNITCELL_REGISTER(fault_read_behind_f32)

// Writes to null.
extern "C" __global__ void fault_null_f32(float* x) {
    x[threadIdx.x] = 1.0f;
}
UNITCELL_REGISTER(fault_null_f32)

// Reverses a block through shared memory and forgets the barrier; blocks of up to 256 threads.
extern "C" __global__ void fault_missing_barrier_f32(float* y, const float* x) {
    SHARED_ARRAY(float, row, 256);
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    row[threadIdx.x] = x[i];
    // here: __syncthreads();
    y[i] = row[threadIdx.x > 0 ? threadIdx.x - 1 : 0];
}
UNITCELL_REGISTER(fault_missing_barrier_f32)

// The first 100 threads wait at a barrier that the others never reach.
extern "C" __global__ void fault_divergent_barrier_f32(float* x) {
    if (threadIdx.x < 100) __syncthreads();
    x[threadIdx.x] = 1.0f;
}
UNITCELL_REGISTER(fault_divergent_barrier_f32)

// Two barriers of two branches.
extern "C" __global__ void fault_two_barriers_f32(float* x) {
    if (threadIdx.x < 32) {
        x[threadIdx.x] = 1.0f;
        __syncthreads();
    } else {
        x[threadIdx.x] = 2.0f;
        __syncthreads();
    }
}
UNITCELL_REGISTER(fault_two_barriers_f32)

// Half a warp shuffles with a full mask.
extern "C" __global__ void fault_missing_lanes_f32(float* x) {
    const float value = static_cast<float>(threadIdx.x);
    if (threadIdx.x < 16) x[threadIdx.x] = __shfl_xor_sync(0xffffffffu, value, 1);
}
UNITCELL_REGISTER(fault_missing_lanes_f32)

// Writes `over` elements behind a shared array.
extern "C" __global__ void fault_shared_overrun_f32(float* x, int over) {
    SHARED_ARRAY(float, row, 64);
    float* const at = row;
    if (threadIdx.x == 0) at[63 + over] = 1.0f;
    __syncthreads();
    x[threadIdx.x] = row[0];
}
UNITCELL_REGISTER(fault_shared_overrun_f32)

// Writes element `at` of dynamic shared memory.
extern "C" __global__ void fault_dynamic_overrun_f32(float* x, int at) {
    DYNAMIC_SHARED(float, row);
    if (threadIdx.x == 0) row[at] = 1.0f;
    __syncthreads();
    x[threadIdx.x] = 1.0f;
}
UNITCELL_REGISTER(fault_dynamic_overrun_f32)

// Reads shared memory that nobody has written: not a number.
extern "C" __global__ void fault_uninitialised_shared_f32(float* x) {
    SHARED_ARRAY(float, row, 64);
    if (threadIdx.x > 0) row[threadIdx.x % 64] = 1.0f;
    __syncthreads();
    x[threadIdx.x] = row[threadIdx.x % 64];
}
UNITCELL_REGISTER(fault_uninitialised_shared_f32)

// Uses x after it was freed, when the host has freed it.
extern "C" __global__ void fault_fill_f32(float* x, float value, int n) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) x[i] = value;
}
UNITCELL_REGISTER(fault_fill_f32)

// Calls itself until its stack is used up.
__device__ __noinline__ float fault_recursion(float value, int depth) {
    volatile float frame[256];
    frame[depth % 256] = value;
    return depth == 0 ? frame[0] : fault_recursion(value + 1.0f, depth - 1) + frame[depth % 256];
}

extern "C" __global__ void fault_stack_overflow_f32(float* x, int depth) {
    x[threadIdx.x] = fault_recursion(1.0f, depth);
}
UNITCELL_REGISTER(fault_stack_overflow_f32)

// Reads a float4 at an address that is not a multiple of 16.
extern "C" __global__ void fault_misaligned_f32(float* x) {
    const float4 v = *reinterpret_cast<const float4*>(x + 1);
    *reinterpret_cast<float4*>(x + 9) = v;
}
UNITCELL_REGISTER(fault_misaligned_f32)

extern "C" __global__ void fault_assert_f32(float* x, int limit) {
    assert(static_cast<int>(threadIdx.x) < limit);
    x[threadIdx.x] = 1.0f;
}
UNITCELL_REGISTER(fault_assert_f32)

extern "C" __global__ void fault_division_i32(int* x, int divisor) {
    x[threadIdx.x] = 7 / divisor;
}
UNITCELL_REGISTER(fault_division_i32)
