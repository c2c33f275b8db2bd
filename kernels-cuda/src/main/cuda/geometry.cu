// Geometry of edges: edgeVector, edgeFrame and their gradients.
//
// Memory convention: positions and vectors [.., 3] in angstrom, matrices row-major [.., 9], one thread an edge. A few
// dozen operations for each edge, once per batch, done in float64 for either element type: the subtraction of positions
// and the frames lose nothing, and the time does not show beside the features'. Sums in float64 in an order fixed by
// shapes: over a node's edges by the lanes of a warp, over a crystal's nodes by the threads of a block.
//
// Bound by latency (E=7000: 0.6 MB in all).
//
// History
//   1  first version; cell gradients by way of nodes [N, 9], so that crystals may be numbered in any order. Not timed:
//      no GPU yet.
#include "common.cuh"

namespace {

constexpr int THREADS = 128;

// crystal: [N], cell: [B, 3, 3] rows are lattice vectors, shift: [E, 3] whole numbers
template <class T>
__device__ void edge_vector(
    const int* source, const int* target, const T* position, const T* cell, const int* crystal, const T* shift,
    T* vector, int64_t edges) {
    for (int64_t e = grid_index(); e < edges; e += grid_step()) {
        const int64_t from = source[e];
        const int64_t to = target[e];
        const T* lattice = cell + 9 * int64_t(crystal[to]);
#pragma unroll
        for (int k = 0; k < 3; k++) {
            double sum = double(position[3 * from + k]) - double(position[3 * to + k]);
#pragma unroll
            for (int i = 0; i < 3; i++) {
                sum += double(shift[3 * e + i]) * double(lattice[3 * i + k]);
            }
            vector[3 * e + k] = T(sum);
        }
    }
}

// One warp a node: plus the gradients of the edges out of it, minus those of the edges into it.
template <class T>
__device__ void edge_vector_backward_position(
    const int* target_start, const int* source_start, const int* source_edge, const T* dvector, T* dposition, bool add,
    int64_t nodes) {
    const int lane = threadIdx.x % WARP;
    const int64_t node = (int64_t(blockIdx.x) * THREADS + threadIdx.x) / WARP;
    if (node >= nodes) {
        return; // a whole warp
    }
    double sum[3] = {0, 0, 0};
    for (int i = source_start[node] + lane; i < source_start[node + 1]; i += WARP) {
        const int64_t e = source_edge[i];
#pragma unroll
        for (int k = 0; k < 3; k++) {
            sum[k] += double(dvector[3 * e + k]);
        }
    }
    for (int64_t e = target_start[node] + lane; e < target_start[node + 1]; e += WARP) {
#pragma unroll
        for (int k = 0; k < 3; k++) {
            sum[k] -= double(dvector[3 * e + k]);
        }
    }
#pragma unroll
    for (int k = 0; k < 3; k++) {
        sum[k] = warp_sum(sum[k]);
    }
    if (lane == 0) {
#pragma unroll
        for (int k = 0; k < 3; k++) {
            put(dposition + 3 * node + k, T(sum[k]), add);
        }
    }
}

// One warp a node: the outer products of the translations and gradients of the edges into it, parts: [N, 9].
template <class T>
__device__ void edge_vector_backward_cell_nodes(
    const int* target_start, const T* dvector, const T* shift, double* parts, int64_t nodes) {
    const int lane = threadIdx.x % WARP;
    const int64_t node = (int64_t(blockIdx.x) * THREADS + threadIdx.x) / WARP;
    if (node >= nodes) {
        return; // a whole warp
    }
    double sum[9] = {0, 0, 0, 0, 0, 0, 0, 0, 0};
    for (int64_t e = target_start[node] + lane; e < target_start[node + 1]; e += WARP) {
#pragma unroll
        for (int i = 0; i < 9; i++) {
            sum[i] += double(shift[3 * e + i / 3]) * double(dvector[3 * e + i % 3]);
        }
    }
#pragma unroll
    for (int i = 0; i < 9; i++) {
        sum[i] = warp_sum(sum[i]);
        if (lane == 0) {
            parts[9 * node + i] = sum[i];
        }
    }
}

// One block a crystal: the sum over its nodes.
template <class T>
__device__ void edge_vector_backward_cell(
    const int* crystal, const double* parts, T* dcell, bool add, int64_t nodes) {
    const int64_t b = blockIdx.x;
    double sum[9] = {0, 0, 0, 0, 0, 0, 0, 0, 0};
    for (int64_t node = threadIdx.x; node < nodes; node += THREADS) {
        if (crystal[node] == b) {
#pragma unroll
            for (int i = 0; i < 9; i++) {
                sum[i] += parts[9 * node + i];
            }
        }
    }
    for (int i = 0; i < 9; i++) {
        const double total = block_sum<THREADS>(sum[i]);
        if (threadIdx.x == 0) {
            put(dcell + 9 * b + i, T(total), add);
        }
    }
}

template <class T>
__device__ __forceinline__ void put_row(T* matrix, int row, double x, double y, double z) {
    matrix[3 * row] = T(x);
    matrix[3 * row + 1] = T(y);
    matrix[3 * row + 2] = T(z);
}

// The two charts of so3.EdgeFrame: where n_y < 0 the shortest rotation of (n_x, -n_y, -n_z), preceded by
// diag(1, -1, -1). jacobian: w = A dn, or null
template <class T>
__device__ void edge_frame(const T* vector, T* distance, T* rotation, T* jacobian, int64_t edges) {
    for (int64_t e = grid_index(); e < edges; e += grid_step()) {
        double x = double(vector[3 * e]);
        double y = double(vector[3 * e + 1]);
        double z = double(vector[3 * e + 2]);
        const double d = sqrt(x * x + y * y + z * z);
        x /= d;
        y /= d;
        z /= d;
        const double s = y >= 0 ? 1 : -1;
        const double c = 1 / (1 + s * y);
        const double first[3] = {1 - x * x * c, -s * x, -x * z * c};
        const double third[3] = {-s * x * z * c, -z, s * (1 - z * z * c)};
        distance[e] = T(d);
        T* r = rotation + 9 * e;
        put_row(r, 0, first[0], first[1], first[2]);
        put_row(r, 1, x, y, z);
        put_row(r, 2, third[0], third[1], third[2]);
        if (jacobian != nullptr) {
            T* a = jacobian + 9 * e;
            put_row(a, 0, -third[0], -third[1], -third[2]);
            put_row(a, 1, s * z * c, 0.0, -s * x * c);
            put_row(a, 2, first[0], first[1], first[2]);
        }
    }
}

// dvector = n ddistance + (1/d) (1 - n n^T) A^T angular; ddistance or angular may be null.
template <class T>
__device__ void edge_frame_backward(
    const T* vector, const T* distance, const T* jacobian, const T* ddistance, const T* angular, T* dvector, bool add,
    int64_t edges) {
    for (int64_t e = grid_index(); e < edges; e += grid_step()) {
        const double d = double(distance[e]);
        double n[3];
        double turn[3] = {0, 0, 0};
        double along = 0;
#pragma unroll
        for (int k = 0; k < 3; k++) {
            n[k] = double(vector[3 * e + k]) / d;
            if (angular != nullptr) {
#pragma unroll
                for (int i = 0; i < 3; i++) {
                    turn[k] += double(jacobian[9 * e + 3 * i + k]) * double(angular[3 * e + i]);
                }
            }
            along += n[k] * turn[k];
        }
        const double stretch = ddistance == nullptr ? 0.0 : double(ddistance[e]);
#pragma unroll
        for (int k = 0; k < 3; k++) {
            put(dvector + 3 * e + k, T(n[k] * stretch + (turn[k] - n[k] * along) / d), add);
        }
    }
}

} // namespace

