// Backward pass of the equivariant norms (equivariant_norm.cuh says what they are). With g = dy gamma and P_l = sum over
// degree l of g x: dx = r g - w r^3 x sum over G of P, w = 1 / ((2l+1) |G| C); for l=0, x is centred and the mean over
// channels of r g is taken off, the centring's own transpose. dgamma_l = sum over nodes and m of dy x r, dbeta = sum over
// nodes of dy.
//
// Memory convention: a block for each run of nodes (one, up to 512 nodes), node by node. x and dy: [N, (L+1)^2, C] are read
// once into shared memory. A warp for each degree, lanes over channels, forms q = sum over m of dy x, which serves P (times
// gamma, summed over channels) and dgamma (times r) alike. dx is written once, and for each run of nodes one row
// [dbeta | dgamma0 | dgamma] of scratch memory, which sum_parts adds up.
//
// Bound by memory bandwidth: 12 (L+1)^2 C bytes a node in float (38 KB at lmax 4 with 128 channels, 75 KB at lmax 6) for
// about 10 (L+1)^2 C operations, and 4 (L+2) C bytes of partial sums.
//
// History
//   1  as above. sm_90: w4_f32 48 registers, 28 KB of shared memory at lmax 4 with 128 channels, 54 KB at lmax 6. Not
//     timed: no GPU yet.
#include "equivariant_norm.cuh"

