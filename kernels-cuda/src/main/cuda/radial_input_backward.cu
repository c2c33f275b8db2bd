// Gradients of the first layer of a radial function for its weight, its bias and the tables of species, in three launches
// (ddistance is in radial_input.cu).
//
//   radial_gradients  G[p,o,k] = sum over edges of part p of dy[e,o] g_k(d_e), and the sums of dy over the edges that leave
//                     (enter) each node, [2, N, out]
//   radial_species    the same sums over nodes of each species, [2, species, out]
//   radial_finish     dw_G = sum over p of G, dw_S = sums^T table and dsourceTable = sums w_S, T likewise, dbias = sum over
//                     species of the sums of entering edges
//
// Why this order: what depends on species alone needs dy only in sums by species, so that products over edges become
// products over about 100 species. Summing by node first makes this deterministic with plain loops over the index that the
// edges come with, balances frequent species, and reads dy twice, from the second-level cache.
//
// dw_G: a block has 8 Gaussians and a part of the edges, walks the distances and takes up the edges within reach (34 of 600
// spacings), 4 at a time: 32 lanes compute the 4 x 8 Gaussians, then each lane adds 8 x W products to its registers. Warps
// take turns of 32 edges, so the order of every sum depends on E alone; the 8 warps are added through shared memory.
//
// Memory convention: distances are read by every block of Gaussians (28 KB for 7000 edges, from the caches); rows of dy by
// the 4 to 5 blocks that they reach. Partial sums, [parts, out, K], are written and read once; there is a part for every 2048
// edges, 32 at most: with fewer, equal distances would keep few blocks busy.
//
// Bound by latency and instructions: 34 x out products an edge, 30 MFLOP for 7000 edges and 64 outputs.
//
// History
//   1  as above. sm_90: radial_gradients_w4_f32 80 registers, 34 KB of shared memory; radial_species_f32 32;
//     radial_finish_f32 48. Not timed: no GPU yet.
#include "gaussians.cuh"
#include "small_product.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int WARPS = THREADS / WARP;
constexpr int COLUMNS = 8;              // Gaussians of a block
constexpr int AHEAD = WARP / COLUMNS;   // edges taken up at a time

// Takes the lowest set bit out of a mask; -1 where there is none. The same in all lanes.
__device__ __forceinline__ int take(unsigned& mask) {
    const int bit = __ffs(int(mask)) - 1;
    mask &= mask - 1;
    return bit;
}

// W consecutive elements of a row from column o on, zeros outside.
template <int W, class T>
__device__ __forceinline__ Vec<T, W> columns_of(const T* row, int64_t o, int64_t columns, bool there) {
    if (there && o < columns) {
        return load<W>(row + o);
    }
    Vec<T, W> zero;
#pragma unroll
    for (int w = 0; w < W; w++) {
        zero.v[w] = T(0);
    }
    return zero;
}

