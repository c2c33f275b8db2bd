// Loops over the elements of a matrix by row and column, for kernels whose rows have factors or strides of their own.
//
// Memory convention: neighbouring threads take neighbouring columns of a row, then the next row; 16 bytes at a time where
// all addresses and strides allow it. Row and column come from a 32-bit division wherever the matrix has fewer than 2^31
// elements, which costs a third of a 64-bit one.
#pragma once

#include "common.cuh"

// f(row, column) for all rows and `width` columns, each once, shared by all threads of the grid.
template <class F>
__device__ __forceinline__ void over_rows(int64_t rows, int64_t width, F f) {
    const int64_t count = rows * width;
    if (count + grid_step() < (int64_t(1) << 31)) {
        const unsigned n = unsigned(count);
        const unsigned w = unsigned(width);
        for (unsigned i = unsigned(grid_index()); i < n; i += unsigned(grid_step())) {
            const unsigned row = i / w;
            f(int64_t(row), int64_t(i - row * w));
        }
    } else {
        for (int64_t i = grid_index(); i < count; i += grid_step()) {
            const int64_t row = i / width;
            f(row, i - row * width);
        }
    }
}

// Whether an address, or a number of elements between addresses, is a multiple of 16 bytes.
template <class T>
__device__ __forceinline__ bool whole_vectors(const T* p) {
    return reinterpret_cast<uintptr_t>(p) % 16 == 0;
}

template <class T>
__device__ __forceinline__ bool whole_vectors(int64_t elements) {
    return elements % WIDE<T> == 0;
}

// values times one factor
template <class T, int W>
__device__ __forceinline__ Vec<T, W> scaled(Vec<T, W> values, T factor) {
#pragma unroll
    for (int i = 0; i < W; i++) {
        values.v[i] *= factor;
    }
    return values;
}
