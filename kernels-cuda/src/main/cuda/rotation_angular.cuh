// Gradients of edges' rotations inside the rotation kernels: dL/dw for dR R^T = [w]x.
//
// With y = D x and g = dL/dy, dL/dw_k = sum of g (J_k y) with the constant generators J_k of so3.So3Generators: J_y
// joins m with -m, J_x and J_z join |m| with |m| + 1 inside a degree, all antisymmetric. Rows of g end at |m| = M, so
// that rows of y up to M + 1 are needed. The rotation back, z = D^T v with g = dL/dz, has the same sum with v in place
// of g and D g in place of y, because of the antisymmetry and the minus sign in d(D^T) = -D^T (w . J).
//
// Memory convention: a thread sums over its channels and the orders of one degree, a group of threads over the channels
// of its slice; the results of degrees, slices and ends of the edge are parts [parts, E, 3] in scratch memory, which
// sum_parts adds up in their order. The entries of the generators lie in shared memory.
#pragma once

#include "rotation_queue.cuh"

namespace rotation {

// Elements of the table below in shared memory.
constexpr int LADDER = 8;

// ladder[k] = sqrt((L-k)(L+k+1))/2, the entries of J_x and J_z that join orders k and k+1; sqrt(2) larger for k = 0.
// Ready after the next barrier.
template <int L, class T>
__device__ __forceinline__ void fill_ladder(T* ladder) {
    const int k = threadIdx.x;
    if (k < L) {
        ladder[k] = T(0.5) * square_root(T((L - k) * (L + k + 1) * (k == 0 ? 2 : 1)));
    }
}

template <class T>
struct Turn {
    T x;
    T y;
    T z;
};

// Adds what order m > 0 contributes together with order m - 1, the sums over channels of one thread.
template <int W, class T>
__device__ __forceinline__ void add_turn(
    int m, T step, const Pair<T, W>& g_low, const Pair<T, W>& y_low, const Pair<T, W>& g, const Pair<T, W>& y,
    Turn<T>& sum) {
    sum.y += T(m) * (dot(g.minus, y.plus) - dot(g.plus, y.minus));
    T x = dot(g.plus, y_low.plus) - dot(g_low.plus, y.plus);
    T z = dot(g_low.plus, y.minus) - dot(g.minus, y_low.plus);
    // Order 0 has no second row: for m = 1 those of the low order are zero.
    x += dot(g.minus, y_low.minus) - dot(g_low.minus, y.minus);
    z += dot(g.plus, y_low.minus) - dot(g_low.minus, y.plus);
    sum.x += step * x;
    sum.z += step * z;
}

// Sum over the lanes of a group; all 32 lanes of the warp must take part.
template <class T>
__device__ __forceinline__ T group_sum(T value, int lanes) {
    for (int step = lanes / 2; step > 0; step /= 2) {
        value += __shfl_xor_sync(ALL_LANES, value, step);
    }
    return value;
}

// Sums over the group's channels and writes edge e's vector of one part, where `there` is an edge. All lanes take part.
template <class T>
__device__ __forceinline__ void put_turn(Turn<T> turn, T* part, int64_t e, bool there, const Place& place, int lanes) {
    turn = {group_sum(turn.x, lanes), group_sum(turn.y, lanes), group_sum(turn.z, lanes)};
    if (there && place.lane == 0) {
        part[3 * e] = turn.x;
        part[3 * e + 1] = turn.y;
        part[3 * e + 2] = turn.z;
    }
}

} // namespace rotation
