// Rows of a table as l=0 features: embedding and embedding_backward.
//
// Memory convention: forward, a block for each node reads one row of the table and writes the node's (L+1)^2 rows once, all
// but the first zero. Backward, a block for each row of the table and run of channels looks through the indices, keeps the
// matching nodes of a stretch in shared memory, ascending, and adds up their l=0 rows in that order.
//
// Bound by memory bandwidth: 4 (L+1)^2 C bytes written a node (12.8 KB at lmax 4 with 128 channels, 25 KB at lmax 6);
// backward reads 4 C bytes a node, and its indices once for every row of the table.
//
// History
//   1  as above. Not timed: no GPU yet.
#include "common.cuh"

namespace {

constexpr int THREADS = 256;

// table: [rows, C]  index: [N]  x: [N, S, C]; size = S * C
template <class T, int W>
__device__ void embedding(const T* table, const int* index, T* x, int64_t size, int64_t channels) {
    const int64_t n = blockIdx.x;
    const T* const row = table + index[n] * channels;
    Vec<T, W> zero;
#pragma unroll
    for (int w = 0; w < W; w++) {
        zero.v[w] = T(0);
    }
    for (int64_t i = int64_t(threadIdx.x) * W; i < size; i += THREADS * W) {
        store<W>(x + n * size + i, i < channels ? load<W>(row + i) : zero);
    }
}

constexpr int BACKWARD_THREADS = 128;
constexpr int WARPS = BACKWARD_THREADS / WARP;
// Nodes that a warp looks at between two barriers, in runs of 32.
constexpr int RUNS = 4;
constexpr int STRETCH = WARPS * RUNS * WARP;
// Rows on their way to the sum at a time.
constexpr int AHEAD = 8;

// dx: [N, S, C] with size = S * C  index: [N]  dtable: [rows, C]. A block for row blockIdx.x and channels from
// blockIdx.y * BACKWARD_THREADS on.
template <class T>
__device__ void embedding_backward(
    const T* dx, const int* index, T* dtable, bool add, int64_t nodes, int64_t size, int64_t channels) {
    SHARED_ARRAY(int, found, STRETCH);
    SHARED_ARRAY(int, counts, WARPS);
    const int lane = threadIdx.x % WARP;
    const int warp = threadIdx.x / WARP;
    const int row = blockIdx.x;
    const int64_t c = int64_t(blockIdx.y) * BACKWARD_THREADS + threadIdx.x;
    T sum = 0;
    for (int64_t first = 0; first < nodes; first += STRETCH) {
        // Matching nodes of this warp's runs, and how many the warps before it have.
        unsigned hits[RUNS];
        int count = 0;
#pragma unroll
        for (int run = 0; run < RUNS; run++) {
            const int64_t n = first + (warp * RUNS + run) * WARP + lane;
            hits[run] = __ballot_sync(ALL_LANES, n < nodes && index[n] == row);
            count += __popc(hits[run]);
        }
        if (lane == 0) {
            counts[warp] = count;
        }
        __syncthreads();
        int at = 0;
        int total = 0;
        for (int w = 0; w < WARPS; w++) {
            at += w < warp ? counts[w] : 0;
            total += counts[w];
        }
#pragma unroll
        for (int run = 0; run < RUNS; run++) {
            if (hits[run] >> lane & 1) {
                found[at + __popc(hits[run] & ((1u << lane) - 1))] = (warp * RUNS + run) * WARP + lane;
            }
            at += __popc(hits[run]);
        }
        __syncthreads();
        if (c < channels) {
            for (int i = 0; i < total; i += AHEAD) {
                T values[AHEAD];
#pragma unroll
                for (int j = 0; j < AHEAD; j++) {
                    values[j] = i + j < total ? dx[(first + found[i + j]) * size + c] : T(0);
                }
#pragma unroll
                for (int j = 0; j < AHEAD; j++) {
                    sum += values[j];
                }
            }
        }
        // No barrier here: the next stretch overwrites what was found behind its first one, the counts behind this one's
        // second.
    }
    if (c < channels) {
        put(dtable + int64_t(row) * channels + c, sum, add);
    }
}

} // namespace

#define EMBEDDING(suffix, type, width)                                                  \
    ENTRY_FOR(embedding, suffix, type, THREADS,                                         \
              (const T* table, const int* index, T* x, int64_t size, int64_t channels), \
              embedding<T, width>(table, index, x, size, channels))

EMBEDDING(w4_f32, float, 4)
EMBEDDING(w1_f32, float, 1)
EMBEDDING(w1_f64, double, 1)
ENTRY(embedding_backward, BACKWARD_THREADS,
      (const T* dx, const int* index, T* dtable, bool add, int64_t nodes, int64_t size, int64_t channels),
      embedding_backward<T>(dx, index, dtable, add, nodes, size, channels))
