// Products of small matrices inside a kernel that does other things too, as tables of species times a part of a weight.
//
// Memory convention: a block of 256 threads makes a tile of 16 x 16 results, one a thread, from tiles of 16 x 32 in shared
// memory; the next tile is on its way in registers while one is used. Sums run over ascending depth.
#pragma once

#include "common.cuh"

namespace {

constexpr int PRODUCT_THREADS = 256;
constexpr int PRODUCT_TILE = 16;
constexpr int PRODUCT_DEPTH = 32;
constexpr int PRODUCT_ROW = PRODUCT_DEPTH + 1; // padded: no bank conflicts
constexpr int PRODUCT_SHARED = 2 * PRODUCT_TILE * PRODUCT_ROW;

// A matrix as the product sees it: element (i, k) is p[i * stride + k] where ALONG, that is where the depth k is the
// dimension of consecutive elements, else p[k * stride + i].
template <class T, bool ALONG>
struct Factor {
    const T* p;
    int64_t stride;
    int64_t rows;

    // The two elements that this thread brings of the tile at (row, depth), zero outside.
    __device__ __forceinline__ void fetch(int64_t row, int64_t k, int64_t depth, T (&values)[2]) const {
#pragma unroll
        for (int j = 0; j < 2; j++) {
            const int64_t i = row + tile_row(j);
            const int64_t at = k + tile_depth(j);
            values[j] = i < rows && at < depth ? p[ALONG ? i * stride + at : at * stride + i] : T(0);
        }
    }

    __device__ __forceinline__ void keep(const T (&values)[2], T* tile) const {
#pragma unroll
        for (int j = 0; j < 2; j++) {
            tile[tile_row(j) * PRODUCT_ROW + tile_depth(j)] = values[j];
        }
    }

    // Neighbouring threads take consecutive elements.
    static __device__ __forceinline__ int tile_row(int j) {
        const int i = threadIdx.x + j * PRODUCT_THREADS;
        return ALONG ? i / PRODUCT_DEPTH : i % PRODUCT_TILE;
    }

    static __device__ __forceinline__ int tile_depth(int j) {
        const int i = threadIdx.x + j * PRODUCT_THREADS;
        return ALONG ? i % PRODUCT_DEPTH : i / PRODUCT_TILE;
    }
};

// Sum over k < depth of a(row + threadIdx.x / 16, k) b(column + threadIdx.x % 16, k). All threads must take part; shared
// has PRODUCT_SHARED elements.
template <class T, bool A_ALONG, bool B_ALONG>
__device__ __forceinline__ T tile_product(
    const Factor<T, A_ALONG>& a, const Factor<T, B_ALONG>& b, int64_t row, int64_t column, int64_t depth, T* shared) {
    T* const a_tile = shared;
    T* const b_tile = shared + PRODUCT_TILE * PRODUCT_ROW;
    const T* const a_row = a_tile + threadIdx.x / PRODUCT_TILE * PRODUCT_ROW;
    const T* const b_row = b_tile + threadIdx.x % PRODUCT_TILE * PRODUCT_ROW;
    T a_next[2];
    T b_next[2];
    a.fetch(row, 0, depth, a_next);
    b.fetch(column, 0, depth, b_next);
    T sum = 0;
    for (int64_t k = 0; k < depth; k += PRODUCT_DEPTH) {
        __syncthreads(); // the tile before may still be read
        a.keep(a_next, a_tile);
        b.keep(b_next, b_tile);
        __syncthreads();
        a.fetch(row, k + PRODUCT_DEPTH, depth, a_next);
        b.fetch(column, k + PRODUCT_DEPTH, depth, b_next);
#pragma unroll
        for (int j = 0; j < PRODUCT_DEPTH; j++) {
            sum += a_row[j] * b_row[j];
        }
    }
    return sum;
}

// The result of this thread in the tile at (row, column).
__device__ __forceinline__ int64_t product_row(int64_t row) { return row + threadIdx.x / PRODUCT_TILE; }
__device__ __forceinline__ int64_t product_column(int64_t column) { return column + threadIdx.x % PRODUCT_TILE; }

} // namespace