// The edges of part p are those from p * part on; gaussian_parts: [parts, out, K]. One block: 8 Gaussians from `column` on,
// outputs from `output` on.
template <class T, int W>
__device__ __forceinline__ void gaussian_gradients(
    const Gaussians<T>& basis, const T* dy, const T* distance, T* gaussian_parts, int64_t edges, int64_t out, int64_t part,
    int64_t p, int column, int64_t output, T* sums) {
    constexpr int ROW = WARP * W + 4; // padded: the sums over warps read without bank conflicts
    const int lane = threadIdx.x % WARP;
    const int warp = threadIdx.x / WARP;
    const int64_t o = output + lane * W;
    const int64_t from = p * part;
    const int64_t end = from + part < edges ? from + part : edges;
    const int last = column + COLUMNS < basis.count ? column + COLUMNS : basis.count;
    T acc[COLUMNS][W] = {};
    int64_t base = from + warp * WARP;
    T next = base + lane < end ? distance[base + lane] : T(0);
    for (; base < end; base += THREADS) {
        const T d = next;
        const int64_t following = base + THREADS + lane;
        next = following < end ? distance[following] : T(0);
        unsigned hits = __ballot_sync(ALL_LANES, base + lane < end && basis.matters(column, last, d));
        while (hits != 0) {
            Vec<T, W> rows[AHEAD];
            int my_edge = -1;
#pragma unroll
            for (int h = 0; h < AHEAD; h++) {
                const int edge = take(hits);
                rows[h] = columns_of<W>(dy + (base + edge) * out, o, out, edge >= 0);
                my_edge = lane / COLUMNS == h ? edge : my_edge;
            }
            const T my_distance = __shfl_sync(ALL_LANES, d, my_edge < 0 ? 0 : my_edge);
            const T g = my_edge < 0 ? T(0) : basis.value(column + lane % COLUMNS, my_distance);
#pragma unroll
            for (int h = 0; h < AHEAD; h++) {
#pragma unroll
                for (int j = 0; j < COLUMNS; j++) {
                    const T factor = __shfl_sync(ALL_LANES, g, h * COLUMNS + j);
#pragma unroll
                    for (int w = 0; w < W; w++) {
                        acc[j][w] += factor * rows[h].v[w];
                    }
                }
            }
        }
    }
#pragma unroll
    for (int j = 0; j < COLUMNS; j++) {
#pragma unroll
        for (int w = 0; w < W; w++) {
            sums[(warp * COLUMNS + j) * ROW + lane * W + w] = acc[j][w];
        }
    }
    __syncthreads();
    for (int i = threadIdx.x; i < COLUMNS * WARP * W; i += THREADS) {
        const int j = i % COLUMNS;
        const int at = i / COLUMNS;
        T total = 0;
#pragma unroll
        for (int w = 0; w < WARPS; w++) {
            total += sums[(w * COLUMNS + j) * ROW + at];
        }
        if (output + at < out && column + j < basis.count) {
            gaussian_parts[(p * out + output + at) * basis.count + column + j] = total;
        }
    }
}

// to[o] = sum of dy[e,o] over the edges list[i] (or i, where list is null), from <= i < end. One warp.
template <class T, int W>
__device__ __forceinline__ void node_sum(
    const T* dy, const int* list, int64_t from, int64_t end, int64_t output, int64_t out, T* to) {
    constexpr int LOADS = 4;
    const int lane = threadIdx.x % WARP;
    const int64_t o = output + lane * W;
    T sum[W] = {};
    for (int64_t base = from; base < end; base += WARP) {
        const int my = list == nullptr ? int(base) + lane : base + lane < end ? list[base + lane] : 0;
        const int count = int(end - base < WARP ? end - base : WARP);
        for (int i = 0; i < count; i += LOADS) {
            Vec<T, W> rows[LOADS];
#pragma unroll
            for (int j = 0; j < LOADS; j++) {
                const int64_t e = __shfl_sync(ALL_LANES, my, (i + j) % WARP);
                rows[j] = columns_of<W>(dy + e * out, o, out, i + j < count);
            }
#pragma unroll
            for (int j = 0; j < LOADS; j++) {
#pragma unroll
                for (int w = 0; w < W; w++) {
                    sum[w] += rows[j].v[w];
                }
            }
        }
    }
    if (o < out) {
        Vec<T, W> result;
#pragma unroll
        for (int w = 0; w < W; w++) {
            result.v[w] = sum[w];
        }
        store<W>(to + o, result);
    }
}

// The first gaussian_blocks blocks are for gaussian_parts: [parts, out, K], the others for node_sums: [2, N, out], of which
// `sides` sides from first_side on are made (0 leaving, 1 entering edges).
template <class T, int W>
__device__ void radial_gradients(
    const Gaussians<T>& basis, const T* dy, const T* distance, const int* target_start, const int* source_start,
    const int* source_edge, T* gaussian_parts, T* node_sums, int64_t edges, int64_t nodes, int64_t out, int64_t part,
    int64_t gaussian_blocks, int first_side, int sides) {
    SHARED_ARRAY(T, sums, WARPS * COLUMNS * (WARP * W + 4));
    const int64_t chunks = (out + WARP * W - 1) / (WARP * W);
    const int64_t block = blockIdx.x;
    if (block < gaussian_blocks) {
        const int64_t runs = (basis.count + COLUMNS - 1) / COLUMNS;
        const int column = int(block % runs) * COLUMNS;
        const int64_t output = block / runs % chunks * WARP * W;
        gaussian_gradients<T, W>(
            basis, dy, distance, gaussian_parts, edges, out, part, block / runs / chunks, column, output, sums);
        return;
    }
    const int64_t task = (block - gaussian_blocks) * WARPS + threadIdx.x / WARP;
    const int64_t output = task % chunks * WARP * W;
    const int64_t n = task / chunks % nodes;
    const int64_t side = first_side + task / chunks / nodes;
    if (side < first_side + sides) {
        const int* const start = side == 0 ? source_start : target_start;
        T* const to = node_sums + (side * nodes + n) * out;
        node_sum<T, W>(dy, side == 0 ? source_edge : nullptr, start[n], start[n + 1], output, out, to);
    }
}

