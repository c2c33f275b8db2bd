// segmentSoftmax: softmax over the edges into each target, for each head, with an envelope c: with e_i = exp(z_i - max)
// and sum = sum of c_i e_i the weight is c_i (c_i e_i / sum); without an envelope c = 1; edges with c = 0 are absent.
// Gradients, with g for the weights and t = sum of c_i (c_i e_i / sum) g_i:
//   dz_i = (c_i e_i / sum) (c_i g_i - t)    dc_i = e_i (2 c_i g_i - t) / sum, summed over the heads.
// Products with c_i come before the division, so that a lone edge whose envelope squared is below the smallest number
// still gets its envelope as weight.
//
// Forward: a warp takes one (target, head), its lanes the edges. Backward: a block takes one target; each warp finds
// the statistics of every fourth head, then each thread goes through all heads of its edges, so that the sum over heads
// of the envelope's gradient stays within a thread.
//
// Memory convention: everything is small and read once from memory, then from the cache; statistics in shared memory.
// Bound by latency: 12 E H bytes are 0.7 MB for E = 7000, H = 8.
//
// History
//   1  warps for statistics, threads for edges. Not timed: no GPU yet.
#include "common.cuh"

namespace {

constexpr int THREADS = 128;
constexpr int WARPS = THREADS / WARP;

// One head of the edges first..end-1.
template <class T>
struct Segment {
    const T* logits;
    const T* envelope;
    int64_t heads;
    int64_t head;
    int64_t first;
    int64_t end;
    T max;
    T sum;

    // All lanes of the warp take part and get the same max and sum.
    __device__ __forceinline__ void find() {
        const int lane = threadIdx.x % WARP;
        bool any = false;
        T largest = 0;
        for (int64_t e = first + lane; e < end; e += WARP) {
            const T z = logits[e * heads + head];
            if (c(e) != 0) {
                largest = !any || z > largest ? z : largest;
                any = true;
            }
        }
        // Lanes without edges take the number of one that has some.
        const unsigned has = __ballot_sync(ALL_LANES, any);
        const int some = has == 0 ? 0 : __ffs(int(has)) - 1;
        const T other = __shfl_sync(ALL_LANES, largest, some);
        max = warp_max(any ? largest : other);
        T total = 0;
        for (int64_t e = first + lane; e < end; e += WARP) {
            total += c(e) * exponent(e);
        }
        sum = warp_sum(total);
    }

    __device__ __forceinline__ T c(int64_t e) const {
        return envelope == nullptr ? T(1) : envelope[e];
    }

    // exp(z - max), 0 for an absent edge
    __device__ __forceinline__ T exponent(int64_t e) const {
        return c(e) == 0 ? T(0) : exponential(logits[e * heads + head] - max);
    }
};

// start: [N+1]  logits, weight: [E, H]  envelope: [E] or null
template <class T>
__device__ void segment_softmax(
    const int* start, const T* logits, const T* envelope, T* weight, int64_t nodes, int64_t heads) {
    const int64_t item = grid_index() / WARP;
    if (item >= nodes * heads) { // the same in all lanes of a warp
        return;
    }
    const int64_t node = item / heads;
    Segment<T> segment = {logits, envelope, heads, item - node * heads, start[node], start[node + 1], T(0), T(0)};
    segment.find();
    for (int64_t e = segment.first + threadIdx.x % WARP; e < segment.end; e += WARP) {
        const T c = segment.c(e);
        weight[e * heads + segment.head] = c == 0 ? T(0) : c * (c * segment.exponent(e) / segment.sum);
    }
}

// One block a target. start: [N+1]  dweight, logits, dlogits: [E, H]  envelope, denvelope: [E]; dlogits, denvelope and
// envelope may be null
template <class T>
__device__ void segment_softmax_backward(
    const int* start, const T* dweight, const T* logits, const T* envelope, T* dlogits, bool add_logits, T* denvelope,
    bool add_envelope, int64_t heads) {
    DYNAMIC_SHARED(T, statistics); // max, sum and t of each head
    T* const sums = statistics + heads;
    T* const totals = sums + heads;
    const int64_t first = start[blockIdx.x];
    const int64_t end = start[blockIdx.x + 1];
    const int lane = threadIdx.x % WARP;
    for (int64_t head = threadIdx.x / WARP; head < heads; head += WARPS) {
        Segment<T> segment = {logits, envelope, heads, head, first, end, T(0), T(0)};
        segment.find();
        T total = 0;
        for (int64_t e = first + lane; e < end; e += WARP) {
            const T c = segment.c(e);
            total += c == 0 ? T(0) : c * (c * segment.exponent(e) / segment.sum) * dweight[e * heads + head];
        }
        total = warp_sum(total);
        if (lane == 0) {
            statistics[head] = segment.max;
            sums[head] = segment.sum;
            totals[head] = total;
        }
    }
    __syncthreads();
    for (int64_t e = first + threadIdx.x; e < end; e += THREADS) {
        const T c = envelope == nullptr ? T(1) : envelope[e];
        T envelope_sum = 0;
        for (int64_t head = 0; head < heads; head++) {
            const int64_t at = e * heads + head;
            const T g = c * dweight[at];
            const T exponent = c == 0 ? T(0) : exponential(logits[at] - statistics[head]);
            const T sum = sums[head] == 0 ? T(1) : sums[head]; // only absent edges
            if (dlogits != nullptr) {
                put(dlogits + at, c * exponent / sum * (g - totals[head]), add_logits);
            }
            envelope_sum += exponent * (T(2) * g - totals[head]) / sum;
        }
        if (denvelope != nullptr) {
            put(denvelope + e, envelope_sum, add_envelope);
        }
    }
}

} // namespace

ENTRY(segment_softmax, THREADS,
      (const int* start, const T* logits, const T* envelope, T* weight, int64_t nodes, int64_t heads),
      segment_softmax<T>(start, logits, envelope, weight, nodes, heads))
ENTRY(segment_softmax_backward, THREADS,
      (const int* start, const T* dweight, const T* logits, const T* envelope, T* dlogits, bool add_logits,
       T* denvelope, bool add_envelope, int64_t heads),
      segment_softmax_backward<T>(
          start, dweight, logits, envelope, dlogits, add_logits, denvelope, add_envelope, heads))
