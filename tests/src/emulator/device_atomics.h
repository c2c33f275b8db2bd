// Atomics on integers and memory fences. None on floating-point numbers: sums must not depend on the order of threads.
//
// Memory convention: the operations are real ones of the machine, since blocks may run on several workers at a time.
#pragma once

#include <atomic>

#define UNITCELL_ATOMICS(type)                                                                         \
    inline type atomicAdd(type* address, type value) {                                                 \
        return __atomic_fetch_add(address, value, __ATOMIC_RELAXED);                                   \
    }                                                                                                  \
    inline type atomicSub(type* address, type value) {                                                 \
        return __atomic_fetch_sub(address, value, __ATOMIC_RELAXED);                                   \
    }                                                                                                  \
    inline type atomicAnd(type* address, type value) {                                                 \
        return __atomic_fetch_and(address, value, __ATOMIC_RELAXED);                                   \
    }                                                                                                  \
    inline type atomicOr(type* address, type value) {                                                  \
        return __atomic_fetch_or(address, value, __ATOMIC_RELAXED);                                    \
    }                                                                                                  \
    inline type atomicXor(type* address, type value) {                                                 \
        return __atomic_fetch_xor(address, value, __ATOMIC_RELAXED);                                   \
    }                                                                                                  \
    inline type atomicExch(type* address, type value) {                                                \
        return __atomic_exchange_n(address, value, __ATOMIC_RELAXED);                                  \
    }                                                                                                  \
    inline type atomicCAS(type* address, type expected, type value) {                                  \
        __atomic_compare_exchange_n(address, &expected, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED); \
        return expected;                                                                               \
    }                                                                                                  \
    inline type atomicMax(type* address, type value) {                                                 \
        type old = __atomic_load_n(address, __ATOMIC_RELAXED);                                         \
        while (old < value && !__atomic_compare_exchange_n(address, &old, value, false,                \
                                                           __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {      \
        }                                                                                              \
        return old;                                                                                    \
    }                                                                                                  \
    inline type atomicMin(type* address, type value) {                                                 \
        type old = __atomic_load_n(address, __ATOMIC_RELAXED);                                         \
        while (value < old && !__atomic_compare_exchange_n(address, &old, value, false,                \
                                                           __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {      \
        }                                                                                              \
        return old;                                                                                    \
    }

UNITCELL_ATOMICS(int)
UNITCELL_ATOMICS(unsigned int)
UNITCELL_ATOMICS(long long)
UNITCELL_ATOMICS(unsigned long long)

#undef UNITCELL_ATOMICS

inline void __threadfence() {
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

inline void __threadfence_block() {
    __threadfence();
}

inline void __threadfence_system() {
    __threadfence();
}
