// Shared memory of a block: arrays with guard zones, and dynamic memory that ends at a closed page.
//
// Memory convention: one mapping for each worker; filled with 0xFF (NaN) before every block.
#pragma once

#include "runtime.h"

namespace emulation {

constexpr size_t kSharedDefaultLimit = 48 << 10;   // static arrays, and dynamic memory unless a function asks for more
constexpr size_t kSharedOptInLimit = 227 << 10;    // of dynamic memory, as on compute capability 9.0

bool make_shared(Shared* shared);

/** Forgets the arrays of the last kernel and sets the dynamic bytes of the next. */
void begin_shared(Shared* shared, size_t dynamic_bytes);

void poison_shared(Shared* shared);

/** Looks at the guard zones; sets the fault (700) if one was written to. */
void check_shared(const Shared* shared, Fault* fault);

/** Whether the address lies in the closed zones around shared memory. */
bool in_shared_guard(const Shared* shared, uintptr_t address);

}  // namespace emulation
