// Gradients of rotateSegmentSum. With G = f_l D_e dout[target], f_l being scale times the degree's rescale, for each
// edge:
//   dvalue[e, r, c] = weight[e, head(c)] G[row(r), c]
//   dweight[e, h]   = sum over rows and the head's channels of value[e, r, c] G[row(r), c]
//   dangular[e]     = the contraction of weight * value with G (rotation_angular.cuh)
//
// Memory convention: rotation.cuh's. A block owns degree l of one node, whose rows of dout it reads once; value is read
// once (where dweight or dangular is wanted), dvalue written once. dweight and dangular are sums over degrees and
// channels: every degree and slice leaves its part in scratch memory, [parts, E, H] and [parts, E, 3], for sum_parts.
//
// Bound by memory bandwidth. In float32 with C=128, H=8, for each edge (and 12,800 or 25,088 bytes a node for dout):
//   L=4, M=2: value and dvalue 2 x 9,728 + D 660 + weights and parts 384 bytes;    115 x 128 products = 29.4 kFLOP
//   L=6, M=2: value and dvalue 2 x 14,848 + D 1,820 + weights and parts 512 bytes; 235 x 128 products = 60.2 kFLOP
// dangular adds 108 or 156 bytes for its parts and two rows of D to most degrees: 32 x 128 or 80 x 128 products.
// Floor for E=7000, N=350 at 3.35 TB/s: 44 us and 70 us (arithmetic alone, at 67 TFLOP/s: 3.1 us and 6.3 us).
//
// History (registers of the w4 kernel without and with dangular on sm_90; no spills. Not timed: no GPU yet)
//   1  block by node and degree; all gradients in one pass. Orders unrolled, an entry for each lmax: 158 and 168.
//   2  orders in a loop, one entry for all degrees: 128 and 168.
//   3  values by asynchronous copies through shared memory, three steps ahead instead of one: 128 and 162, 4 and 3
//      blocks a multiprocessor with 36 KB of shared memory each.
#include "rotation_angular.cuh"

