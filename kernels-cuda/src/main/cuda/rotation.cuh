// What the kernels that rotate features into and out of edge frames share: the layout of edge tensors, how work is
// divided, how Wigner matrices reach the registers.
//
// Division of work: a block owns one degree l of one node, for one slice of the channels. The 2l+1 rows of that degree
// (features, or the sum that is formed for the node) stay in registers while the node's edges pass by: the edges into
// it and, for kernels that use both ends, the edges out of it. A group of `lanes` threads (a power of two up to a warp,
// enough for the channels) handles one edge at a time with W channels a thread; the groups of the block take the edges
// in turns. Thereby every row of every edge tensor is read or written once, node features are read once, and a batch of
// a few hundred nodes makes thousands of blocks. Sums over the edges of a node: each group in the order of its edges,
// then the groups in their order; both depend on shapes only.
//
// Memory convention: the degree's Wigner blocks of up to `items` edges lie in shared memory, rows |m| <= kept only,
// each row padded to 16 bytes, so that one broadcast load brings four columns for all channels (two in float64); edges
// are an odd number of 16 bytes apart, so that groups of one warp meet in different banks. Before them lies the ring of
// rotation_queue.cuh. Node tensors are l-major [N, S, C], edge tensors m-major [E, R, 2C] or [E, R, C] as
// SphericalLayout says, Wigner matrices packed blocks [E, D].
#pragma once

#include "intrinsics.cuh"

namespace rotation {

constexpr int THREADS = 128;
constexpr int MAX_DEGREE = 6;
// Edges whose numbers are kept in shared memory at a time, at most.
constexpr int MAX_ITEMS = 64;

// ---- layout --------------------------------------------------------------------------------------------------------

// Where block l starts in a packed Wigner matrix, and the size of one up to l - 1.
__host__ __device__ constexpr int wigner_offset(int l) {
    return l * (2 * l - 1) * (2 * l + 1) / 3;
}

// Rows of an edge tensor.
__host__ __device__ constexpr int reduced_rows(int lmax, int mmax) {
    return lmax + 1 + mmax * (2 * lmax + 1 - mmax);
}

// Row of (l, m) in an edge tensor. It does not depend on mmax, which only ends the list.
__host__ __device__ constexpr int packed_row(int lmax, int l, int m) {
    const int order = m < 0 ? -m : m;
    if (order == 0) {
        return l;
    }
    const int start = lmax + 1 + (order - 1) * (2 * (lmax + 1) - order);
    return start + (m < 0 ? lmax - order + 1 : 0) + l - order;
}

// Radial slots of an edge, and the slot of (l, |m|): one for each degree, or for each order and degree.
__host__ __device__ constexpr int radial_slots(int lmax, int mmax, bool per_degree) {
    return per_degree ? lmax + 1 : (mmax + 1) * (lmax + 1) - mmax * (mmax + 1) / 2;
}

__host__ __device__ constexpr int radial_slot(int lmax, int l, int order, bool per_degree) {
    return per_degree ? l : order * (lmax + 1) - order * (order - 1) / 2 + l - order;
}

// Factor of degree L in the rotation back, which makes up for the orders that were dropped.
template <int L, class T>
__device__ __forceinline__ T rescale(T mmax) {
    return T(L) > mmax ? square_root(T(2 * L + 1) / (T(2) * mmax + T(1))) : T(1);
}

// ---- division of work ----------------------------------------------------------------------------------------------

// The part of the work of this thread. channel is the first of its W channels; on tells whether there is one.
struct Place {
    int64_t node;
    int degree;
    int lane;
    int group;
    int groups;
    int channel;
    bool on;
};

// Blocks are numbered node by node, high degrees (the longest work) first; slices of channels are in y.
template <int W>
__device__ __forceinline__ Place place_of(int lmax, int channels, int lanes) {
    Place place;
    place.node = blockIdx.x / (lmax + 1);
    place.degree = lmax - int(blockIdx.x - place.node * (lmax + 1));
    place.group = threadIdx.x / lanes;
    place.lane = threadIdx.x - place.group * lanes;
    place.groups = THREADS / lanes;
    place.channel = (blockIdx.y * lanes + place.lane) * W;
    place.on = place.channel < channels;
    return place;
}

template <int V>
struct Number {
    static constexpr int value = V;
};

// f(Number<l>) for the degree l of the block: one entry point has code for every degree. An entry point for each lmax
// would be held to the same number of registers for most, and all of them would take twice as long to compile.
template <class F, int L = 0>
__device__ __forceinline__ void for_degree(int degree, F f, Number<L> l = {}) {
    if (degree == L) {
        f(l);
    } else if constexpr (L < MAX_DEGREE) {
        for_degree(degree, f, Number<L + 1>{});
    }
}

// First element of this thread in the block's degree of a node tensor.
template <int L>
__device__ __forceinline__ int64_t node_offset(const Place& place, int lmax, int channels) {
    return (place.node * ((lmax + 1) * (lmax + 1)) + L * L) * channels + place.channel;
}

// The edges of a node, numbered: those into it, then those out of it.
struct NodeEdges {
    int first_in;
    int into;
    int first_out;
    int count;
    const int* source_edge;

