// Matrix products c = alpha a b + beta c, row-major, batched, any strides, each operand plain or transposed.
//
// Memory convention: a block computes a TILE_M x TILE_N tile of c. Slices of TILE_K columns of a and rows of b pass through
// shared memory, k-major, two of each: while one is multiplied, the next travels from global memory through registers. A
// thread keeps a THREAD_M x THREAD_N block of results in registers. Sums may be cut into parts (grid z), each written to
// memory of its own and added in order by gemm_add_parts, so that a result never depends on the device.
//
// Bound by FLOPs: a slice gives 2 TILE_M TILE_N TILE_K operations for (TILE_M + TILE_N) TILE_K loads, 64 a float at 128.
//
// History (not timed on a GPU yet; what nvcc reports for sm_90):
//   1  128 x 128 tiles of 8 x 8 a thread for large products, 64 x 64 of 4 x 4 for all others; double-buffered.
//   2  one pointer and one distance for all loads of a thread instead of an address for each: 128 registers without
//      spills, two blocks on a multiprocessor instead of one.
#include "common.cuh"

namespace {

constexpr int THREADS = 256;

// One operand's way from global to shared memory: a TILE x TILE_K slice after the other, TILE counting rows of a (columns
// of b). ALONG_K says that neighbours in k are neighbours in memory. Neighbouring threads take neighbouring elements, each
// thread COUNT of them at equal distances, so that one pointer and one distance serve all. Numbers outside are zeros.
template <class T, int TILE, int TILE_K, bool ALONG_K>
struct Slice {
    static constexpr int COUNT = TILE * TILE_K / THREADS;
    static constexpr int ROW = ALONG_K ? THREADS / TILE_K : 0; // from one element of a thread to its next
    static constexpr int STEP = ALONG_K ? 0 : THREADS / TILE;
    // Shared rows are one vector longer than the tile, so that columns do not fall into one bank.
    static constexpr int PITCH = TILE + 4;
    static_assert(THREADS % TILE_K == 0 && THREADS % TILE == 0, "threads take whole rows of a slice");
    T held[COUNT];
    const T* at;
    int64_t distance;
    int64_t advance;
    int row;
    int k;
    int rows; // how many rows of the tile lie inside the matrix

    __device__ __forceinline__ Slice(const T* p, int64_t stride, int64_t row0, int64_t row_count, int64_t from) {
        row = ALONG_K ? int(threadIdx.x) / TILE_K : int(threadIdx.x) % TILE;
        k = ALONG_K ? int(threadIdx.x) % TILE_K : int(threadIdx.x) / TILE;
        rows = int(min(int64_t(TILE), row_count - row0));
        const int64_t r = row0 + row;
        at = p + (ALONG_K ? r * stride + from + k : (from + k) * stride + r);
        distance = (ALONG_K ? ROW : STEP) * stride;
        advance = ALONG_K ? TILE_K : TILE_K * stride;
    }

    // Loads the next slice, of which `left` columns in k lie inside the matrix.
    __device__ __forceinline__ void fetch(int left) {
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            held[i] = row + i * ROW < rows && k + i * STEP < left ? at[i * distance] : T(0);
        }
        at += advance;
    }

    __device__ __forceinline__ void keep(T* shared) const {
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            shared[(k + i * STEP) * PITCH + row + i * ROW] = held[i];
        }
    }
};