// species_sums: [2, rows, out]; blockIdx.x over species, .y over runs of 32 outputs, .z over sides from first_side on. All
// nodes are of species 0 where species is null.
template <class T>
__device__ void radial_species(
    const T* node_sums, const int* species, T* species_sums, int64_t nodes, int64_t rows, int64_t out, int first_side) {
    SHARED_ARRAY(T, sums, THREADS);
    const int lane = threadIdx.x % WARP;
    const int warp = threadIdx.x / WARP;
    const int z = blockIdx.x;
    const int64_t side = first_side + blockIdx.z;
    const int64_t o = int64_t(blockIdx.y) * WARP + lane;
    const T* const from = node_sums + side * nodes * out;
    T sum = 0;
    for (int64_t base = warp * WARP; base < nodes; base += THREADS) {
        const int64_t n = base + lane;
        unsigned hits = __ballot_sync(ALL_LANES, n < nodes && (species == nullptr || species[n] == z));
        while (hits != 0) {
            T values[AHEAD];
#pragma unroll
            for (int h = 0; h < AHEAD; h++) {
                const int node = take(hits);
                values[h] = columns_of<1>(from + (base + node) * out, o, out, node >= 0).v[0];
            }
#pragma unroll
            for (int h = 0; h < AHEAD; h++) {
                sum += values[h];
            }
        }
    }
    sums[threadIdx.x] = sum;
    __syncthreads();
    if (warp == 0 && o < out) {
        T total = 0;
#pragma unroll
        for (int w = 0; w < WARPS; w++) {
            total += sums[w * WARP + lane];
        }
        species_sums[(side * rows + z) * out + o] = total;
    }
}

// Blocks that each job of radial_finish gets, in this order; 0 for what is not wanted.
struct Jobs {
    int64_t source;    // dsource_table
    int64_t target;    // dtarget_table
    int64_t tables;    // dw_S, dw_T
    int64_t gaussians; // dw_G
};

