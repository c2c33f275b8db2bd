// The list of all kernels of the library, filled before main by UNITCELL_REGISTER.
//
// Memory convention: kernels are static objects of their files.
#include <cstring>

#include "runtime.h"

namespace emulation {

static Kernel* first;  // constant-initialised: there before any registration

Kernel::Kernel(const char* name, void (*call)(void* const*), const Parameter* parameters, int parameter_count)
    : name(name), call(call), parameters(parameters), parameter_count(parameter_count), next(first) {
    first = this;
}

Kernel* first_kernel() {
    return first;
}

Kernel* find_kernel(const char* name) {
    for (Kernel* k = first; k != nullptr; k = k->next) {
        if (strcmp(k->name, name) == 0) return k;
    }
    return nullptr;
}

}  // namespace emulation
