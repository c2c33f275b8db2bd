// Every function of the driver that JCuda 12.6 binds. Those that no other file implements answer with
// CUDA_ERROR_NOT_SUPPORTED: without them a call would end the process with "undefined symbol".
//
// Memory convention: none.
#define UNITCELL_ENTRY_POINT(name)                                           \
    extern "C" __attribute__((weak, visibility("default"))) int name() {     \
        return 801;                                                          \
    }

#include "entry_points.inc"