// tables: [2] of [rows, Ce]  w, dw: [out, K + 2 Ce]  species_sums: [2, rows, out]  gaussian_parts: [parts, out, K]
template <class T>
__device__ void radial_finish(
    const Jobs& jobs, const T* species_sums, const T* gaussian_parts, const T* source_table, const T* target_table,
    const T* w, T* dsource_table, bool add_source, T* dtarget_table, bool add_target, T* dw, bool add_w, T* dbias,
    bool add_bias, int64_t rows, int64_t embedding, int64_t out, int64_t gaussians, int64_t parts) {
    SHARED_ARRAY(T, shared, PRODUCT_SHARED);
    const int64_t width = gaussians + 2 * embedding;
    const int64_t tiles = (embedding + PRODUCT_TILE - 1) / PRODUCT_TILE;
    int64_t block = blockIdx.x;
    if (block < jobs.source + jobs.target) { // d table[z,c] = sum over o of sums[z,o] w[o, K + side Ce + c]
        const int side = block < jobs.source ? 0 : 1;
        block -= side == 0 ? 0 : jobs.source;
        const int64_t row = block / tiles * PRODUCT_TILE;
        const int64_t column = block % tiles * PRODUCT_TILE;
        const Factor<T, true> sums{species_sums + side * rows * out, out, rows};
        const Factor<T, false> weight{w + gaussians + side * embedding, width, embedding};
        const T result = tile_product(sums, weight, row, column, out, shared);
        const int64_t z = product_row(row);
        const int64_t c = product_column(column);
        if (z < rows && c < embedding) {
            T* const to = side == 0 ? dsource_table : dtarget_table;
            put(to + z * embedding + c, result, side == 0 ? add_source : add_target);
        }
        return;
    }
    block -= jobs.source + jobs.target;
    if (block < jobs.tables) { // dw[o, K + side Ce + c] = sum over z of sums[z,o] table[z,c]
        const int side = block < jobs.tables / 2 ? 0 : 1;
        block -= side * (jobs.tables / 2);
        const int64_t row = block / tiles * PRODUCT_TILE;
        const int64_t column = block % tiles * PRODUCT_TILE;
        const Factor<T, false> sums{species_sums + side * rows * out, out, out};
        const Factor<T, false> table{side == 0 ? source_table : target_table, embedding, embedding};
        const T result = tile_product(sums, table, row, column, rows, shared);
        const int64_t o = product_row(row);
        const int64_t c = product_column(column);
        if (o < out && c < embedding) {
            put(dw + o * width + gaussians + side * embedding + c, result, add_w);
        }
        return;
    }
    block -= jobs.tables;
    if (block < jobs.gaussians) { // dw[o,k] = sum over p of gaussian_parts[p,o,k]
        const int64_t i = block * THREADS + threadIdx.x;
        if (i < out * gaussians) {
            const int64_t o = i / gaussians;
            T sum = 0;
#pragma unroll 4
            for (int64_t p = 0; p < parts; p++) {
                sum += gaussian_parts[p * out * gaussians + i];
            }
            put(dw + o * width + (i - o * gaussians), sum, add_w);
        }
        return;
    }
    block -= jobs.gaussians;
    // dbias[o] = sum over z of the entering edges' sums
    const int lane = threadIdx.x % WARP;
    const int warp = threadIdx.x / WARP;
    const int64_t o = block * WARP + lane;
    T sum = 0;
    if (o < out) {
#pragma unroll 4
        for (int64_t z = warp; z < rows; z += WARPS) {
            sum += species_sums[(rows + z) * out + o];
        }
    }
    shared[threadIdx.x] = sum;
    __syncthreads();
    if (warp == 0 && o < out) {
        T total = 0;
#pragma unroll
        for (int i = 0; i < WARPS; i++) {
            total += shared[i * WARP + lane];
        }
        put(dbias + o, total, add_bias);
    }
}

} // namespace

#define RADIAL_GRADIENTS(suffix, type, width)                                                                             \
    ENTRY_FOR(radial_gradients, suffix, type, THREADS,                                                                    \
              (double spacing, double coefficient, int count, int half, const T* dy, const T* distance,                   \
               const int* target_start, const int* source_start, const int* source_edge, T* gaussian_parts,               \
               T* node_sums, int64_t edges, int64_t nodes, int64_t out, int64_t part, int64_t gaussian_blocks,            \
               int first_side, int sides),                                                                                \
              radial_gradients<T, width>(                                                                                 \
                  Gaussians<T>(spacing, coefficient, count, half), dy, distance, target_start, source_start, source_edge, \
                  gaussian_parts, node_sums, edges, nodes, out, part, gaussian_blocks, first_side, sides))

RADIAL_GRADIENTS(w4_f32, float, 4)
RADIAL_GRADIENTS(w2_f32, float, 2)
RADIAL_GRADIENTS(w1_f32, float, 1)
RADIAL_GRADIENTS(w1_f64, double, 1)
ENTRY(radial_species, THREADS,
      (const T* node_sums, const int* species, T* species_sums, int64_t nodes, int64_t rows, int64_t out, int first_side),
      radial_species<T>(node_sums, species, species_sums, nodes, rows, out, first_side))
ENTRY(radial_finish, THREADS,
      (int64_t source_blocks, int64_t target_blocks, int64_t table_blocks, int64_t gaussian_blocks, const T* species_sums,
       const T* gaussian_parts, const T* source_table, const T* target_table, const T* w, T* dsource_table, bool add_source,
       T* dtarget_table, bool add_target, T* dw, bool add_w, T* dbias, bool add_bias, int64_t rows, int64_t embedding,
       int64_t out, int64_t gaussians, int64_t parts),
      radial_finish<T>(
          Jobs{source_blocks, target_blocks, table_blocks, gaussian_blocks}, species_sums, gaussian_parts, source_table,
          target_table, w, dsource_table, add_source, dtarget_table, add_target, dw, add_w, dbias, add_bias, rows,
          embedding, out, gaussians, parts))
