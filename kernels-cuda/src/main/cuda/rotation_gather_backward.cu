// Gradients of gatherRotate. With y = D_e x of an end and G = radial * dout for the rows |m| <= M, for each end of each
// edge:
//   dradial[e, slot, c] = sum over the slot's rows of dout[e, r, c] y[row(r), c]
//   dx[node]           += D_e^T G
//   dangular[e]        += the contraction of G with y (rotation_angular.cuh)
//
// Memory convention: rotation.cuh's. A block owns degree l of one node and meets the halves of its edges' rows that
// belong to it: x stays in registers, and so does the sum for dx, so that dout and radial are read once for all three
// gradients and dradial is written once. dangular is a sum over degrees, slices and ends, each of which leaves its part
// [parts, E, 3] in scratch memory for sum_parts.
//
// Bound by memory bandwidth. In float32 with C=128, for each edge (and 25,600 or 50,176 bytes a node for x and dx):
//   L=4, M=2: dout 19,456 + radial and dradial 2 x 12,288 + D 660 bytes;    230 x 256 products = 118 kFLOP
//   L=6, M=2: dout 29,696 + radial and dradial 2 x 18,432 + D 1,820 bytes;  470 x 256 products = 241 kFLOP
// dangular adds 396 or 588 bytes for its parts and two rows of D to most degrees: 32 x 256 or 80 x 256 products.
// Floor for E=7000, N=350 at 3.35 TB/s: 96 us and 148 us (arithmetic alone, at 67 TFLOP/s: 12.3 us and 25.2 us).
//
// History (registers of the widest kernel without and with dangular on sm_90. Not timed: no GPU yet)
//   1  one pass for all gradients instead of one by node for dx and one by edge for the others, which would read dout
//      and radial twice (45 % more bytes). Orders unrolled, four channels a thread: 168 with spills, and 251.
//   2  two channels a thread, so that features and their gradient fit the registers with 16 warps a multiprocessor;
//      orders in a loop, one entry for all degrees: 128 and 167, no spills.
//   3  rows by asynchronous copies through shared memory, three steps ahead instead of one: 126 and 165, no spills; 4
//      and 3 blocks a multiprocessor with 32 KB of shared memory each.
#include "rotation_angular.cuh"

