// First layer of a radial function without its input: y[e,:] = sum over k of g_k(d_e) w[:,k] + S[Z_source,:] +
// T[Z_target,:], S = sourceTable w_S^T + bias and T = targetTable w_T^T, w = [w_G | w_S | w_T]. radial_tables makes S and T,
// products for each species instead of each edge; radial_input adds the few Gaussians that matter to a distance
// (gaussians.cuh: 26 of 600). With derivatives of the Gaussians in their place, the same loop serves ddistance = dy . sum
// over k of g'_k w[:,k], a share for every 32 outputs, which radial_input_distance adds up.
//
// Memory convention: a block has 32 outputs, whose part of w_G it keeps in shared memory transposed, [K + 3, 33] with zero
// rows at the end (80 KB for 600 Gaussians in float), and a run of edges. A warp has an edge: lanes compute its Gaussians,
// leave them in shared memory and read them back as broadcasts of 16 bytes, each lane summing one output; rows of w_G are
// read without conflicts and come from global memory once a block. y is written once, 128 bytes a warp. Distances and
// species of a run are read by lanes side by side. Where w_G does not fit into shared memory it is read through the caches
// (radial_input_far: more than 726 Gaussians in float, 364 in double).
//
// Bound by shared memory: for 32 outputs of an edge 26 rows and 7 broadcasts, 33 accesses of a warp for 26 products, so
// 132 cycles of a multiprocessor for 128 outputs, 7000 for 7000 edges on 132 multiprocessors (4 us by this count). The dense
// product would need 1.5 GFLOP and its input 24 MB. Staging w_G reads 77 KB a block; there is one block for each
// multiprocessor, which is why edges are not split further.
//
// Why edges are not sorted by distance: 4 neighbours in the order of distances would share the rows they read and need 18
// accesses instead of 33 for each, 2 us less for 7000 edges, no more than the launch that sorts them takes.
//
// History
//   1  as above. sm_90: radial_input_f32 57 registers, 82 KB of shared memory. Not timed: no GPU yet.
#include "gaussians.cuh"
#include "small_product.cuh"