    __device__ __forceinline__ int edge(int item) const {
        return item < into ? first_in + item : source_edge[first_out + item - into];
    }

    // Where the channels of this node begin in rows of both ends, the source's channels first.
    __device__ __forceinline__ int half(int item, int channels) const {
        return item < into ? channels : 0;
    }
};

__device__ __forceinline__ NodeEdges edges_into(int64_t node, const int* target_start) {
    const int first = target_start[node];
    const int count = target_start[node + 1] - first;
    return {first, count, 0, count, nullptr};
}

__device__ __forceinline__ NodeEdges edges_of(
    int64_t node, const int* target_start, const int* source_start, const int* source_edge) {
    const int first_in = target_start[node];
    const int into = target_start[node + 1] - first_in;
    const int first_out = source_start[node];
    return {first_in, into, first_out, into + source_start[node + 1] - first_out, source_edge};
}

// ---- Wigner blocks in shared memory --------------------------------------------------------------------------------

template <int L>
constexpr int WIDTH = 2 * L + 1;

// Elements from one row of a staged block to the next.
template <int L>
constexpr int PITCH = (WIDTH<L> + 3) / 4 * 4;

// Elements from one edge's staged block to the next: an odd number of 16 bytes.
template <int L, class T>
__device__ __forceinline__ int staged_stride(int kept) {
    return ((2 * kept + 1) * PITCH<L> * int(sizeof(T)) / 16 | 1) * WIDE<T>;
}

// Puts the rows |m| <= kept of degree L of `count` edges (items from `from` on) into shared memory; row m of the k-th
// begins at blocks + k * staged_stride + (kept + m) * PITCH. All threads of the block must call it.
template <int L, class T>
__device__ __forceinline__ void stage(
    T* blocks, int* edges, const NodeEdges& node, int from, int count, int kept, const T* wigner, int size) {
    // Threads that share an edge: no more than its block has elements.
    constexpr int TEAM = L == 0 ? 1 : L == 1 ? 16 : 32;
    constexpr int TEAMS = THREADS / TEAM;
    __syncthreads(); // what was staged before is no longer read
    if (int(threadIdx.x) < count) {
        edges[threadIdx.x] = node.edge(from + threadIdx.x);
    }
    __syncthreads();
    const int stride = staged_stride<L, T>(kept);
    const int elements = (2 * kept + 1) * WIDTH<L>;
    const T* first = wigner + wigner_offset(L) + (L - kept) * WIDTH<L>;
#pragma unroll 1
    for (int i = threadIdx.x % TEAM; i < elements; i += TEAM) {
        T* to = blocks + i + i / WIDTH<L> * (PITCH<L> - WIDTH<L>);
#pragma unroll 2
        for (int k = threadIdx.x / TEAM; k < count; k += TEAMS) {
            copy_async<1>(to + k * stride, first + int64_t(edges[k]) * size + i);
        }
    }
    commit_copies();
    wait_for_copies<0>();
    __syncthreads();
}

// ---- products in registers -----------------------------------------------------------------------------------------

template <class T, int W>
__device__ __forceinline__ Vec<T, W> zero_vec() {
    Vec<T, W> v;
#pragma unroll
    for (int w = 0; w < W; w++) {
        v.v[w] = 0;
    }
    return v;
}

// Rows of orders +m and -m. For m = 0 the second is unused.
template <class T, int W>
struct Pair {
    Vec<T, W> plus;
    Vec<T, W> minus;
};

template <class T, int W>
__device__ __forceinline__ Pair<T, W> zero_pair() {
    return {zero_vec<T, W>(), zero_vec<T, W>()};
}

template <class T, int W>
__device__ __forceinline__ Vec<T, W> times(const Vec<T, W>& a, const Vec<T, W>& b) {
    Vec<T, W> v;
#pragma unroll
    for (int w = 0; w < W; w++) {
        v.v[w] = a.v[w] * b.v[w];
    }
    return v;
}

template <class T, int W>
__device__ __forceinline__ Vec<T, W> times(T a, const Vec<T, W>& b) {
    Vec<T, W> v;
#pragma unroll
    for (int w = 0; w < W; w++) {
        v.v[w] = a * b.v[w];
    }
    return v;
}

template <class T, int W>
__device__ __forceinline__ void add_product(const Vec<T, W>& a, const Vec<T, W>& b, Vec<T, W>& sum) {
#pragma unroll
    for (int w = 0; w < W; w++) {
        sum.v[w] += a.v[w] * b.v[w];
    }
}

template <class T, int W>
__device__ __forceinline__ void add_to(const Vec<T, W>& a, Vec<T, W>& sum) {
#pragma unroll
    for (int w = 0; w < W; w++) {
        sum.v[w] += a.v[w];
    }
}

template <class T, int W>
__device__ __forceinline__ T dot(const Vec<T, W>& a, const Vec<T, W>& b) {
    T sum = 0;
#pragma unroll
    for (int w = 0; w < W; w++) {
        sum += a.v[w] * b.v[w];
    }
    return sum;
}

// Rows of one degree of a node tensor, `step` elements apart; zeros where the thread has no channel.
template <int L, int W, class T>
__device__ __forceinline__ void load_rows(const T* p, int64_t step, bool on, Vec<T, W> (&x)[WIDTH<L>]) {
#pragma unroll
    for (int j = 0; j < WIDTH<L>; j++) {
        x[j] = on ? load<W>(p + j * step) : zero_vec<T, W>();
    }
}

// f(j, D[m, j]) for all columns j of a staged row.
template <int L, class T, class F>
__device__ __forceinline__ void for_columns(const T* row, F f) {
#pragma unroll
    for (int first = 0; first < WIDTH<L>; first += WIDE<T>) {
        const Vec<T, WIDE<T>> d = load<WIDE<T>>(row + first);
#pragma unroll
        for (int i = 0; i < WIDE<T>; i++) {
            if (first + i < WIDTH<L>) {
                f(first + i, d.v[i]);
            }
        }
    }
}

// (D x)[m]: sum over j of D[m, j] x[j].
template <int L, int W, class T>
__device__ __forceinline__ Vec<T, W> rotated(const T* row, const Vec<T, W> (&x)[WIDTH<L>]) {
    Vec<T, W> y = zero_vec<T, W>();
    for_columns<L>(row, [&](int j, T d) {
#pragma unroll
        for (int w = 0; w < W; w++) {
            y.v[w] += d * x[j].v[w];
        }
    });
    return y;
}

// sum[j] += D[m, j] v: the part of row m in D^T v.
template <int L, int W, class T>
__device__ __forceinline__ void add_rotated_back(const T* row, const Vec<T, W>& v, Vec<T, W> (&sum)[WIDTH<L>]) {
    for_columns<L>(row, [&](int j, T d) {
#pragma unroll
        for (int w = 0; w < W; w++) {
            sum[j].v[w] += d * v.v[w];
        }
    });
}

// Both at once, so that a row of D is read once.
template <int L, int W, class T>
__device__ __forceinline__ Vec<T, W> rotated_and_back(
    const T* row, const Vec<T, W> (&x)[WIDTH<L>], const Vec<T, W>& v, Vec<T, W> (&sum)[WIDTH<L>]) {
    Vec<T, W> y = zero_vec<T, W>();
    for_columns<L>(row, [&](int j, T d) {
#pragma unroll
        for (int w = 0; w < W; w++) {
            y.v[w] += d * x[j].v[w];
            sum[j].v[w] += d * v.v[w];
        }
    });
    return y;
}

// Sums what the groups of the block hold, in the order of the groups, and puts factor times the result at p + j * step
// for each row j. All threads of the block must call it; shared must have room for WIDTH vectors of each.
template <int L, int W, class T>
__device__ __forceinline__ void put_sum_of_groups(
    const Vec<T, W> (&sum)[WIDTH<L>], T factor, T* p, int64_t step, bool add, const Place& place, int lanes,
    T* shared) {
    __syncthreads(); // what is there is no longer read
#pragma unroll
    for (int j = 0; j < WIDTH<L>; j++) {
        store<W>(shared + ((place.group * WIDTH<L> + j) * lanes + place.lane) * W, sum[j]);
    }
    __syncthreads();
    // Threads of a group now take a row each time; p already points at the channel of the lane.
#pragma unroll 1
    for (int j = place.group; j < WIDTH<L>; j += place.groups) {
        Vec<T, W> total = zero_vec<T, W>();
#pragma unroll 2
        for (int group = 0; group < place.groups; group++) {
            const Vec<T, W> part = load<W>(shared + ((group * WIDTH<L> + j) * lanes + place.lane) * W);
            add_to(part, total);
        }
        if (place.on) {
            put<W>(p + j * step, times(factor, total), add);
        }
    }
}

} // namespace rotation
