// Asynchronous copies from device to shared memory (cp.async): what intrinsics.cuh calls in place of the instructions.
//
// Memory convention: a copy is only noted when it is asked for, and its destination filled with 0xFF (NaN); it is done when
// the thread waits for its group. So a missing wait, or one for too few groups, gives wrong results, and a source that
// changes in between is read as late as the hardware may read it. Copies that nobody waited for are forgotten with the
// block.
#pragma once

#include "runtime.h"

namespace emulation {

/** Notes a copy of the current thread; faults (716) if an address is not a multiple of the size, 4, 8 or 16. */
void copy_async(void* to, const void* from, unsigned bytes);

/** Makes the copies noted since the last call a group. */
void commit_copies();

/** Does the copies of all groups of the current thread but the last `groups`. */
void wait_for_copies(unsigned groups);

/** At the beginning of a block of this worker. */
void forget_copies();

}  // namespace emulation