namespace {

using namespace rotation;

template <class T>
struct ScatterBackward {
    T scale;
    const T* dout;   // [N, S, C]
    const T* value;  // [E, R, C]
    const T* weight; // [E, H] or null
    const T* wigner; // [E, D]
    T* dvalue;       // [E, R, C] or null
    bool add_value;
    T* weight_parts;  // [(L+1) slices, E, H] or null
    T* angular_parts; // [L slices, E, 3] or null
    const int* target_start;
    int64_t edges;
    int channels;
    int heads;
    int lmax;
    int mmax;
    int rescale_mmax;
    int lanes;
    int items;
};

// Sums of each head's channels over the lanes of a group, for every head; zero for heads that have no channel in the
// slice. All 32 lanes of the warp take part; `there` tells whether the group has an edge.
template <int W, class T>
__device__ __forceinline__ void put_heads(
    T value, int heads, int channels, T* part, int64_t e, bool there, const Place& place, int lanes) {
    const int per_head = channels / heads / W; // lanes of a head
    const int slice = blockIdx.y * lanes;
    // Each lane sums from itself to the end of its head, in doubling steps: the first lane of a head has it all.
    const int column = slice + place.lane;
    const int behind = min(per_head - 1 - column % per_head, lanes - 1 - place.lane);
    for (int step = 1; step < min(per_head, lanes); step *= 2) {
        const T other = __shfl_down_sync(ALL_LANES, value, step);
        value += step <= behind ? other : T(0);
    }
    const int first_lane = (threadIdx.x % WARP) - place.lane;
    for (int base = 0; base < heads; base += lanes) {
        const int h = base + place.lane;
        const int from = h * per_head - slice;
        const bool present = h < heads && from < lanes && from + per_head > 0;
        const T sum = __shfl_sync(ALL_LANES, value, first_lane + (present ? max(from, 0) : 0));
        if (there && h < heads) {
            part[e * heads + h] = present ? sum : T(0);
        }
    }
}

template <bool ANGULAR, int L, int W, class T>
__device__ __forceinline__ void scatter_degree(
    const ScatterBackward<T>& a, const Place& place, T* shared, int* edges, T* ladder) {
    const int kept = min(L, a.mmax);
    const int rows = min(L, a.mmax + ANGULAR); // highest order of G that is needed
    const int stride = staged_stride<L, T>(rows);
    const int width = a.channels;
    const int head = place.channel / (a.channels / a.heads); // all W channels have the same
    T* weight_part = a.weight_parts + (L * int64_t(gridDim.y) + blockIdx.y) * a.edges * a.heads;
    T* angular_part = a.angular_parts + ((L - 1) * int64_t(gridDim.y) + blockIdx.y) * a.edges * 3;
    const NodeEdges node = edges_into(place.node, a.target_start);
    if (node.count == 0) {
        return;
    }
    Vec<T, W> g[WIDTH<L>];
    load_rows<L, W>(a.dout + node_offset<L>(place, a.lmax, width), width, place.on, g);
    const T factor = a.scale * rescale<L>(T(a.rescale_mmax));
#pragma unroll
    for (int j = 0; j < WIDTH<L>; j++) {
        g[j] = times(factor, g[j]);
    }
    if constexpr (ANGULAR) {
        fill_ladder<L>(ladder);
    }
    const bool read = ANGULAR || a.weight_parts != nullptr;
    using Queue = StepQueue<Read::ROWS, L, W, T>;
    Queue queue(shared, read ? a.value : nullptr, nullptr, a.lmax, a.mmax, false, width, place);
    T* blocks = shared + Queue::SIZE;
    for (int from = 0; from < node.count; from += a.items) {
        const int count = min(a.items, node.count - from);
        queue.begin(
            place.group, place.on ? count : 0, [&](int k) { return node.edge(from + k); }, [](int) { return 0; });
        stage<L>(blocks, edges, node, from, count, rows, a.wigner, wigner_offset(a.lmax + 1));
        const auto weight_of = [&](int k) {
            return a.weight != nullptr && k < queue.count ? a.weight[int64_t(edges[k]) * a.heads + head] : T(1);
        };
        T next_weight = weight_of(place.group);
        // All groups of the block go round equally often: lanes without work take part in the sums over channels.
#pragma unroll 1
        for (int first = 0; first < count; first += place.groups) {
            const int k = first + place.group;
            T weight_sum = 0;
            Turn<T> turn = {0, 0, 0};
            if (k < queue.count) {
                const T weight = next_weight;
                next_weight = weight_of(k + place.groups); // on its way during this edge
                const T* row = blocks + k * stride + rows * PITCH<L>;
                T* dvalue = a.dvalue + (edges[k] * queue.rows_size + place.channel);
                Pair<T, W> v_low = zero_pair<T, W>();
                Pair<T, W> y_low = zero_pair<T, W>();
#pragma unroll 1
                for (int m = 0; m <= kept; m++) {
                    const Pair<T, W> value =
                        queue.next(m, [&](int next) { return edges[next]; }, [](int) { return 0; }).rows;
                    Pair<T, W> v = zero_pair<T, W>();
                    Pair<T, W> y = zero_pair<T, W>();
                    y.plus = rotated<L, W>(row + m * PITCH<L>, g);
                    if (a.dvalue != nullptr) {
                        put(dvalue + packed_row(a.lmax, L, m) * width, times(weight, y.plus), a.add_value);
                    }
                    if (read) {
                        weight_sum += dot(value.plus, y.plus);
                        v.plus = times(weight, value.plus);
                    }
                    if (m > 0) {
                        y.minus = rotated<L, W>(row - m * PITCH<L>, g);
                        if (a.dvalue != nullptr) {
                            put(dvalue + packed_row(a.lmax, L, -m) * width, times(weight, y.minus), a.add_value);
                        }
                        if (read) {
                            weight_sum += dot(value.minus, y.minus);
                            v.minus = times(weight, value.minus);
                        }
                    }
                    if constexpr (ANGULAR) {
                        if (m > 0) {
                            add_turn(m, ladder[m - 1], v_low, y_low, v, y, turn);
                        }
                        v_low = v;
                        y_low = y;
                    }
                }
                if (ANGULAR && rows > kept) {
                    const Pair<T, W> y = {
                        rotated<L, W>(row + rows * PITCH<L>, g), rotated<L, W>(row - rows * PITCH<L>, g)};
                    add_turn(rows, ladder[kept], v_low, y_low, zero_pair<T, W>(), y, turn);
                }
            }
            const bool there = k < count;
            const int64_t e = edges[there ? k : 0];
            if (a.weight_parts != nullptr) {
                put_heads<W>(weight_sum, a.heads, a.channels, weight_part, e, there, place, a.lanes);
            }
            if constexpr (ANGULAR && L > 0) {
                put_turn(turn, angular_part, e, there, place, a.lanes);
            }
        }
    }
}

template <bool ANGULAR, int W, class T>
__device__ __forceinline__ void rotate_segment_sum_backward(const ScatterBackward<T>& a) {
    SHARED_ARRAY(int, edges, MAX_ITEMS);
    SHARED_ARRAY(T, ladder, LADDER);
    DYNAMIC_SHARED(T, shared);
    const Place place = place_of<W>(a.lmax, a.channels, a.lanes);
    for_degree(
        place.degree,
        [&](auto l) { scatter_degree<ANGULAR, decltype(l)::value, W>(a, place, shared, edges, ladder); });
}

} // namespace

// As many blocks a multiprocessor as the registers take without spills.
#define BOUNDS(blocks) THREADS, blocks

#define ROTATE_SEGMENT_SUM_BACKWARD(name, angular, blocks, w, suffix, type)                                \
    ENTRY_FOR(name##_w##w, suffix, type, BOUNDS(blocks),                                                   \
              (double scale, const T* dout, const T* value, const T* weight, const T* wigner, T* dvalue,   \
               bool add_value, T* weight_parts, T* angular_parts, const int* target_start, int64_t edges,  \
               int channels, int heads, int lmax, int mmax, int rescale_mmax, int lanes, int items),       \
              rotate_segment_sum_backward<angular, w, T>(                                                  \
                  {T(scale), dout, value, weight, wigner, dvalue, add_value, weight_parts, angular_parts,  \
                   target_start, edges, channels, heads, lmax, mmax, rescale_mmax, lanes, items}))

ROTATE_SEGMENT_SUM_BACKWARD(rotate_segment_sum_backward, false, 4, 4, f32, float)
ROTATE_SEGMENT_SUM_BACKWARD(rotate_segment_sum_backward, false, 4, 1, f32, float)
ROTATE_SEGMENT_SUM_BACKWARD(rotate_segment_sum_backward, false, 3, 1, f64, double)
ROTATE_SEGMENT_SUM_BACKWARD(rotate_segment_sum_backward_angular, true, 3, 4, f32, float)
ROTATE_SEGMENT_SUM_BACKWARD(rotate_segment_sum_backward_angular, true, 4, 1, f32, float)
ROTATE_SEGMENT_SUM_BACKWARD(rotate_segment_sum_backward_angular, true, 3, 1, f64, double)
