// What a PTX module says about itself: version, target, and its entries with the sizes of their parameters
// (PTX ISA, sections "Kernel and Function Directives: .entry" and "PTX Module Directives").
//
// Memory convention: the text is only read.
#pragma once

#include <string>
#include <vector>

namespace emulation {

struct PtxEntry {
    std::string name;
    std::vector<unsigned> parameter_sizes;
    int max_threads;   // from .maxntid; 0: not stated
};

struct PtxModule {
    int version;       // 10 * major + minor
    int target;        // 80 for sm_80
    std::vector<PtxEntry> entries;
};

/** False where the text is not a PTX module; the complaint says what was expected. */
bool parse_ptx(const char* text, PtxModule* module, std::string* complaint);

/** The first driver version that takes PTX of this version. */
int driver_for_ptx(int version);

}  // namespace emulation
