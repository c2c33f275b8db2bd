// Random numbers: dropout_mask, by the block function Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers:
// as easy as 1, 2, 3", SC 2011) with the layout of key and counter of engine.random.Philox. Integer arithmetic and an exact
// comparison only, so that every element has the same bits as on the host.
//
// Memory convention: nothing is read; one thread makes the four words of a block and writes four consecutive elements, 16
// bytes a store where the address allows it. Bound: 4 (8) bytes written and about 15 integer operations an element, ten
// of them products; the write bandwidth is the smaller of the two for float.
//
// History
//   1  four elements a thread, threshold as an integer, no float64 in the loop. Not timed: no GPU yet.
#include "common.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int ROUNDS = 10;
constexpr int WORDS = 4;

// w0..w3 of one block; the arguments are those of Philox.block.
__device__ __forceinline__ void philox(uint64_t key, uint64_t counter_low, uint64_t counter_high, uint32_t (&words)[WORDS]) {
    uint32_t c0 = uint32_t(counter_low);
    uint32_t c1 = uint32_t(counter_low >> 32);
    uint32_t c2 = uint32_t(counter_high);
    uint32_t c3 = uint32_t(counter_high >> 32);
    uint32_t k0 = uint32_t(key);
    uint32_t k1 = uint32_t(key >> 32);
#pragma unroll
    for (int round = 0; round < ROUNDS; round++) {
        const uint64_t p0 = uint64_t(0xD2511F53u) * c0;
        const uint64_t p1 = uint64_t(0xCD9E8D57u) * c2;
        c0 = uint32_t(p1 >> 32) ^ c1 ^ k0;
        c1 = uint32_t(p1);
        c2 = uint32_t(p0 >> 32) ^ c3 ^ k1;
        c3 = uint32_t(p0);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
}

// mask[i] = uniformFloat(i) < p ? 0 : 1 / (1 - p). uniformFloat is k 2^-24 with an integer k, so it is below p exactly
// where k is below p 2^24, and p 2^24 is exact.
template <class T>
__device__ void dropout_mask(int64_t seed, int64_t step, int stream, double p, T* mask, int64_t n) {
    constexpr int W = WIDE<T>;
    const uint32_t threshold = uint32_t(ceil(p * 16777216.0));
    const T kept = T(1.0 / (1.0 - p));
    const uint64_t high = uint64_t(uint32_t(stream)) << 32 | uint64_t(step);
    const bool aligned = reinterpret_cast<uintptr_t>(mask) % 16 == 0;
    for (int64_t block = grid_index(); block < (n + WORDS - 1) / WORDS; block += grid_step()) {
        uint32_t words[WORDS];
        philox(uint64_t(seed), uint64_t(block), high, words);
        Vec<T, W> values[WORDS / W];
#pragma unroll
        for (int i = 0; i < WORDS; i++) {
            values[i / W].v[i % W] = words[i] >> 8 < threshold ? T(0) : kept;
        }
        T* const to = mask + block * WORDS;
        if (aligned && block * WORDS + WORDS <= n) {
#pragma unroll
            for (int j = 0; j < WORDS / W; j++) {
                store<W>(to + j * W, values[j]);
            }
        } else {
#pragma unroll
            for (int i = 0; i < WORDS; i++) {
                if (block * WORDS + i < n) {
                    to[i] = values[i / W].v[i % W];
                }
            }
        }
    }
}

} // namespace

ENTRY(dropout_mask, THREADS, (int64_t seed, int64_t step, int stream, double p, T* mask, int64_t n),
      dropout_mask<T>(seed, step, stream, p, mask, n))
