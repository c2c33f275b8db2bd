// rotateSegmentSum: out[i] = scale * sum over edges e into i of D_e^T (weight[e, head(c)] * value[e]), degree l times
// sqrt((2l+1)/(2M'+1)) where l > M' (the layout's rescaleMmax).
//
// Memory convention: rotation.cuh's. A block owns degree l of one node and keeps its sum in registers: value is read once,
// out is written once, nothing else touches memory but the Wigner blocks (read once) and weights.
//
// Bound by memory bandwidth. For each edge with C=128 in float32 (and 12,800 or 25,088 bytes a node for out):
//   L=4, M=2: value 9,728 + D 660 bytes;    115 x 128 products = 29.4 kFLOP
//   L=6, M=2: value 14,848 + D 1,820 bytes; 235 x 128 products = 60.2 kFLOP
// Floor for E=7000, N=350 at 3.35 TB/s: 23.0 us and 37.5 us (arithmetic alone: 3.1 us and 6.3 us).
//
// History
//   1  block by node and degree, edges shared out to groups of lanes. Not timed: no GPU yet.
#include "rotation.cuh"

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
    int mmax;
    int rescale_mmax;
    int lanes;
    int items;
};

template <int LMAX, int L, int W, class T>
__device__ __forceinline__ void scatter_degree(const Scatter<T>& a, const Place& place, T* shared, int* edges) {
    const int kept = min(L, a.mmax);
    const int stride = staged_stride<L, T>(kept);
    const int width = a.channels;
    const int64_t edge_size = int64_t(reduced_rows(LMAX, a.mmax)) * width;
    const int head = place.channel / (a.channels / a.heads); // all W channels have the same
    const NodeEdges node = edges_into(place.node, a.target_start);
    Vec<T, W> sum[WIDTH<L>];
#pragma unroll
    for (int j = 0; j < WIDTH<L>; j++) {
        sum[j] = zero_vec<T, W>();
    }
    for (int from = 0; from < node.count; from += a.items) {
        const int count = min(a.items, node.count - from);
        Pair<T, W> ahead[AHEAD<L>];
        if (place.on && place.group < count) {
            const int64_t e = node.edge(from + place.group);
            load_ahead<LMAX, L, W>(a.value + e * edge_size + place.channel, width, kept, ahead);
        }
        stage<L>(shared, edges, node, from, count, kept, a.wigner, wigner_offset(LMAX + 1));
#pragma unroll 1
        for (int k = place.group; place.on && k < count; k += place.groups) {
            const int64_t e = edges[k];
            const T* value = a.value + e * edge_size + place.channel;
            const T weight = a.weight == nullptr ? T(1) : a.weight[e * a.heads + head];
            const T* row = shared + k * stride + kept * PITCH<L>;
            const bool more = k + place.groups < count;
            const T* following = more ? a.value + edges[k + place.groups] * edge_size + place.channel : value;
#pragma unroll
            for (int m = 0; m <= L; m++) {
                if (m > kept) {
                    break;
                }
                Pair<T, W> v;
                if (m < AHEAD<L>) {
                    v = ahead[m];
                    if (more) {
                        ahead[m] = load_pair<LMAX, L, W>(following, width, m);
                    }
                } else {
                    v = load_pair<LMAX, L, W>(value, width, m);
                }
                add_rotated_back<L, W>(row + m * PITCH<L>, times(weight, v.plus), sum);
                if (m > 0) {
                    add_rotated_back<L, W>(row - m * PITCH<L>, times(weight, v.minus), sum);
                }
            }
        }
    }
    const T rescale = L > a.rescale_mmax ? square_root(T(WIDTH<L>) / T(2 * a.rescale_mmax + 1)) : T(1);
    T* out = a.out + (place.node * ((LMAX + 1) * (LMAX + 1)) + L * L) * width + place.channel;
    put_sum_of_groups<L, W>(sum, a.scale * rescale, out, width, false, place, a.lanes, shared);
}

template <int LMAX, int W, class T>
__device__ __forceinline__ void rotate_segment_sum(const Scatter<T>& a) {
    SHARED_ARRAY(int, edges, MAX_ITEMS);
    DYNAMIC_SHARED(T, shared);
    const Place place = place_of<LMAX, W>(a.channels, a.lanes);
    for_degree<LMAX>(
        place.degree, [&](auto l) { scatter_degree<LMAX, decltype(l)::value, W>(a, place, shared, edges); });
}

} // namespace

// Four blocks a multiprocessor fit into the registers without spills.
#define BOUNDS THREADS, 4

#define ROTATE_SEGMENT_SUM(lmax, w, suffix, type)                                                                 \
    ENTRY_FOR(rotate_segment_sum_l##lmax##_w##w, suffix, type, BOUNDS,                                            \
              (double scale, const T* value, const T* weight, const T* wigner, T* out, const int* target_start,   \
               int channels, int heads, int mmax, int rescale_mmax, int lanes, int items),                        \
              (rotate_segment_sum<lmax, w, T>({T(scale), value, weight, wigner, out, target_start, channels, heads, \
                                               mmax, rescale_mmax, lanes, items})))

#define ROTATE_SEGMENT_SUM_DEGREES(lmax)       \
    ROTATE_SEGMENT_SUM(lmax, 4, f32, float)    \
    ROTATE_SEGMENT_SUM(lmax, 1, f32, float)    \
    ROTATE_SEGMENT_SUM(lmax, 1, f64, double)

ROTATE_SEGMENT_SUM_DEGREES(0)
ROTATE_SEGMENT_SUM_DEGREES(1)
ROTATE_SEGMENT_SUM_DEGREES(2)
ROTATE_SEGMENT_SUM_DEGREES(3)
ROTATE_SEGMENT_SUM_DEGREES(4)
ROTATE_SEGMENT_SUM_DEGREES(5)
ROTATE_SEGMENT_SUM_DEGREES(6)
