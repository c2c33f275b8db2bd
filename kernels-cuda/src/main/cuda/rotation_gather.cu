// gatherRotate: out[e, r, :] = radial[e, slot(r), :] * (D_e [x_source | x_target])[row(r), :] for the rows |m| <= M.
//
// Memory convention: rotation.cuh's. A block owns degree l of one node and writes the half of each edge's rows that
// belongs to the node as source or target. x is read once in all, radial weights once, out written once; Wigner
// matrices are read once for each end (the second time from the L2 cache).
//
// Bound by memory bandwidth. In float32 with C=128, for each edge (and 12,800 or 25,088 bytes a node for x):
//   L=4, M=2: out 19,456 + radial 12,288 + D 660 bytes;    115 x 256 products = 58.9 kFLOP
//   L=6, M=2: out 29,696 + radial 18,432 + D 1,820 bytes;  235 x 256 products = 120 kFLOP
// Floor for E=7000, N=350 at 3.35 TB/s: 69 us and 107 us (arithmetic alone, at 67 TFLOP/s: 6.2 us and 12.6 us).
//
// History (registers of the w4 kernel on sm_90; no spills. Not timed: no GPU yet)
//   1  by node and degree instead of by edge: reading x for each edge would move 25.6 kB (L=4) or 50.2 kB (L=6) an edge
//      through the L2 cache, as much as everything else together. Orders unrolled, an entry for each lmax: 96.
//   2  orders in a loop, one entry for all degrees: same registers, compiled in a third of the time.
//   3  radial weights by asynchronous copies through shared memory, three steps ahead instead of one: 113, 4 blocks a
//      multiprocessor with 28 KB of shared memory each.
#include "rotation_queue.cuh"

namespace {

using namespace rotation;

template <class T>
struct Gather {
    const T* x;      // [N, S, C]
    const T* wigner; // [E, D]
    const T* radial; // [E, slots, 2C] or null
    T* out;          // [E, R, 2C]
    const int* target_start;
    const int* source_start;
    const int* source_edge;
    int channels;
    int lmax;
    int mmax;
    bool per_degree;
    int lanes;
    int items;
};

template <int L, int W, class T>
__device__ __forceinline__ void gather_degree(const Gather<T>& a, const Place& place, T* shared, int* edges) {
    const int kept = min(L, a.mmax);
    const int stride = staged_stride<L, T>(kept);
    const int width = 2 * a.channels;
    const int64_t edge_size = int64_t(reduced_rows(a.lmax, a.mmax)) * width;
    const NodeEdges node = edges_of(place.node, a.target_start, a.source_start, a.source_edge);
    Vec<T, W> x[WIDTH<L>];
    load_rows<L, W>(a.x + node_offset<L>(place, a.lmax, a.channels), a.channels, place.on, x);
    using Queue = StepQueue<Read::RADIAL, L, W, T>;
    Queue queue(shared, nullptr, a.radial, a.lmax, a.mmax, a.per_degree, width, place);
    T* blocks = shared + Queue::SIZE;
    for (int from = 0; from < node.count; from += a.items) {
        const int count = min(a.items, node.count - from);
        const auto half = [&](int k) { return node.half(from + k, a.channels); };
        queue.begin(place.group, place.on ? count : 0, [&](int k) { return node.edge(from + k); }, half);
        stage<L>(blocks, edges, node, from, count, kept, a.wigner, wigner_offset(a.lmax + 1));
#pragma unroll 1
        for (int k = place.group; k < queue.count; k += place.groups) {
            const T* row = blocks + k * stride + kept * PITCH<L>;
            T* out = a.out + (edges[k] * edge_size + (half(k) + place.channel));
#pragma unroll 1
            for (int m = 0; m <= kept; m++) {
                const Vec<T, W> weight = queue.next(m, [&](int next) { return edges[next]; }, half).radial;
                Vec<T, W> y = rotated<L, W>(row + m * PITCH<L>, x);
                store<W>(out + packed_row(a.lmax, L, m) * width, a.radial == nullptr ? y : times(weight, y));
                if (m > 0) {
                    y = rotated<L, W>(row - m * PITCH<L>, x);
                    store<W>(out + packed_row(a.lmax, L, -m) * width, a.radial == nullptr ? y : times(weight, y));
                }
            }
        }
    }
}

template <int W, class T>
__device__ __forceinline__ void gather_rotate(const Gather<T>& a) {
    SHARED_ARRAY(int, edges, MAX_ITEMS);
    DYNAMIC_SHARED(T, shared);
    const Place place = place_of<W>(a.lmax, a.channels, a.lanes);
    for_degree(place.degree, [&](auto l) { gather_degree<decltype(l)::value, W>(a, place, shared, edges); });
}

} // namespace

// Four blocks a multiprocessor fit the registers without spills.
#define BOUNDS THREADS, 4

#define GATHER_ROTATE(w, suffix, type)                                                                                 \
    ENTRY_FOR(gather_rotate_w##w, suffix, type, BOUNDS,                                                                \
              (const T* x, const T* wigner, const T* radial, T* out, const int* target_start, const int* source_start, \
               const int* source_edge, int channels, int lmax, int mmax, bool per_degree, int lanes, int items),       \
              gather_rotate<w, T>({x, wigner, radial, out, target_start, source_start, source_edge, channels, lmax,    \
                                   mmax, per_degree, lanes, items}))

GATHER_ROTATE(4, f32, float)
GATHER_ROTATE(1, f32, float)
GATHER_ROTATE(1, f64, double)