ENTRY(edge_vector, THREADS,
      (const int* source, const int* target, const T* position, const T* cell, const int* crystal, const T* shift,
       T* vector, int64_t edges),
      edge_vector<T>(source, target, position, cell, crystal, shift, vector, edges))
ENTRY(edge_vector_backward_position, THREADS,
      (const int* target_start, const int* source_start, const int* source_edge, const T* dvector, T* dposition,
       bool add, int64_t nodes),
      edge_vector_backward_position<T>(
          target_start, source_start, source_edge, dvector, dposition, add, nodes))
ENTRY(edge_vector_backward_cell_nodes, THREADS,
      (const int* target_start, const T* dvector, const T* shift, double* parts, int64_t nodes),
      edge_vector_backward_cell_nodes<T>(target_start, dvector, shift, parts, nodes))
ENTRY(edge_vector_backward_cell, THREADS,
      (const int* crystal, const double* parts, T* dcell, bool add, int64_t nodes),
      edge_vector_backward_cell<T>(crystal, parts, dcell, add, nodes))
ENTRY(edge_frame, THREADS, (const T* vector, T* distance, T* rotation, T* jacobian, int64_t edges),
      edge_frame<T>(vector, distance, rotation, jacobian, edges))
ENTRY(edge_frame_backward, THREADS,
      (const T* vector, const T* distance, const T* jacobian, const T* ddistance, const T* angular, T* dvector,
       bool add, int64_t edges),
      edge_frame_backward<T>(vector, distance, jacobian, ddistance, angular, dvector, add, edges))
