// Rows of edges on their way from memory to the rotation kernels: a queue of steps, orders 0..kept of one edge after
// the other, in the order in which a group of lanes uses them.
//
// Memory convention: a ring in shared memory, which asynchronous copies fill three steps ahead of their use. The
// latency of memory hides behind the products of those steps, and no register is held for it. (In a loop, a queue in
// registers could be one step deep only: handing values on from one stage to the next waits for them.) Each thread
// copies and reads its own channels alone and needs no barrier for that; a copy goes into the slot of the step before
// the one at hand, whose values have been used.
#pragma once

#include "rotation.cuh"

namespace rotation {

// What one step reads: the rows of orders +m and -m, and the row of radial weights that both share.
template <class T, int W>
struct Step {
    Pair<T, W> rows;
    Vec<T, W> radial;
};

// Which rows a kernel reads.
enum class Read { ROWS, RADIAL, BOTH };

template <Read READ, int L, int W, class T>
struct StepQueue {
    static constexpr int DEPTH = 4;
    static constexpr bool ROWS = READ != Read::RADIAL;
    static constexpr bool RADIAL = READ != Read::ROWS;
    static constexpr int PARTS = 2 * ROWS + RADIAL;
    // Elements of shared memory that the ring of a block takes.
    static constexpr int SIZE = DEPTH * PARTS * THREADS * W;

    T* ring;         // of this thread
    const T* rows;   // [E, rows of an edge, width] or null
    const T* radial; // [E, slots, width] or null
    int64_t rows_size;
    int64_t radial_size;
    int width;
    int channel;
    int lmax;
    bool per_degree;
    int kept;
    int count; // edges of the chunk, 0 for a thread without channels
    int groups;
    int slot; // of the next step to be used
    // The step to be fetched next: order m of the k-th edge.
    int k;
    int m;
    const T* rows_at;
    const T* radial_at;

    __device__ __forceinline__ StepQueue(
        T* shared, const T* tensor, const T* weights, int degrees, int mmax, bool weights_per_degree, int row_width,
        const Place& place)
        : ring(shared + threadIdx.x * W),
          rows(tensor),
          radial(weights),
          rows_size(int64_t(reduced_rows(degrees, mmax)) * row_width),
          radial_size(int64_t(radial_slots(degrees, mmax, weights_per_degree)) * row_width),
          width(row_width),
          channel(place.channel),
          lmax(degrees),
          per_degree(weights_per_degree),
          kept(min(L, mmax)),
          count(0),
          groups(place.groups),
          slot(0),
          k(0),
          m(0),
          rows_at(nullptr),
          radial_at(nullptr) {}

    __device__ __forceinline__ T* part(int at, int number) const {
        return ring + (at * PARTS + number) * (THREADS * W);
    }

    // Points at an edge whose rows begin `half` channels into the rows of both ends.
    __device__ __forceinline__ void seek(int64_t e, int half) {
        if constexpr (ROWS) {
            rows_at = rows + (e * rows_size + (half + channel));
        }
        if constexpr (RADIAL) {
            radial_at = radial + (e * radial_size + (half + channel));
        }
    }

    // Sends for a step. edge(k) and half(k) tell where the k-th edge of the chunk is.
    template <class E, class H>
    __device__ __forceinline__ void fetch(int to, E edge, H half) {
        if (k < count) {
            if (ROWS && rows != nullptr) {
                copy_async<W>(part(to, 0), rows_at + packed_row(lmax, L, m) * width);
                if (m > 0) {
                    copy_async<W>(part(to, 1), rows_at + packed_row(lmax, L, -m) * width);
                }
            }
            if (RADIAL && radial != nullptr) {
                copy_async<W>(part(to, PARTS - 1), radial_at + radial_slot(lmax, L, m, per_degree) * width);
            }
            if (++m > kept) {
                m = 0;
                k += groups;
                if (k < count) {
                    seek(edge(k), half(k));
                }
            }
        }
        commit_copies(); // a group for every step, be it empty, so that they can be counted
    }

    // Begins a chunk with the first steps of the group.
    template <class E, class H>
    __device__ __forceinline__ void begin(int group, int edges, E edge, H half) {
        count = edges;
        slot = 0;
        k = group;
        m = 0;
        if (k < count) {
            seek(edge(k), half(k));
        }
        for (int i = 0; i < DEPTH - 1; i++) {
            fetch(i, edge, half);
        }
    }

    // Takes the next step, of order `order`, and sends for another one into the slot of the step before it.
    template <class E, class H>
    __device__ __forceinline__ Step<T, W> next(int order, E edge, H half) {
        wait_for_copies<DEPTH - 2>();
        Step<T, W> step = {zero_pair<T, W>(), zero_vec<T, W>()};
        if (ROWS && rows != nullptr) {
            step.rows.plus = load<W>(part(slot, 0));
            if (order > 0) {
                step.rows.minus = load<W>(part(slot, 1));
            }
        }
        if (RADIAL && radial != nullptr) {
            step.radial = load<W>(part(slot, PARTS - 1));
        }
        fetch((slot + DEPTH - 1) % DEPTH, edge, half);
        slot = (slot + 1) % DEPTH;
        return step;
    }
};

} // namespace rotation
