// What a running kernel sees of the emulator: the thread it is, its block, the collectives, shared memory, and the list
// of all kernels of the library.
//
// Model. One operating system thread (a worker) runs a block at a time; the threads of the block are fibers on stacks
// of their own. A fiber runs until it meets a barrier or a warp collective, then the next one runs; the last one to
// arrive hands out the results and makes the others ready. Everything a block needs belongs to its worker, so that
// workers share nothing but device memory.
//
// Memory convention: a Worker and its stacks live until the process ends; what a kernel is given (parameters, shared
// memory) belongs to the launch or the block.
#pragma once

#include <cstddef>
#include <cstdint>

#include "device_types.h"

namespace emulation {

constexpr unsigned kWarpSize = 32;
constexpr unsigned kMaxThreads = 1024;
constexpr unsigned kMaxWarps = kMaxThreads / kWarpSize;

// ---- kernels -------------------------------------------------------------------------------------------------------

struct Parameter {
    uint32_t size;
    uint32_t alignment;
};

/** A kernel compiled into this library, known by name; made by UNITCELL_REGISTER before main. */
struct Kernel {
    const char* name;
    void (*call)(void* const* values);  // runs it once, for the current thread
    const Parameter* parameters;
    int parameter_count;
    unsigned long long launches = 0;
    Kernel* next;

    Kernel(const char* name, void (*call)(void* const*), const Parameter* parameters, int parameter_count);
};

Kernel* first_kernel();
Kernel* find_kernel(const char* name);

// ---- threads -------------------------------------------------------------------------------------------------------

struct Warp;

/** One thread of the running block. One cache line: a switch touches little else. */
struct alignas(64) Thread {
    uint3 index;          // threadIdx
    unsigned lane;        // in its warp
    Warp* warp;
    void* stack_pointer;  // where it continues, while it waits
    Thread* next;         // in the list it waits in
    uint64_t result;      // of its last warp collective
    int stack;            // number of the stack it runs on
    int line;             // of the source, where it waits
};

/** What the lanes of one mask do together. */
enum class Collective : int { kSync, kBallot, kShuffle4, kShuffle8 };

/** Lanes that wait for each other. */
struct Group {
    unsigned mask;      // as the kernel gave it
    unsigned arrived;
    Collective kind;
    Thread* head;       // in the order of arrival
    Thread* tail;
    uint64_t value[kWarpSize];
    uint32_t source[kWarpSize];
};

struct Warp {
    unsigned present;   // lanes that exist: fewer than 32 in the last warp of some blocks
    unsigned exited;
    unsigned pending;   // groups that wait
    unsigned first;     // index of lane 0 among the threads of the block
    Group groups[kWarpSize];
};

/** Where __syncthreads and its variants meet. */
struct Barrier {
    Thread* head;
    Thread* tail;
    unsigned arrived;
    unsigned true_count;  // predicates that held so far
    unsigned result;      // the count of the barrier that all have passed
    int line;
    int other_line;       // of a thread that waits at another barrier, or 0
};

/** One SHARED_ARRAY of the source. */
struct SharedSite {
    const char* name;
    size_t bytes;
};

struct SharedArray {
    const SharedSite* site;
    unsigned char* start;
};

constexpr int kMaxSharedArrays = 64;

/** The shared memory of a worker: arrays with guard zones between them, dynamic memory in front of a closed page. */
struct Shared {
    SharedArray arrays[kMaxSharedArrays];
    int count;
    unsigned char* base;           // of the arrays
    unsigned char* used;           // end of the last guard zone
    unsigned char* dynamic_end;    // a page that cannot be touched begins here
    unsigned char* dynamic;        // 16-byte aligned
    size_t dynamic_bytes;
};

/** How a kernel ended badly. */
struct Fault {
    int code;           // a CUresult; 0: all is well
    char text[768];
};

/** Everything one block needs to run. */
struct Worker {
    uint3 block_index;
    dim3 block_dim;
    dim3 grid_dim;
    const Kernel* kernel;
    void* const* parameters;
    unsigned thread_count;
    unsigned started;
    unsigned exited;
    Thread* ready_head;             // threads that can go on, in this order
    void* launcher;                 // stack pointer of the code that started the block
    Barrier barrier;
    Shared shared;
    Fault fault;
    // set by the signal handler
    int signal;
    bool signal_was_write;
    uintptr_t signal_address;
    // stacks
    unsigned char* stacks;
    int stacks_made;                // stacks 0 to this have been used in this block
    int free_stack_count;
    uint16_t free_stacks[kMaxThreads];
    uint16_t order[kMaxThreads];    // in which the threads start
    Thread threads[kMaxThreads];
    Warp warps[kMaxWarps];
};

// Initial-exec: one load relative to %fs, where the usual model of a shared library would call a function.
extern __thread Thread* current __attribute__((tls_model("initial-exec"), visibility("hidden")));
extern __thread Worker* worker __attribute__((tls_model("initial-exec"), visibility("hidden")));

/** Meets the lanes of `mask`; gives the value of lane `source` (shuffles) or the ballot of the values. */
uint64_t meet(unsigned mask, Collective kind, uint64_t value, unsigned source, int line);

/** Meets all threads of the block; gives the number of those whose predicate held. */
unsigned barrier(bool predicate, int line);

/** The block's storage of an array, the same for all its threads. */
void* shared_array(const SharedSite* site);

inline void* dynamic_shared() {
    return worker->shared.dynamic;
}

/** Ends the launch with an error; the text says what happened, the caller of the kernel adds where. */
[[noreturn]] void fault(int code, const char* format, ...) __attribute__((format(printf, 2, 3)));

}  // namespace emulation
