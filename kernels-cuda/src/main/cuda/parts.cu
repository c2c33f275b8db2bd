// Second stage of sums over many rows, for gradients of parameters: sum_parts.
//
// Memory convention: parts: [count, width] in scratch memory, one row for each part that a first-stage kernel summed;
// read once. Which part holds what is fixed by the shapes of the call, and so is the order here: warp w adds rows w, w + 16,
// ..., then the warps are added in order. Results go to up to three sinks that share a row between them.
//
// Bound by latency: parts have just been written and lie in the second-level cache (a few hundred KB to a few MB).
//
// History
//   1  32 columns by 16 warps a block, four rows in flight. Not timed: no GPU yet.
#include "common.cuh"

namespace {

constexpr int THREADS = 512;
constexpr int WARPS = THREADS / WARP;

// Columns 0..a_width-1 go to a, the next b_width to b, the rest to c; null sinks take nothing.
template <class T>
__device__ void sum_parts(
    const T* parts, int64_t count, int64_t width, T* a, bool add_a, int64_t a_width, T* b, bool add_b, int64_t b_width,
    T* c, bool add_c) {
    SHARED_ARRAY(T, sums, WARPS * WARP);
    const int lane = threadIdx.x % WARP;
    const int warp = threadIdx.x / WARP;
    const int64_t j = int64_t(blockIdx.x) * WARP + lane;
    T sum = 0;
    if (j < width) {
#pragma unroll 4
        for (int64_t i = warp; i < count; i += WARPS) {
            sum += parts[i * width + j];
        }
    }
    sums[threadIdx.x] = sum;
    __syncthreads();
    if (warp == 0 && j < width) {
        T total = 0;
#pragma unroll
        for (int w = 0; w < WARPS; w++) {
            total += sums[w * WARP + lane];
        }
        if (j < a_width) {
            if (a != nullptr) {
                put(a + j, total, add_a);
            }
        } else if (j < a_width + b_width) {
            if (b != nullptr) {
                put(b + (j - a_width), total, add_b);
            }
        } else if (c != nullptr) {
            put(c + (j - a_width - b_width), total, add_c);
        }
    }
}

} // namespace

ENTRY(sum_parts, THREADS,
      (const T* parts, int64_t count, int64_t width, T* a, bool add_a, int64_t a_width, T* b, bool add_b, int64_t b_width,
       T* c, bool add_c),
      sum_parts<T>(parts, count, width, a, add_a, a_width, b, add_b, b_width, c, add_c))