// a: [m, k] or transposed, b: [k, n] or transposed, c: [m, n]; grid: tiles of m, tiles of n, parts x batch
template <class T, int TILE_M, int TILE_N, int TILE_K, int THREAD_M, int THREAD_N, bool A_TRANSPOSED, bool B_TRANSPOSED>
__device__ __forceinline__ void gemm(
    int64_t m, int64_t n, int64_t k, T alpha, const T* a, int64_t a_stride, int64_t a_batch, const T* b, int64_t b_stride,
    int64_t b_batch, T beta, T* c, int64_t c_stride, int64_t c_batch, int parts, int64_t part_length) {
    static_assert(TILE_M / THREAD_M * (TILE_N / THREAD_N) == THREADS, "a block has 256 threads");
    constexpr int COLUMNS = TILE_N / THREAD_N;
    using SliceA = Slice<T, TILE_M, TILE_K, !A_TRANSPOSED>;
    using SliceB = Slice<T, TILE_N, TILE_K, B_TRANSPOSED>;
    SHARED_ARRAY(T, shared_a, 2 * TILE_K * SliceA::PITCH);
    SHARED_ARRAY(T, shared_b, 2 * TILE_K * SliceB::PITCH);

    const int64_t part = blockIdx.z % parts;
    const int64_t product = blockIdx.z / parts;
    a += product * a_batch;
    b += product * b_batch;
    c += (parts > 1 ? part : product) * c_batch;
    const int64_t row0 = int64_t(blockIdx.x) * TILE_M;
    const int64_t column0 = int64_t(blockIdx.y) * TILE_N;
    const int64_t from = part * part_length;
    const int64_t to = min(k, from + part_length);
    const int thread_row = int(threadIdx.x) / COLUMNS * THREAD_M;
    const int thread_column = int(threadIdx.x) % COLUMNS;

    T sums[THREAD_M][THREAD_N] = {};
    int left = int(to - from); // in k
    SliceA next_a(a, a_stride, row0, m, from);
    SliceB next_b(b, b_stride, column0, n, from);
    next_a.fetch(left);
    next_b.fetch(left);
    next_a.keep(shared_a);
    next_b.keep(shared_b);
    __syncthreads();

    int buffer = 0;
    for (; left > 0; left -= TILE_K) {
        const bool more = left > TILE_K;
        if (more) {
            next_a.fetch(left - TILE_K);
            next_b.fetch(left - TILE_K);
        }
        const T* tile_a = shared_a + buffer * TILE_K * SliceA::PITCH;
        const T* tile_b = shared_b + buffer * TILE_K * SliceB::PITCH;
#pragma unroll
        for (int kk = 0; kk < TILE_K; kk++) {
            T left[THREAD_M];
            T right[THREAD_N];
            constexpr int W = THREAD_M < WIDE<T> ? THREAD_M : WIDE<T>;
#pragma unroll
            for (int i = 0; i < THREAD_M; i += W) {
                const Vec<T, W> v = load<W>(tile_a + kk * SliceA::PITCH + thread_row + i);
#pragma unroll
                for (int w = 0; w < W; w++) {
                    left[i + w] = v.v[w];
                }
            }
            // A thread's columns lie in groups of W, COLUMNS groups apart: neighbouring threads read neighbouring vectors.
#pragma unroll
            for (int j = 0; j < THREAD_N; j += W) {
                const Vec<T, W> v = load<W>(tile_b + kk * SliceB::PITCH + (j / W * COLUMNS + thread_column) * W);
#pragma unroll
                for (int w = 0; w < W; w++) {
                    right[j + w] = v.v[w];
                }
            }
#pragma unroll
            for (int i = 0; i < THREAD_M; i++) {
#pragma unroll
                for (int j = 0; j < THREAD_N; j++) {
                    sums[i][j] += left[i] * right[j];
                }
            }
        }
        if (more) {
            buffer ^= 1;
            next_a.keep(shared_a + buffer * TILE_K * SliceA::PITCH);
            next_b.keep(shared_b + buffer * TILE_K * SliceB::PITCH);
        }
        __syncthreads(); // the slice just kept is read next, the one just read is overwritten after that
    }

    constexpr int W = THREAD_M < WIDE<T> ? THREAD_M : WIDE<T>;
    const bool vectors = reinterpret_cast<uintptr_t>(c) % 16 == 0 && c_stride % W == 0 && n % W == 0;
#pragma unroll
    for (int i = 0; i < THREAD_M; i++) {
        const int64_t row = row0 + thread_row + i;
        if (row >= m) {
            continue;
        }
#pragma unroll
        for (int j = 0; j < THREAD_N; j += W) {
            const int64_t column = column0 + (j / W * COLUMNS + thread_column) * W;
            T* place = c + row * c_stride + column;
            if (vectors && column < n) {
                Vec<T, W> v;
#pragma unroll
                for (int w = 0; w < W; w++) {
                    v.v[w] = alpha * sums[i][j + w];
                }
                if (beta != 0) {
                    const Vec<T, W> old = load<W>(place);
#pragma unroll
                    for (int w = 0; w < W; w++) {
                        v.v[w] += beta * old.v[w];
                    }
                }
                store<W>(place, v);
            } else {
#pragma unroll
                for (int w = 0; w < W; w++) {
                    if (column + w < n) {
                        place[w] = alpha * sums[i][j + w] + (beta != 0 ? beta * place[w] : T(0));
                    }
                }
            }
        }
    }
}

// c = alpha * (part 0 + part 1 + ...) + beta c. parts: [count, m, n]
template <class T>
__device__ void add_parts(
    const T* parts, int64_t count, int64_t m, int64_t n, T alpha, T beta, T* c, int64_t c_stride) {
    for (int64_t i = grid_index(); i < m * n; i += grid_step()) {
        T sum = 0;
        for (int64_t part = 0; part < count; part++) {
            sum += parts[part * m * n + i];
        }
        const int64_t row = i / n;
        T* place = c + row * c_stride + (i - row * n);
        *place = alpha * sum + (beta != 0 ? beta * *place : T(0));
    }
}

} // namespace

// Threads of a block, and two blocks on a multiprocessor at once: at most 128 registers.
#define TWO_BLOCKS THREADS, 2
#define GEMM_PARAMETERS                                                                                               \
    (int64_t m, int64_t n, int64_t k, double alpha, const T* a, int64_t a_stride, int64_t a_batch, const T* b,        \
     int64_t b_stride, int64_t b_batch, double beta, T* c, int64_t c_stride, int64_t c_batch, int parts,              \
     int64_t part_length)
#define GEMM_ARGUMENTS                                                                                              \
    (m, n, k, T(alpha), a, a_stride, a_batch, b, b_stride, b_batch, T(beta), c, c_stride, c_batch, parts, part_length)
#define GEMM_FORM(form, a_transposed, b_transposed)                                                     \
    ENTRY_FOR(gemm_large_##form, f32, float, TWO_BLOCKS, GEMM_PARAMETERS,                                   \
              gemm<T, 128, 128, 16, 8, 8, a_transposed, b_transposed> GEMM_ARGUMENTS)  \
    ENTRY(gemm_small_##form, THREADS, GEMM_PARAMETERS,                                                   \
          gemm<T, 64, 64, 16, 4, 4, a_transposed, b_transposed> GEMM_ARGUMENTS)

GEMM_FORM(nn, false, false)
GEMM_FORM(nt, false, true)
GEMM_FORM(tn, true, false)
GEMM_FORM(tt, true, true)

ENTRY(gemm_add_parts, THREADS,
      (const T* parts, int64_t count, int64_t m, int64_t n, double alpha, double beta, T* c, int64_t c_stride),
      add_parts<T>(parts, count, m, n, T(alpha), T(beta), c, c_stride))
