// gateActivation: coefficients of degree 0 through SiLU, those of degree l > 0 times sigmoid(gates of degree l); and
// its gradients.
//
// One thread takes one (row, degree, W channels): it computes the gate once and goes through the degree's coefficients,
// which need not lie together (edge features are packed by m). In the backward pass the gradient of a gate is therefore
// a sum within one thread, in the order of the coefficients.
//
// Memory convention: every element is read and written once, coalesced over channels, W = 4 where channels and
// addresses allow it; up to BATCH loads are in flight before the first store. The lists of coefficients by degree are a
// few dozen numbers that stay in the first cache. Bound by bandwidth: 2 * 4 * R bytes a row and channel forward, 3 * 4
// * R backward, plus 4 L (8 L) for the gates: 7000 rows of 128 channels, R = 29, L = 6: 229 MB (355 MB), 68 us (106 us)
// at 3.35 TB/s.
//
// History
//   1  one thread a (row, degree, vector). Not timed: no GPU yet.
#include "common.cuh"

namespace {

constexpr int THREADS = 256;
// Coefficients that are read before the first is written; backward reads two numbers of each.
constexpr int BATCH = 4;
constexpr int BATCH_BACKWARD = 2;

// What one thread works on: coefficients list[first..end-1] of degree l, in a row and from a channel on.
struct GateItem {
    int l;
    int first;
    int end;
    int64_t row;
    int64_t channel;
};

// lists: starts of the degrees' lists in what follows [degrees + 1], then the coefficients
template <int W>
__device__ __forceinline__ GateItem gate_item(int64_t i, const int* lists, int degrees, int64_t channels) {
    const int64_t vectors = channels / W;
    const int64_t group = i / vectors;
    GateItem item;
    item.channel = (i - group * vectors) * W;
    item.row = group / degrees;
    item.l = int(group - item.row * degrees);
    item.first = lists[item.l];
    item.end = lists[item.l + 1];
    return item;
}

// x, y: [rows, K, C]  gates: (degrees - 1) C columns with their row stride
template <class T, int W>
__device__ void gate_activation(
    const int* lists, int degrees, int coefficients, const T* x, const T* gates, int64_t gate_stride, T* y,
    int64_t rows, int64_t channels) {
    const int* const list = lists + degrees + 1;
    const int64_t items = rows * degrees * (channels / W);
    for (int64_t i = grid_index(); i < items; i += grid_step()) {
        const GateItem item = gate_item<W>(i, lists, degrees, channels);
        Vec<T, W> gate = {};
        if (item.l > 0) {
            gate = load<W>(gates + item.row * gate_stride + (item.l - 1) * channels + item.channel);
#pragma unroll
            for (int w = 0; w < W; w++) {
                gate.v[w] = sigmoid_of(gate.v[w]);
            }
        }
        const int64_t start = item.row * coefficients * channels + item.channel;
        for (int first = item.first; first < item.end; first += BATCH) {
            int64_t at[BATCH];
            Vec<T, W> values[BATCH];
#pragma unroll
            for (int k = 0; k < BATCH; k++) {
                if (first + k < item.end) {
                    at[k] = start + list[first + k] * channels;
                    values[k] = load<W>(x + at[k]);
                }
            }
#pragma unroll
            for (int k = 0; k < BATCH; k++) {
                if (first + k < item.end) {
#pragma unroll
                    for (int w = 0; w < W; w++) {
                        values[k].v[w] = item.l == 0 ? silu_of(values[k].v[w]) : values[k].v[w] * gate.v[w];
                    }
                    store<W>(y + at[k], values[k]);
                }
            }
        }
    }
}

// dy, x, dx: [rows, K, C]; dx may be null  gates, dgates: (degrees - 1) C columns with their row strides; dgates may be
// null
template <class T, int W>
__device__ void gate_activation_backward(
    const int* lists, int degrees, int coefficients, const T* dy, const T* x, const T* gates, int64_t gate_stride,
    T* dx, bool add, T* dgates, int64_t dgate_stride, bool add_gates, int64_t rows, int64_t channels) {
    const int* const list = lists + degrees + 1;
    const int64_t items = rows * degrees * (channels / W);
    for (int64_t i = grid_index(); i < items; i += grid_step()) {
        const GateItem item = gate_item<W>(i, lists, degrees, channels);
        const int64_t column = (item.l - 1) * channels + item.channel;
        Vec<T, W> gate = {};
        if (item.l > 0) {
            gate = load<W>(gates + item.row * gate_stride + column);
#pragma unroll
            for (int w = 0; w < W; w++) {
                gate.v[w] = sigmoid_of(gate.v[w]);
            }
        }
        Vec<T, W> sum = {};
        const int64_t start = item.row * coefficients * channels + item.channel;
        for (int first = item.first; first < item.end; first += BATCH_BACKWARD) {
            int64_t at[BATCH_BACKWARD];
            Vec<T, W> g[BATCH_BACKWARD];
            Vec<T, W> values[BATCH_BACKWARD];
#pragma unroll
            for (int k = 0; k < BATCH_BACKWARD; k++) {
                if (first + k < item.end) {
                    at[k] = start + list[first + k] * channels;
                    g[k] = load<W>(dy + at[k]);
                    values[k] = load<W>(x + at[k]);
                }
            }
#pragma unroll
            for (int k = 0; k < BATCH_BACKWARD; k++) {
                if (first + k < item.end) {
#pragma unroll
                    for (int w = 0; w < W; w++) {
                        sum.v[w] += g[k].v[w] * values[k].v[w];
                        g[k].v[w] *= item.l == 0 ? silu_slope(values[k].v[w]) : gate.v[w];
                    }
                    if (dx != nullptr) {
                        put<W>(dx + at[k], g[k], add);
                    }
                }
            }
        }
        if (item.l > 0 && dgates != nullptr) {
#pragma unroll
            for (int w = 0; w < W; w++) {
                sum.v[w] *= gate.v[w] * (T(1) - gate.v[w]);
            }
            put<W>(dgates + item.row * dgate_stride + column, sum, add_gates);
        }
    }
}

} // namespace

#define GATE_PARAMETERS                                                                                             \
    (const int* lists, int degrees, int coefficients, const T* x, const T* gates, int64_t gate_stride, T* y,        \
     int64_t rows, int64_t channels)
#define GATE_CALL(W)                                                                                                \
    gate_activation<T, W>(lists, degrees, coefficients, x, gates, gate_stride, y, rows, channels)
#define GATE_BACKWARD_PARAMETERS                                                                                    \
    (const int* lists, int degrees, int coefficients, const T* dy, const T* x, const T* gates, int64_t gate_stride, \
     T* dx, bool add, T* dgates, int64_t dgate_stride, bool add_gates, int64_t rows, int64_t channels)
#define GATE_BACKWARD_CALL(W)                                                                                       \
    gate_activation_backward<T, W>(                                                                                 \
        lists, degrees, coefficients, dy, x, gates, gate_stride, dx, add, dgates, dgate_stride, add_gates, rows,    \
        channels)

ENTRY(gate_activation_w1, THREADS, GATE_PARAMETERS, GATE_CALL(1))
ENTRY_FOR(gate_activation_w4, f32, float, THREADS, GATE_PARAMETERS, GATE_CALL(4))
ENTRY(gate_activation_backward_w1, THREADS, GATE_BACKWARD_PARAMETERS, GATE_BACKWARD_CALL(1))
ENTRY_FOR(gate_activation_backward_w4, f32, float, THREADS, GATE_BACKWARD_PARAMETERS, GATE_BACKWARD_CALL(4))
