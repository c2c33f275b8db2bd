// rotateSegmentSum: out[i] = scale * sum over edges e into i of D_e^T (weight[e, head(c)] * value[e]), degree l times
// sqrt((2l+1)/(2M'+1)) where l > M' (the layout's rescaleMmax).
//
// Memory convention: rotation.cuh's. A block owns degree l of one node and keeps its sum in registers: value is read
// once, out written once, and nothing else touches memory but the Wigner matrices (read once) and weights.
//
// Bound by memory bandwidth. In float32 with C=128, H=8, for each edge (and 12,800 or 25,088 bytes a node for out):
//   L=4, M=2: value 9,728 + D 660 + weight 32 bytes;     115 x 128 products = 29.4 kFLOP
//   L=6, M=2: value 14,848 + D 1,820 + weight 32 bytes;  235 x 128 products = 60.2 kFLOP
// Floor for E=7000, N=350 at 3.35 TB/s: 23 us and 38 us (arithmetic alone, at 67 TFLOP/s: 3.1 us and 6.3 us).
//
// History (registers of the w4 kernel on sm_90; no spills. Not timed: no GPU yet)
//   1  block by node and degree, edges shared out to groups of lanes. Orders unrolled, an entry for each lmax: 122.
//   2  orders in a loop, one entry for all degrees: 127.
//   3  values by asynchronous copies through shared memory, three steps ahead instead of one: 120, 4 blocks a
//      multiprocessor with 36 KB of shared memory each.
#include "rotation_queue.cuh"

namespace {

using namespace rotation;

template <class T>
struct Scatter {
    T scale;
    const T* value;  // [E, R, C]
    const T* weight; // [E, H] or null
    const T* wigner; // [E, D]
    T* out;          // [N, S, C]
    const int* target_start;
    int channels;
    int heads;
    int lmax;
    int mmax;
    int rescale_mmax;
    int lanes;
    int items;
};

template <int L, int W, class T>
__device__ __forceinline__ void scatter_degree(const Scatter<T>& a, const Place& place, T* shared, int* edges) {
    const int kept = min(L, a.mmax);
    const int stride = staged_stride<L, T>(kept);
    const int width = a.channels;
    const int head = place.channel / (a.channels / a.heads); // all W channels have the same
    const NodeEdges node = edges_into(place.node, a.target_start);
    Vec<T, W> sum[WIDTH<L>];
#pragma unroll
    for (int j = 0; j < WIDTH<L>; j++) {
        sum[j] = zero_vec<T, W>();
    }
    using Queue = StepQueue<Read::ROWS, L, W, T>;
    Queue queue(shared, a.value, nullptr, a.lmax, a.mmax, false, width, place);
    T* blocks = shared + Queue::SIZE;
    for (int from = 0; from < node.count; from += a.items) {
        const int count = min(a.items, node.count - from);
        queue.begin(
            place.group, place.on ? count : 0, [&](int k) { return node.edge(from + k); }, [](int) { return 0; });
        stage<L>(blocks, edges, node, from, count, kept, a.wigner, wigner_offset(a.lmax + 1));
        const auto weight_of = [&](int k) {
            return a.weight != nullptr && k < queue.count ? a.weight[int64_t(edges[k]) * a.heads + head] : T(1);
        };
        T next_weight = weight_of(place.group);
#pragma unroll 1
        for (int k = place.group; k < queue.count; k += place.groups) {
            const T weight = next_weight;
            next_weight = weight_of(k + place.groups); // on its way during this edge
            const T* row = blocks + k * stride + kept * PITCH<L>;
#pragma unroll 1
            for (int m = 0; m <= kept; m++) {
                const Pair<T, W> v = queue.next(m, [&](int next) { return edges[next]; }, [](int) { return 0; }).rows;
                add_rotated_back<L, W>(row + m * PITCH<L>, times(weight, v.plus), sum);
                if (m > 0) {
                    add_rotated_back<L, W>(row - m * PITCH<L>, times(weight, v.minus), sum);
                }
            }
        }
    }
    const T factor = a.scale * rescale<L>(T(a.rescale_mmax));
    T* out = a.out + node_offset<L>(place, a.lmax, width);
    put_sum_of_groups<L, W>(sum, factor, out, width, false, place, a.lanes, shared);
}

template <int W, class T>
__device__ __forceinline__ void rotate_segment_sum(const Scatter<T>& a) {
    SHARED_ARRAY(int, edges, MAX_ITEMS);
    DYNAMIC_SHARED(T, shared);
    const Place place = place_of<W>(a.lmax, a.channels, a.lanes);
    for_degree(
        place.degree, [&](auto l) { scatter_degree<decltype(l)::value, W>(a, place, shared, edges); });
}

} // namespace

// As many blocks a multiprocessor as the registers take without spills.
#define BOUNDS(blocks) THREADS, blocks

#define ROTATE_SEGMENT_SUM(w, blocks, suffix, type)                                                              \
    ENTRY_FOR(rotate_segment_sum_w##w, suffix, type, BOUNDS(blocks),                                             \
              (double scale, const T* value, const T* weight, const T* wigner, T* out, const int* target_start,  \
               int channels, int heads, int lmax, int mmax, int rescale_mmax, int lanes, int items),             \
              rotate_segment_sum<w, T>({T(scale), value, weight, wigner, out, target_start, channels, heads,     \
                                        lmax, mmax, rescale_mmax, lanes, items}))

ROTATE_SEGMENT_SUM(4, 4, f32, float)
ROTATE_SEGMENT_SUM(1, 5, f32, float)
ROTATE_SEGMENT_SUM(1, 5, f64, double)