namespace {

constexpr int THREADS = 512;
constexpr int WARPS = THREADS / WARP;
constexpr int ROW = WARP + 1;     // padded row of the transposed weights: no bank conflicts when they are written either
constexpr int SURPLUS = 3;        // zero rows that the last broadcast may reach
constexpr int LOADS = 10;         // weights of an output that a lane fetches at a time

// rows: [2, species, out] = S, T; blockIdx.x over outputs, blockIdx.y over species, blockIdx.z over the tables
template <class T>
__device__ void radial_tables(
    const T* source_table, const T* target_table, const T* w, const T* bias, T* rows, int64_t species, int64_t embedding,
    int64_t out, int64_t width, int64_t gaussians) {
    SHARED_ARRAY(T, shared, PRODUCT_SHARED);
    const int side = blockIdx.z;
    const int64_t row = int64_t(blockIdx.y) * PRODUCT_TILE;
    const int64_t column = int64_t(blockIdx.x) * PRODUCT_TILE;
    const Factor<T, true> table{side == 0 ? source_table : target_table, embedding, species};
    const Factor<T, true> weight{w + gaussians + side * embedding, width, out};
    const T sum = tile_product(table, weight, row, column, embedding, shared);
    const int64_t z = product_row(row);
    const int64_t o = product_column(column);
    if (z < species && o < out) {
        rows[(side * species + z) * out + o] = side == 0 ? sum + bias[o] : sum;
    }
}

// Where the edges of a launch are and what species stand at their ends.
template <class T>
struct Edges {
    const T* distance;   // [E]
    const int* source;   // [E]
    const int* target;   // [E]
    const int* species;  // [N], or null without tables
    int64_t count;       // E
    int64_t part;        // edges of a block
};

// The distance of an edge and the rows of S and T that belong to it, one edge in each lane.
template <class T>
struct EdgeLane {
    T distance;
    int first_row;
    int second_row;
};

template <class T>
__device__ __forceinline__ EdgeLane<T> edge_lane(const Edges<T>& edges, bool tables, int64_t e, int64_t end) {
    EdgeLane<T> mine = {T(0), 0, 0};
    if (e < end) {
        mine.distance = edges.distance[e];
        if (tables) {
            mine.first_row = edges.species[edges.source[e]];
            mine.second_row = edges.species[edges.target[e]];
        }
    }
    return mine;
}

// weights[k, lane] = w[first + lane, k], zero behind the ends: the part of w_G that belongs to 32 outputs, transposed.
template <class T>
__device__ __forceinline__ void stage(const T* w, int64_t width, int64_t first, int64_t out, int count, T* weights) {
    constexpr int RUNS = WARP / WARPS;
    const int lane = threadIdx.x % WARP;
    const int warp = threadIdx.x / WARP;
    for (int start = lane; start < count + SURPLUS; start += WARP * LOADS) {
        T fetched[RUNS][LOADS];
#pragma unroll
        for (int i = 0; i < LOADS; i++) {
            const int k = start + i * WARP;
#pragma unroll
            for (int r = 0; r < RUNS; r++) {
                const int64_t row = first + warp + r * WARPS;
                fetched[r][i] = row < out && k < count ? w[row * width + k] : T(0);
            }
        }
#pragma unroll
        for (int i = 0; i < LOADS; i++) {
            const int k = start + i * WARP;
#pragma unroll
            for (int r = 0; r < RUNS; r++) {
                if (k < count + SURPLUS) {
                    weights[k * ROW + warp + r * WARPS] = fetched[r][i];
                }
            }
        }
    }
}

// What is done with the sums over Gaussians. Forward: y: [E, out], rows: [2, species, out], or [out] without tables.
// Derivative: y: [gridDim.y, E], the share of 32 outputs in ddistance, rows: dy, [E, out].
template <class T, bool DERIVATIVE, bool STAGED>
__device__ void radial_input(
    const Gaussians<T>& basis, const Edges<T>& edges, const T* rows, int64_t species, const T* w, int64_t width, int64_t out,
    T* y) {
    constexpr int W = WIDE<T>;
    DYNAMIC_SHARED(T, values); // [THREADS], then the weights
    T* const weights = values + THREADS;
    const int lane = threadIdx.x % WARP;
    const int warp = threadIdx.x / WARP;
    const int64_t o = int64_t(blockIdx.y) * WARP + lane;
    T* const mine = values + warp * WARP;
    const bool tables = !DERIVATIVE && edges.species != nullptr;
    const int64_t from = int64_t(blockIdx.x) * edges.part;
    const int64_t end = from + edges.part < edges.count ? from + edges.part : edges.count;
    // Consecutive edges for a warp, so that lanes fetch what they need side by side, for the first ones before the weights.
    const int64_t run = (end - from + WARPS - 1) / WARPS;
    const int64_t last = from + (warp + 1) * run < end ? from + (warp + 1) * run : end;
    int64_t base = from + warp * run;
    EdgeLane<T> my = edge_lane(edges, tables, base + lane, last);
    if (STAGED) {
        stage(w, width, o - lane, out, basis.count, weights);
        __syncthreads();
    }
    for (; base < last; base += WARP) {
        const int there = int(last - base < WARP ? last - base : WARP);
        for (int i = 0; i < there; i++) {
            const int64_t e = base + i;
            const T distance = __shfl_sync(ALL_LANES, my.distance, i);
            const int64_t first_row = __shfl_sync(ALL_LANES, my.first_row, i);
            const int64_t second_row = __shfl_sync(ALL_LANES, my.second_row, i);
            T other = 0; // what the sum is added to, or multiplied with
            if (o < out) {
                if (DERIVATIVE) {
                    other = rows[e * out + o];
                } else {
                    other = rows[first_row * out + o];
                    other += tables ? rows[(species + second_row) * out + o] : T(0);
                }
            }
            const int nearest = basis.nearest(distance);
            const int stop = basis.end(nearest);
            T sums[W] = {};
            for (int k = basis.first(nearest); k < stop; k += WARP) {
                __syncwarp(); // the values before may still be read
                T g = 0;
                if (k + lane < stop) {
                    g = DERIVATIVE ? basis.slope(k + lane, distance) : basis.value(k + lane, distance);
                }
                mine[lane] = g;
                __syncwarp();
                const int count = stop - k < WARP ? stop - k : WARP;
                if (STAGED) {
                    const T* at = weights + k * ROW + lane;
#pragma unroll 2
                    for (int j = 0; j < count; j += W, at += W * ROW) {
                        const Vec<T, W> four = load<W>(mine + j);
#pragma unroll
                        for (int v = 0; v < W; v++) {
                            sums[v] += four.v[v] * at[v * ROW];
                        }
                    }
                } else if (o < out) {
                    for (int j = 0; j < count; j++) {
                        sums[0] += mine[j] * w[o * width + k + j];
                    }
                }
            }
            T sum = sums[0];
#pragma unroll
            for (int v = 1; v < W; v++) {
                sum += sums[v];
            }
            if (DERIVATIVE) {
                sum = warp_sum(sum * other);
                if (lane == 0) {
                    y[int64_t(blockIdx.y) * edges.count + e] = sum;
                }
            } else if (o < out) {
                y[e * out + o] = sum + other;
            }
        }
        my = edge_lane(edges, tables, base + WARP + lane, last);
    }
}

// shares: [parts, E]
template <class T>
__device__ void radial_input_distance(const T* shares, int64_t parts, T* ddistance, bool add, int64_t edges) {
    for (int64_t e = grid_index(); e < edges; e += grid_step()) {
        T sum = 0;
        for (int64_t i = 0; i < parts; i++) {
            sum += shares[i * edges + e];
        }
        put(ddistance + e, sum, add);
    }
}

} // namespace

ENTRY(radial_tables, PRODUCT_THREADS,
      (const T* source_table, const T* target_table, const T* w, const T* bias, T* rows, int64_t species,
       int64_t embedding, int64_t out, int64_t width, int64_t gaussians),
      radial_tables<T>(source_table, target_table, w, bias, rows, species, embedding, out, width, gaussians))

#define RADIAL_INPUT(kernel, derivative, staged)                                                                    \
    ENTRY(kernel, THREADS,                                                                                          \
          (double spacing, double coefficient, int count, int half, const T* distance, const int* source,           \
           const int* target, const int* node_species, int64_t edges, int64_t part, const T* rows, int64_t species, \
           const T* w, int64_t width, int64_t out, T* y),                                                           \
          radial_input<T, derivative, staged>(                                                                      \
              Gaussians<T>(spacing, coefficient, count, half),                                                      \
              Edges<T>{distance, source, target, node_species, edges, part}, rows, species, w, width, out, y))

RADIAL_INPUT(radial_input, false, true)
RADIAL_INPUT(radial_input_far, false, false)
RADIAL_INPUT(radial_input_derivative, true, true)
RADIAL_INPUT(radial_input_derivative_far, true, false)
ENTRY(radial_input_distance, 256, (const T* shares, int64_t parts, T* ddistance, bool add, int64_t edges),
      radial_input_distance<T>(shares, parts, ddistance, add, edges))
