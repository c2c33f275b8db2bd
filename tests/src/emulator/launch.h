// Running all blocks of a launch, in one of three orders, on one or more workers.
//
// Memory convention: the parameters are read while the launch runs and not kept.
#pragma once

#include "runtime.h"

namespace emulation {

struct Launch {
    Kernel* kernel;
    dim3 grid;
    dim3 block;
    size_t dynamic_bytes;
    void* const* parameters;
};

enum class Order : int { kNormal = 0, kReversed = 1, kRandom = 2 };

/** Sets the order of the threads in a block and of the blocks in a grid. */
void set_order(Order order, unsigned long long seed);

/** Runs the launch to its end; false: the fault says why and where. One launch at a time: needs the driver's lock. */
bool run_launch(const Launch& launch, Fault* fault);

}  // namespace emulation
