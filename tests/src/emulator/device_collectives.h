// Barriers, shuffles and votes of CUDA C++ on top of the two meeting points of the runtime.
//
// Strict where the hardware is vague: a lane that is named in the mask and has exited, or a thread that left the block
// before a barrier, ends the launch with error 719. Lanes that never existed (the last warp of a block of 48 threads)
// may stand in a mask. A shuffle that reads a lane outside its mask gives poison: all bits set, which is NaN.
//
// Memory convention: values only.
#pragma once

#include <cstring>
#include <type_traits>

#include "runtime.h"

#define UNITCELL_LINE int line = __builtin_LINE()

inline void __syncthreads(UNITCELL_LINE) {
    emulation::barrier(false, line);
}

inline int __syncthreads_count(int predicate, UNITCELL_LINE) {
    return static_cast<int>(emulation::barrier(predicate != 0, line));
}

inline int __syncthreads_or(int predicate, UNITCELL_LINE) {
    return emulation::barrier(predicate != 0, line) != 0;
}

inline int __syncthreads_and(int predicate, UNITCELL_LINE) {
    return emulation::barrier(predicate != 0, line) == emulation::worker->thread_count;
}

inline void __syncwarp(unsigned mask = 0xffffffffu, UNITCELL_LINE) {
    emulation::meet(mask, emulation::Collective::kSync, 0, 0, line);
}

// ---- votes ---------------------------------------------------------------------------------------------------------

inline unsigned __ballot_sync(unsigned mask, int predicate, UNITCELL_LINE) {
    return static_cast<unsigned>(emulation::meet(mask, emulation::Collective::kBallot, predicate != 0, 0, line));
}

inline int __any_sync(unsigned mask, int predicate, UNITCELL_LINE) {
    return __ballot_sync(mask, predicate, line) != 0;
}

inline int __all_sync(unsigned mask, int predicate, UNITCELL_LINE) {
    return __ballot_sync(mask, !predicate, line) == 0;
}

/** The lanes that have not exited: lanes that took another branch count as active, as they would be after it. */
inline unsigned __activemask() {
    const emulation::Warp* warp = emulation::current->warp;
    return warp->present & ~warp->exited;
}

// ---- shuffles ------------------------------------------------------------------------------------------------------

namespace emulation {

template <class T>
inline T shuffle(unsigned mask, T value, unsigned source, int line) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "shuffles take 4 or 8 bytes");
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    bits = meet(mask, sizeof(T) == 4 ? Collective::kShuffle4 : Collective::kShuffle8, bits, source, line);
    std::memcpy(&value, &bits, sizeof(T));
    return value;
}

template <class T>
using Shuffled = std::enable_if_t<std::is_arithmetic<T>::value && (sizeof(T) == 4 || sizeof(T) == 8), T>;

}  // namespace emulation

template <class T>
inline emulation::Shuffled<T> __shfl_sync(unsigned mask, T value, int source, int width = 32, UNITCELL_LINE) {
    const unsigned lane = emulation::current->lane, segment = lane & ~(width - 1u);
    return emulation::shuffle(mask, value, segment | (static_cast<unsigned>(source) & (width - 1u)), line);
}

template <class T>
inline emulation::Shuffled<T> __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, UNITCELL_LINE) {
    const unsigned lane = emulation::current->lane, inside = lane & (width - 1u);
    return emulation::shuffle(mask, value, inside < delta ? lane : lane - delta, line);
}

template <class T>
inline emulation::Shuffled<T> __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, UNITCELL_LINE) {
    const unsigned lane = emulation::current->lane, inside = lane & (width - 1u);
    return emulation::shuffle(mask, value, inside + delta >= static_cast<unsigned>(width) ? lane : lane + delta, line);
}

template <class T>
inline emulation::Shuffled<T> __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = 32, UNITCELL_LINE) {
    const unsigned lane = emulation::current->lane, source = lane ^ static_cast<unsigned>(lane_mask);
    // A lane may read from its own or an earlier segment, not from a later one.
    return emulation::shuffle(mask, value, source < (lane & ~(width - 1u)) + width ? source : lane, line);
}

#undef UNITCELL_LINE
