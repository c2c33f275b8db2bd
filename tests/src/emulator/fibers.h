// Fibers: switching between stacks, and running the threads of one block on them.
//
// Memory convention: the stacks of a worker are one mapping, a closed zone in front of each; only what a thread touches
// is backed by memory.
#pragma once

#include "runtime.h"

namespace emulation {

constexpr size_t kStackBytes = 192 << 10;
constexpr size_t kStackGuardBytes = 64 << 10;
constexpr size_t kStackStride = kStackBytes + kStackGuardBytes;

/** A worker with its stacks and shared memory; nullptr where the system has no room for it. */
Worker* make_worker();

/** Sets up threads and warps for blocks of this shape; the threads start in the order of worker->order. */
void shape_block(Worker* w);

/** Runs one block of the kernel that is set in the worker, on the calling thread; false: see worker->fault. */
bool run_block(Worker* w);

inline bool on_fiber_stack(const Worker* w, uintptr_t address) {
    const uintptr_t base = reinterpret_cast<uintptr_t>(w->stacks);
    return address >= base && address < base + kMaxThreads * kStackStride;
}

}  // namespace emulation

extern "C" {
/** Where a signal handler lets an interrupted fiber continue, with the stack pointer set to worker->launcher. */
void unitcell_emulator_resume() __attribute__((visibility("hidden")));
}
