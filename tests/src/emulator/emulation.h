// The device side of CUDA C++ for g++: what a .cu file of this project needs in order to be compiled for the CPU.
//
// Files are compiled as `g++ -x c++ -std=c++17 -DUNITCELL_EMULATION -I<this folder> file.cu`. Every kernel is followed
// by UNITCELL_REGISTER(name), which tells the emulator its name and the sizes of its parameters. Shared memory is
// declared through SHARED_ARRAY and DYNAMIC_SHARED only. There are no atomics on floating-point numbers: the project
// has none, so that its results do not depend on the order of threads.
//
// Memory convention: threadIdx and the like are references into the running worker; shared memory belongs to the block.
#pragma once

// Standard headers first: some of them use names that are macros of CUDA (__noinline__).
#include <cassert>
#include <cfloat>
#include <climits>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <math.h>
#include <type_traits>
#include <utility>

#include "async_copies.h"
#include "runtime.h"

#define __global__
#define __device__
#define __host__
#define __constant__ __attribute__((visibility("default")))
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __grid_constant__
#define __align__(n) __attribute__((aligned(n)))

#define threadIdx (::emulation::current->index)
#define blockIdx (::emulation::worker->block_index)
#define blockDim (::emulation::worker->block_dim)
#define gridDim (::emulation::worker->grid_dim)
#define warpSize 32

#include "device_atomics.h"
#include "device_collectives.h"
#include "device_math.h"

// ---- shared memory -------------------------------------------------------------------------------------------------

#define SHARED_ARRAY(type, name, count)                                                                      \
    static constexpr ::emulation::SharedSite name##_shared_site = {#name, sizeof(type[count])};              \
    static_assert(alignof(type) <= 16, "shared arrays are aligned to 16 bytes");                             \
    type(&name)[count] = *static_cast<type(*)[count]>(::emulation::shared_array(&name##_shared_site))

#define DYNAMIC_SHARED(type, name) type* name = static_cast<type*>(::emulation::dynamic_shared())

// ---- registration --------------------------------------------------------------------------------------------------

namespace emulation {

template <auto Function>
struct Launcher;

template <class... P, void (*Function)(P...)>
struct Launcher<Function> {
    static constexpr int kCount = sizeof...(P);
    // One more, so that a kernel without parameters has an array too.
    static constexpr Parameter kParameters[kCount + 1] = {{sizeof(P), alignof(P)}..., {0, 0}};

    static void call(void* const* values) {
        call(values, std::index_sequence_for<P...>{});
    }

    template <std::size_t... I>
    static void call([[maybe_unused]] void* const* values, std::index_sequence<I...>) {
        Function(*static_cast<P*>(values[I])...);
    }
};

}  // namespace emulation

#define UNITCELL_REGISTER(name)                                                                               \
    static ::emulation::Kernel unitcell_kernel_##name(#name, ::emulation::Launcher<name>::call,               \
                                                      ::emulation::Launcher<name>::kParameters,               \
                                                      ::emulation::Launcher<name>::kCount);

// ---- assert, trap, clocks ------------------------------------------------------------------------------------------

#undef assert
#define assert(condition)                                                                                     \
    ((condition) ? static_cast<void>(0)                                                                       \
                 : ::emulation::fault(710, "assertion failed at %s:%d: %s", __FILE_NAME__, __LINE__, #condition))

inline void __trap() {
    emulation::fault(719, "__trap was called");
}

inline long long clock64() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

inline void __nanosleep(unsigned) {}