namespace {

using namespace rotation;

template <class T>
struct GatherBackward {
    const T* dout;   // [E, R, 2C]
    const T* x;      // [N, S, C]
    const T* wigner; // [E, D]
    const T* radial; // [E, slots, 2C] or null
    T* dx;           // [N, S, C] or null
    bool add_x;
    T* dradial; // [E, slots, 2C] or null
    bool add_radial;
    T* angular_parts; // [2 L slices, E, 3] or null
    const int* target_start;
    const int* source_start;
    const int* source_edge;
    int64_t edges;
    int channels;
    int lmax;
    int mmax;
    bool per_degree;
    int lanes;
    int items;
};

template <bool ANGULAR, int L, int W, class T>
__device__ __forceinline__ void gather_degree(
    const GatherBackward<T>& a, const Place& place, T* shared, int* edges, T* ladder) {
    const int kept = min(L, a.mmax);
    const int rows = min(L, a.mmax + ANGULAR); // highest order of y that is needed
    const int stride = staged_stride<L, T>(rows);
    const int width = 2 * a.channels;
    T* angular_part = a.angular_parts + 2 * ((L - 1) * int64_t(gridDim.y) + blockIdx.y) * a.edges * 3;
    const NodeEdges node = edges_of(place.node, a.target_start, a.source_start, a.source_edge);
    const int64_t node_at = node_offset<L>(place, a.lmax, a.channels);
    Vec<T, W> x[WIDTH<L>];
    Vec<T, W> sum[WIDTH<L>];
    load_rows<L, W>(a.x + node_at, a.channels, place.on, x);
#pragma unroll
    for (int j = 0; j < WIDTH<L>; j++) {
        sum[j] = zero_vec<T, W>();
    }
    if constexpr (ANGULAR) {
        fill_ladder<L>(ladder);
    }
    using Queue = StepQueue<Read::BOTH, L, W, T>;
    Queue queue(shared, a.dout, a.radial, a.lmax, a.mmax, a.per_degree, width, place);
    T* blocks = shared + Queue::SIZE;
    for (int from = 0; from < node.count; from += a.items) {
        const int count = min(a.items, node.count - from);
        const auto half = [&](int k) { return node.half(from + k, a.channels); };
        queue.begin(place.group, place.on ? count : 0, [&](int k) { return node.edge(from + k); }, half);
        stage<L>(blocks, edges, node, from, count, rows, a.wigner, wigner_offset(a.lmax + 1));
        // All groups of the block go round equally often: lanes without work take part in the sums over channels.
#pragma unroll 1
        for (int first = 0; first < count; first += place.groups) {
            const int k = first + place.group;
            Turn<T> turn = {0, 0, 0};
            if (k < queue.count) {
                const T* row = blocks + k * stride + rows * PITCH<L>;
                T* dradial = a.dradial + (edges[k] * queue.radial_size + (half(k) + place.channel));
                Vec<T, W> slot_sum = zero_vec<T, W>();
                Pair<T, W> g_low = zero_pair<T, W>();
                Pair<T, W> y_low = zero_pair<T, W>();
#pragma unroll 1
                for (int m = 0; m <= kept; m++) {
                    const Step<T, W> step = queue.next(m, [&](int next) { return edges[next]; }, half);
                    Pair<T, W> g = {step.rows.plus, zero_vec<T, W>()};
                    Pair<T, W> y = zero_pair<T, W>();
                    if (a.radial != nullptr) {
                        g.plus = times(step.radial, g.plus);
                    }
                    y.plus = rotated_and_back<L, W>(row + m * PITCH<L>, x, g.plus, sum);
                    add_product(step.rows.plus, y.plus, slot_sum);
                    if (m > 0) {
                        g.minus = a.radial != nullptr ? times(step.radial, step.rows.minus) : step.rows.minus;
                        y.minus = rotated_and_back<L, W>(row - m * PITCH<L>, x, g.minus, sum);
                        add_product(step.rows.minus, y.minus, slot_sum);
                    }
                    if (a.dradial != nullptr && (!a.per_degree || m == kept)) {
                        put(dradial + radial_slot(a.lmax, L, m, a.per_degree) * width, slot_sum, a.add_radial);
                        slot_sum = zero_vec<T, W>();
                    }
                    if constexpr (ANGULAR) {
                        if (m > 0) {
                            add_turn(m, ladder[m - 1], g_low, y_low, g, y, turn);
                        }
                        g_low = g;
                        y_low = y;
                    }
                }
                if (ANGULAR && rows > kept) {
                    const Pair<T, W> y = {
                        rotated<L, W>(row + rows * PITCH<L>, x), rotated<L, W>(row - rows * PITCH<L>, x)};
                    add_turn(rows, ladder[kept], g_low, y_low, zero_pair<T, W>(), y, turn);
                }
            }
            if constexpr (ANGULAR && L > 0) {
                const bool there = k < count;
                const int64_t e = edges[there ? k : 0] + (half(k) == 0 ? 0 : a.edges); // targets: the second part
                put_turn(turn, angular_part, e, there, place, a.lanes);
            }
        }
    }
    if (a.dx != nullptr) {
        put_sum_of_groups<L, W>(sum, T(1), a.dx + node_at, a.channels, a.add_x, place, a.lanes, shared);
    }
}

template <bool ANGULAR, int W, class T>
__device__ __forceinline__ void gather_rotate_backward(const GatherBackward<T>& a) {
    SHARED_ARRAY(int, edges, MAX_ITEMS);
    SHARED_ARRAY(T, ladder, LADDER);
    DYNAMIC_SHARED(T, shared);
    const Place place = place_of<W>(a.lmax, a.channels, a.lanes);
    for_degree(
        place.degree,
        [&](auto l) { gather_degree<ANGULAR, decltype(l)::value, W>(a, place, shared, edges, ladder); });
}

} // namespace

// As many blocks a multiprocessor as the registers take without spills.
#define BOUNDS(blocks) THREADS, blocks

#define GATHER_ROTATE_BACKWARD(name, angular, blocks, w, suffix, type)                                       \
    ENTRY_FOR(name##_w##w, suffix, type, BOUNDS(blocks),                                                     \
              (const T* dout, const T* x, const T* wigner, const T* radial, T* dx, bool add_x, T* dradial,   \
               bool add_radial, T* angular_parts, const int* target_start, const int* source_start,          \
               const int* source_edge, int64_t edges, int channels, int lmax, int mmax, bool per_degree,     \
               int lanes, int items),                                                                        \
              gather_rotate_backward<angular, w, T>(                                                         \
                  {dout, x, wigner, radial, dx, add_x, dradial, add_radial, angular_parts, target_start,     \
                   source_start, source_edge, edges, channels, lmax, mmax, per_degree, lanes, items}))

GATHER_ROTATE_BACKWARD(gather_rotate_backward, false, 4, 2, f32, float)
GATHER_ROTATE_BACKWARD(gather_rotate_backward, false, 4, 1, f32, float)
GATHER_ROTATE_BACKWARD(gather_rotate_backward, false, 2, 1, f64, double)
GATHER_ROTATE_BACKWARD(gather_rotate_backward_angular, true, 3, 2, f32, float)
GATHER_ROTATE_BACKWARD(gather_rotate_backward_angular, true, 3, 1, f32, float)
GATHER_ROTATE_BACKWARD(gather_rotate_backward_angular, true, 2, 1, f64, double)