namespace {

// One degree of one node, by one warp: sums of squares and of g x, for l=0 also of g, with the mean of x.
template <class T>
struct DegreeSums {
    T squares;
    T projection;
    T gradient;
    T mean;
};

// x, dy: the node's rows of degree l  gamma: [C] of that degree  q: [C]
template <class T, int W>
__device__ __forceinline__ DegreeSums<T> degree_sums(
    const T* x, const T* dy, const T* gamma, T* q, int l, int vectors) {
    const T mean = l == 0 ? mean_of<W>(x, vectors) : T(0);
    T squares = 0;
    T projection = 0;
    T gradient = 0;
    for (int c = threadIdx.x % WARP; c < vectors; c += WARP) {
        const Vec<T, W> scale = load<W>(gamma + c * W);
        Vec<T, W> product;
#pragma unroll
        for (int w = 0; w < W; w++) {
            product.v[w] = T(0);
        }
        for (int m = 0; m <= 2 * l; m++) {
            const Vec<T, W> value = load<W>(x + (m * vectors + c) * W);
            const Vec<T, W> g = load<W>(dy + (m * vectors + c) * W);
#pragma unroll
            for (int w = 0; w < W; w++) {
                const T centred = value.v[w] - mean;
                squares += centred * centred;
                product.v[w] += g.v[w] * centred;
                if (l == 0) {
                    gradient += g.v[w] * scale.v[w];
                }
            }
        }
#pragma unroll
        for (int w = 0; w < W; w++) {
            projection += product.v[w] * scale.v[w];
        }
        store<W>(q + c * W, product);
    }
    return {warp_sum(squares), warp_sum(projection), warp_sum(gradient), mean};
}

// x, dy, dx: [N, (L+1)^2, C], C = vectors * W  parts: [gridDim.x, L+2, C] or null; block b has nodes from b part_nodes on.
// Shared memory: x and dy of a node where staged, then q: [L+1, C], then [4 (L+1) + 2] numbers.
template <class T, int W>
__device__ void equivariant_norm_backward(
    int kind, int lmax, T eps, const T* dy, const T* x, const T* gamma0, const T* gamma, T* dx, bool add, T* parts,
    int64_t nodes, int64_t part_nodes, int vectors, bool staged) {
    DYNAMIC_SHARED(T, memory);
    const int warp = threadIdx.x / WARP;
    const int channels = vectors * W;
    const int count = (lmax + 1) * (lmax + 1) * vectors;
    T* const q = memory + (staged ? 2 * count * W : 0);
    T* const squares = q + (lmax + 1) * channels;
    T* const projection = squares + lmax + 1;
    T* const inverse = projection + lmax + 1;
    T* const pull = inverse + lmax + 1;
    T* const centre = pull + lmax + 1; // [mean of x, mean of g] for l=0
    T* const part = parts == nullptr ? nullptr : parts + int64_t(blockIdx.x) * (lmax + 2) * channels;
    const int64_t from = int64_t(blockIdx.x) * part_nodes;
    const int64_t to = from + part_nodes < nodes ? from + part_nodes : nodes;
    for (int64_t n = from; n < to; n++) {
        const T* const x_node = staged ? memory : x + n * count * W;
        const T* const dy_node = staged ? memory + count * W : dy + n * count * W;
        if (staged) {
            copy_node<W>(x + n * count * W, memory, count);
            copy_node<W>(dy + n * count * W, memory + count * W, count);
            __syncthreads();
        }
        for (int l = warp; l <= lmax; l += NORM_WARPS) {
            const T* const scale = l == 0 ? gamma0 : gamma + (l - 1) * channels;
            const int first = l * l * channels;
            const DegreeSums<T> sums =
                degree_sums<T, W>(x_node + first, dy_node + first, scale, q + l * channels, l, vectors);
            if (threadIdx.x % WARP == 0) {
                squares[l] = sums.squares;
                projection[l] = sums.projection;
                if (l == 0) {
                    centre[0] = sums.mean;
                    centre[1] = sums.gradient / T(channels);
                }
            }
        }
        __syncthreads();
        for (int l = threadIdx.x; l <= lmax; l += NORM_THREADS) {
            const T r = inverse_of(kind, l, lmax, channels, squares, eps);
            T shared = 0;
            for (int k = group_of(kind, l); k < group_end(kind, l, lmax); k++) {
                shared += projection[k];
            }
            inverse[l] = r;
            pull[l] = r * r * r * shared * weight_of<T>(kind, l, lmax, channels);
        }
        __syncthreads();
        if (part != nullptr) {
            for (int j = threadIdx.x; j < (lmax + 2) * channels; j += NORM_THREADS) {
                const int row = unsigned(j) / unsigned(channels);
                const T share = row == 0 ? dy_node[j] : q[j - channels] * inverse[row - 1];
                part[j] = n == from ? share : part[j] + share;
            }
        }
        if (dx != nullptr) {
#pragma unroll 2
            for (int v = threadIdx.x; v < count; v += NORM_THREADS) {
                const int row = unsigned(v) / unsigned(vectors);
                const int c = (v - row * vectors) * W;
                const int l = degree_of(row);
                const Vec<T, W> scale = load<W>(l == 0 ? gamma0 + c : gamma + (l - 1) * channels + c);
                const Vec<T, W> value = load<W>(x_node + v * W);
                const Vec<T, W> g = load<W>(dy_node + v * W);
                const T mean = row == 0 ? centre[0] : T(0);
                const T constant = row == 0 ? inverse[0] * centre[1] : T(0);
                Vec<T, W> result;
#pragma unroll
                for (int w = 0; w < W; w++) {
                    result.v[w] = inverse[l] * g.v[w] * scale.v[w] - pull[l] * (value.v[w] - mean) - constant;
                }
                put<W>(dx + (n * count + v) * W, result, add);
            }
        }
        __syncthreads(); // before the next node's rows and statistics
    }
}

} // namespace

#define EQUIVARIANT_NORM_BACKWARD(suffix, type, width)                                                             \
    ENTRY_FOR(equivariant_norm_backward, suffix, type, NORM_THREADS,                                               \
              (int kind, int lmax, double eps, const T* dy, const T* x, const T* gamma0, const T* gamma, T* dx,    \
               bool add, T* parts, int64_t nodes, int64_t part_nodes, int vectors, bool staged),                   \
              equivariant_norm_backward<T, width>(kind, lmax, T(eps), dy, x, gamma0, gamma, dx, add, parts, nodes, \
                                                   part_nodes, vectors, staged))

EQUIVARIANT_NORM_BACKWARD(w4_f32, float, 4)
EQUIVARIANT_NORM_BACKWARD(w1_f32, float, 1)
EQUIVARIANT_NORM_BACKWARD(w1_f64, double, 1)
