// Kernels without faults that the emulator is tested with: element-wise, reductions with shuffles and with shared
// memory, a tiled matrix product, votes, atomics.
//
// Memory convention: row-major arrays in device memory, owned by the caller.
#include "emulation.h"

// y[i] += a * x[i]
extern "C" __global__ void axpy_f32(float* __restrict__ y, const float* __restrict__ x, float a, long long n) {
    const long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i < n) y[i] = fmaf(a, x[i], y[i]);
}
UNITCELL_REGISTER(axpy_f32)

// The same on four numbers at a time.
extern "C" __global__ void axpy4_f32(float* __restrict__ y, const float* __restrict__ x, float a, int quads) {
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < quads; i += gridDim.x * blockDim.x) {
        float4 v = reinterpret_cast<float4*>(y)[i];
        const float4 u = __ldg(reinterpret_cast<const float4*>(x) + i);
        v.x += a * u.x;
        v.y += a * u.y;
        v.z += a * u.z;
        v.w += a * u.w;
        reinterpret_cast<float4*>(y)[i] = v;
    }
}
UNITCELL_REGISTER(axpy4_f32)

template <class Op>
__device__ __forceinline__ float warp_reduce(float value, Op op) {
    for (int offset = 16; offset > 0; offset /= 2) value = op(value, __shfl_xor_sync(0xffffffffu, value, offset));
    return value;
}

/** The same value in all threads; two barriers, so that it can be called again at once. */
template <class Op>
__device__ float block_reduce(float value, float neutral, Op op) {
    SHARED_ARRAY(float, partial, 32);
    value = warp_reduce(value, op);
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = value;
    __syncthreads();
    value = threadIdx.x % 32 < (blockDim.x + 31) / 32 ? partial[threadIdx.x % 32] : neutral;
    value = warp_reduce(value, op);
    __syncthreads();
    return value;
}

// x, y: [rows, columns]; one block a row, dynamic memory of one row
extern "C" __global__ void softmax_f32(float* __restrict__ y, const float* __restrict__ x, int columns) {
    DYNAMIC_SHARED(float, row);
    const float* const from = x + static_cast<size_t>(blockIdx.x) * columns;
    float largest = -INFINITY;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        row[c] = from[c];
        largest = fmaxf(largest, row[c]);
    }
    largest = block_reduce(largest, -INFINITY, [](float a, float b) { return fmaxf(a, b); });
    float sum = 0;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        row[c] = __expf(row[c] - largest);
        sum += row[c];
    }
    sum = block_reduce(sum, 0.0f, [](float a, float b) { return a + b; });
    float* const to = y + static_cast<size_t>(blockIdx.x) * columns;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) to[c] = row[c] / sum;
}
UNITCELL_REGISTER(softmax_f32)

// c: [m, n] = a: [m, k] times b: [k, n]; blocks of 16 x 16 threads, each thread a 4 x 4 patch
extern "C" __global__ void __launch_bounds__(256) sgemm_f32(float* __restrict__ c, const float* __restrict__ a,
                                                            const float* __restrict__ b, int m, int n, int k) {
    SHARED_ARRAY(float, tile_a, 16][65);
    SHARED_ARRAY(float, tile_b, 16][64);
    const int tx = threadIdx.x, ty = threadIdx.y, thread = ty * 16 + tx;
    const int row = blockIdx.y * 64, column = blockIdx.x * 64;
    float sum[4][4] = {};
    for (int k0 = 0; k0 < k; k0 += 16) {
        for (int i = thread; i < 1024; i += 256) {
            const int r = i / 16, q = i % 16;
            tile_a[q][r] = row + r < m && k0 + q < k ? a[static_cast<size_t>(row + r) * k + k0 + q] : 0.0f;
        }
        for (int i = thread; i < 1024; i += 256) {
            const int q = i / 64, s = i % 64;
            tile_b[q][s] = k0 + q < k && column + s < n ? b[static_cast<size_t>(k0 + q) * n + column + s] : 0.0f;
        }
        __syncthreads();
#pragma unroll
        for (int q = 0; q < 16; q++) {
            for (int i = 0; i < 4; i++) {
                for (int j = 0; j < 4; j++) sum[i][j] += tile_a[q][ty * 4 + i] * tile_b[q][tx * 4 + j];
            }
        }
        __syncthreads();
    }
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            const int r = row + ty * 4 + i, s = column + tx * 4 + j;
            if (r < m && s < n) c[static_cast<size_t>(r) * n + s] = sum[i][j];
        }
    }
}
UNITCELL_REGISTER(sgemm_f32)

