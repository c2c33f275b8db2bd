// attentionLogits: layer norm over A (optional), smooth leaky ReLU, dot product with each head's vector.
//
// A row of A numbers, one head of one edge, is worked on by 8 lanes with vectors of 4 or by a warp with single numbers.
//
// Memory convention: features are read once and stay in registers (attention_row.cuh); gamma, beta and dot are read
// from the cache by every row. Bound by bandwidth: 4 E H A bytes, 14 MB or 4.3 us at 3.35 TB/s for E = 7000, H = 8, A =
// 64.
//
// History
//   1  8 lanes a row. Not timed: no GPU yet.
#include "attention_row.cuh"

namespace {

constexpr int THREADS = 256;

// features: H*A columns with their row stride  gamma, beta: [A] or null  dot: [H, A]  logits: [E, H]
template <class T, int W, int LANES>
__device__ void attention_logits(
    const T* features, int64_t stride, const T* gamma, const T* beta, T eps, const T* dot, T* logits, int64_t rows,
    int64_t heads, int64_t size) {
    const int64_t row = grid_index() / LANES;
    // Rows behind the last one are the last one again, so that all lanes of a warp take part in its sums.
    const int64_t here = row < rows ? row : rows - 1;
    const int64_t edge = here / heads;
    const int64_t head = here - edge * heads;
    const int lane = threadIdx.x % LANES;
    const attention::Row<T, W, LANES> values(
        features + edge * stride + head * size, size, lane, gamma != nullptr, eps);
    const T* const vector = dot + head * size;
    T sum = 0;
    values.each([&](int64_t a, const Vec<T, W>& x, int) {
        const Vec<T, W> weight = load<W>(vector + a);
        Vec<T, W> scale;
        Vec<T, W> shift;
        if (gamma != nullptr) {
            scale = load<W>(gamma + a);
            shift = load<W>(beta + a);
        }
#pragma unroll
        for (int w = 0; w < W; w++) {
            T input = x.v[w];
            if (gamma != nullptr) {
                input = (input - values.mean) * values.inverse * scale.v[w] + shift.v[w];
            }
            sum += weight.v[w] * smooth_leaky_relu_of(T(attention::SLOPE), input);
        }
    });
    sum = attention::Row<T, W, LANES>::sum(sum);
    if (lane == 0 && row < rows) {
        logits[row] = sum;
    }
}

} // namespace

#define LOGITS_PARAMETERS                                                                                          \
    (const T* features, int64_t stride, const T* gamma, const T* beta, double eps, const T* dot, T* logits,        \
     int64_t rows, int64_t heads, int64_t size)
#define LOGITS_CALL(W, LANES)                                                                                      \
    attention_logits<T, W, LANES>(features, stride, gamma, beta, T(eps), dot, logits, rows, heads, size)

ENTRY(attention_logits_w1, THREADS, LOGITS_PARAMETERS, LOGITS_CALL(1, 32))
ENTRY_FOR(attention_logits_w4, f32, float, THREADS, LOGITS_PARAMETERS, LOGITS_CALL(4, 8))