// sums[block] = sum of the block's part of x, in double precision by a tree in shared memory
extern "C" __global__ void block_sum_f64(double* __restrict__ sums, const double* __restrict__ x, int n) {
    SHARED_ARRAY(double, tree, 256);
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    tree[threadIdx.x] = i < n ? x[i] : 0.0;
    __syncthreads();
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        if (static_cast<int>(threadIdx.x) < half) tree[threadIdx.x] += tree[threadIdx.x + half];
        __syncthreads();
    }
    if (threadIdx.x == 0) sums[blockIdx.x] = tree[0];
}
UNITCELL_REGISTER(block_sum_f64)

__constant__ int unitcell_self_test_table[4] = {3, 1, 4, 1};

// result: [8]; blocks of 80 threads (a partial warp), one of each vote, shuffle and atomic
extern "C" __global__ void votes_i32(int* __restrict__ result) {
    const int thread = threadIdx.x, lane = thread % warpSize;
    const unsigned mask = thread < 64 ? 0xffffffffu : 0x0000ffffu;
    const unsigned odd = __ballot_sync(mask, lane & 1);
    const int count = __syncthreads_count(thread % 3 == 0);
    const int any = __syncthreads_or(thread == 79), all = __syncthreads_and(thread < 79);
    const int up = __shfl_up_sync(mask, thread, 1, 16), down = __shfl_down_sync(mask, thread, 1, 16);
    const long long wide = __shfl_sync(mask, 1ll << (lane + 20), 3);
    // Half warps that meet on their own.
    int half_sum = 1;
    if (lane < 16) {
        for (int offset = 8; offset > 0; offset /= 2) half_sum += __shfl_xor_sync(0x0000ffffu, half_sum, offset);
    }
    __syncwarp(mask);
    if (__any_sync(mask, thread == 70)) atomicAdd(&result[0], 1);
    atomicMax(&result[1], thread);
    atomicAdd(&result[2], up + down);
    if (thread == 0) result[3] = __popc(odd) + count * 100 + any * 100000 + all * 1000000;
    if (thread == 64) result[4] = static_cast<int>(wide >> 20) + half_sum;
    if (thread == 1) result[5] = unitcell_self_test_table[2];
    if (thread == 2) result[6] = static_cast<int>(__activemask() >> lane & 1);
    if (thread == 3) result[7] = min(7u, __umulhi(1u << 31, 8u)) + __clz(1) + __ffs(8);
}
UNITCELL_REGISTER(votes_i32)

// Spends its time in collectives: `rounds` shuffles by every thread; x: [blocks * threads]
extern "C" __global__ void shuffles_f32(float* x, int rounds) {
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    float value = x[i];
    for (int r = 0; r < rounds; r++) value += 0.5f * __shfl_xor_sync(0xffffffffu, value, 1 << r % 5);
    x[i] = value;
}
UNITCELL_REGISTER(shuffles_f32)

// The same with barriers of the block.
extern "C" __global__ void barriers_f32(float* x, int rounds) {
    SHARED_ARRAY(float, row, 1024);
    const int i = blockIdx.x * blockDim.x + threadIdx.x, last = blockDim.x - 1;
    float value = x[i];
    for (int r = 0; r < rounds; r += 2) {
        row[threadIdx.x] = value;
        __syncthreads();
        value += 0.5f * row[last - threadIdx.x];
        __syncthreads();
    }
    x[i] = value;
}
UNITCELL_REGISTER(barriers_f32)
