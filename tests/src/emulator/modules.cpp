// Modules, functions and launches.
//
// A module is PTX text. It is not executed: each entry stands for the kernel of the same name that was compiled into
// this library, and has to have parameters of the same sizes. So a module that was built from other sources than the
// emulator is refused, and the launch code is tested with the very module that a device would get.
//
// Memory convention: the image is read during the call only; functions belong to their module.
#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <set>

#include "driver.h"
#include "launch.h"
#include "ptx.h"
#include "shared_memory.h"
#include "streams.h"

namespace emulation {

struct Module {
    Context* context;
    PtxModule ptx;
    std::vector<std::unique_ptr<Function>> functions;
};

namespace {

constexpr int kComputeCapability = 90;
constexpr uint32_t kFatbinMagic = 0xBA55ED50;
constexpr uint32_t kFatbinWrapperMagic = 0x466243B1;

std::set<Module*>& modules() {
    static auto* const all = new std::set<Module*>();
    return *all;
}

struct Variable {
    uintptr_t address;
    size_t bytes;
};

std::vector<Variable>& variables() {
    static auto* const handed_out = new std::vector<Variable>();
    return *handed_out;
}

void destroy(Module* module) {
    for (const auto& function : module->functions) remove_handle(function.get());
    remove_handle(module);
    modules().erase(module);
    delete module;
}

std::string list_of(const std::vector<unsigned>& sizes) {
    std::string text;
    for (unsigned size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
    return "(" + text + ")";
}

/** Why the module does not fit the kernels of this library; empty if it does. */
std::string mismatch(const PtxModule& ptx) {
    for (const PtxEntry& entry : ptx.entries) {
        const Kernel* const kernel = find_kernel(entry.name.c_str());
        if (kernel == nullptr) {
            return "stale module: kernel " + entry.name + " is in the module and not in the emulator";
        }
        std::vector<unsigned> sizes;
        for (int i = 0; i < kernel->parameter_count; i++) sizes.push_back(kernel->parameters[i].size);
        if (sizes != entry.parameter_sizes) {
            return "stale module: kernel " + entry.name + " has parameters of " + list_of(entry.parameter_sizes) +
                   " bytes in the module and of " + list_of(sizes) + " in the emulator";
        }
    }
    return {};
}

int load(Context* context, Module** result, const void* image, std::string* complaint) {
    uint32_t magic;
    memcpy(&magic, image, sizeof magic);
    if (magic == kFatbinMagic || magic == kFatbinWrapperMagic || memcmp(image, ELFMAG, SELFMAG) == 0) {
        *complaint = "the image is a fatbin or cubin; only PTX text is taken";
        return kUnsupportedPtxVersion;
    }
    auto module = std::make_unique<Module>();
    module->context = context;
    PtxModule& ptx = module->ptx;
    if (!parse_ptx(static_cast<const char*>(image), &ptx, complaint)) return kInvalidImage;
    const int needed = driver_for_ptx(ptx.version);
    if (needed > settings.driver_version) {
        *complaint = "PTX of version " + std::to_string(ptx.version / 10) + "." + std::to_string(ptx.version % 10) +
                     " needs a driver of version " + std::to_string(needed) + " or later; this one is " +
                     std::to_string(settings.driver_version);
        return kUnsupportedPtxVersion;
    }
    if (ptx.target > kComputeCapability) {
        *complaint = "PTX for sm_" + std::to_string(ptx.target) + "; the device is sm_90";
        return kNoBinaryForGpu;
    }
    *complaint = mismatch(ptx);
    if (!complaint->empty()) return kInvalidImage;
    *result = module.release();
    modules().insert(*result);
    add_handle(*result, Handle::kModule);
    return kSuccess;
}

/** Gives the caller of cuModuleLoadDataEx the complaint in the log buffer that its options name. */
void write_log(const std::string& complaint, unsigned count, const int* options, void* const* values) {
    char* buffer = nullptr;
    size_t size = 0;
    for (unsigned i = 0; i < count; i++) {
        if (options[i] == 5) buffer = static_cast<char*>(values[i]);
        if (options[i] == 6) size = reinterpret_cast<size_t>(values[i]) & 0xffffffffu;
    }
    if (buffer != nullptr && size > 0) snprintf(buffer, size, "%s", complaint.c_str());
}

}  // namespace

void clear_modules(Context* context) {
    for (auto it = modules().begin(); it != modules().end();) {
        Module* const module = *it++;
        if (module->context == context) destroy(module);
    }
}

bool in_global_variable(uintptr_t address, size_t bytes) {
    for (const Variable& v : variables()) {
        const uintptr_t offset = address - v.address;
        if (address >= v.address && offset <= v.bytes && bytes <= v.bytes - offset) return true;
    }
    return false;
}

}  // namespace emulation

using namespace emulation;

// ---- modules -------------------------------------------------------------------------------------------------------

UNITCELL_API int cuModuleLoadDataEx(Module** module, const void* image, unsigned count, int* options, void** values) {
    UNITCELL_ENTER(context);
    if (module == nullptr || image == nullptr) return kInvalidValue;
    std::string complaint;
    const int status = load(context, module, image, &complaint);
    if (status == 0) return status;
    write_log(complaint, count, options, values);
    return report(status, complaint);
}

UNITCELL_API int cuModuleLoadData(Module** module, const void* image) {
    return cuModuleLoadDataEx(module, image, 0, nullptr, nullptr);
}

UNITCELL_API int cuModuleUnload(Module* module) {
    UNITCELL_ENTER(context);
    if (!is_handle(module, Handle::kModule)) return kInvalidHandle;
    if (const int status = run_everything(context); status != 0) return status;
    destroy(module);
    return kSuccess;
}

UNITCELL_API int cuModuleGetFunction(Function** function, Module* module, const char* name) {
    UNITCELL_ENTER(context);
    if (function == nullptr || name == nullptr) return kInvalidValue;
    if (!is_handle(module, Handle::kModule)) return kInvalidHandle;
    for (const auto& known : module->functions) {
        if (strcmp(known->kernel->name, name) == 0) {
            *function = known.get();
            return kSuccess;
        }
    }
    for (const PtxEntry& entry : module->ptx.entries) {
        if (entry.name != name) continue;
        const int threads = entry.max_threads > 0 ? entry.max_threads : static_cast<int>(kMaxThreads);
        module->functions.push_back(std::make_unique<Function>(
            Function{find_kernel(name), module, context, threads, static_cast<int>(kSharedDefaultLimit)}));
        *function = module->functions.back().get();
        add_handle(*function, Handle::kFunction);
        return kSuccess;
    }
    return kNotFound;
}

UNITCELL_API int cuModuleGetGlobal_v2(unsigned long long* address, size_t* bytes, Module* module, const char* name) {
    UNITCELL_ENTER(context);
    if (name == nullptr) return kInvalidValue;
    if (!is_handle(module, Handle::kModule)) return kInvalidHandle;
    Dl_info self, found;
    const ElfW(Sym)* symbol = nullptr;
    if (dladdr(reinterpret_cast<const void*>(&cuModuleGetGlobal_v2), &self) == 0) return kNotFound;
    void* const library = dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (library == nullptr) return kNotFound;
    void* const variable = dlsym(library, name);
    dlclose(library);
    if (variable == nullptr ||
        dladdr1(variable, &found, reinterpret_cast<void**>(const_cast<ElfW(Sym)**>(&symbol)), RTLD_DL_SYMENT) == 0 ||
        found.dli_fbase != self.dli_fbase || symbol == nullptr || ELF64_ST_TYPE(symbol->st_info) != STT_OBJECT) {
        return kNotFound;
    }
    variables().push_back({reinterpret_cast<uintptr_t>(variable), symbol->st_size});
    if (address != nullptr) *address = reinterpret_cast<unsigned long long>(variable);
    if (bytes != nullptr) *bytes = symbol->st_size;
    return kSuccess;
}

// ---- functions -----------------------------------------------------------------------------------------------------

UNITCELL_API int cuFuncGetAttribute(int* value, int attribute, Function* function) {
    UNITCELL_ENTER(context);
    if (value == nullptr) return kInvalidValue;
    if (!is_handle(function, Handle::kFunction)) return kInvalidHandle;
    switch (attribute) {
        case 0: *value = function->max_threads; return kSuccess;
        case 1: case 2: case 3: case 7: *value = 0; return kSuccess;   // shared, constant, local bytes; cache mode
        case 4: *value = 32; return kSuccess;                          // registers
        case 5: *value = function->module->ptx.version; return kSuccess;
        case 6: *value = kComputeCapability; return kSuccess;
        case 8: *value = function->max_dynamic_bytes; return kSuccess;
        case 9: *value = -1; return kSuccess;                          // preferred carve-out
        default: return kInvalidValue;
    }
}

UNITCELL_API int cuFuncSetAttribute(Function* function, int attribute, int value) {
    UNITCELL_ENTER(context);
    if (!is_handle(function, Handle::kFunction)) return kInvalidHandle;
    if (attribute == 9) return value >= -1 && value <= 100 ? kSuccess : kInvalidValue;
    if (attribute != 8 || value < 0 || value > static_cast<int>(kSharedOptInLimit)) return kInvalidValue;
    function->max_dynamic_bytes = value;
    return kSuccess;
}

UNITCELL_API int cuFuncSetCacheConfig(Function* function, int) {
    UNITCELL_ENTER(context);
    return is_handle(function, Handle::kFunction) ? kSuccess : kInvalidHandle;
}

UNITCELL_API int cuFuncGetModule(Module** module, Function* function) {
    UNITCELL_ENTER(context);
    if (module == nullptr) return kInvalidValue;
    if (!is_handle(function, Handle::kFunction)) return kInvalidHandle;
    *module = function->module;
    return kSuccess;
}

UNITCELL_API int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Function* function, int threads,
                                                             size_t dynamic_bytes) {
    UNITCELL_ENTER(context);
    if (blocks == nullptr || threads < 1 || threads > static_cast<int>(kMaxThreads)) return kInvalidValue;
    if (!is_handle(function, Handle::kFunction)) return kInvalidHandle;
    const int by_threads = 2048 / ((threads + 31) / 32 * 32);
    const int by_memory = static_cast<int>((228 << 10) / (dynamic_bytes + 1024));
    *blocks = std::min({by_threads, by_memory, 32});
    return kSuccess;
}

UNITCELL_API int cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks, Function* function, int threads,
                                                                      size_t dynamic_bytes, unsigned) {
    return cuOccupancyMaxActiveBlocksPerMultiprocessor(blocks, function, threads, dynamic_bytes);
}

// ---- launches ------------------------------------------------------------------------------------------------------

namespace {

/** The values of a launch, copied, and their addresses. */
struct Values {
    alignas(16) unsigned char bytes[4096];
    void* addresses[512];
};

/** Takes the values from one of the two forms in which a caller may give them. */
int take_values(const Kernel* kernel, void** parameters, void** extra, Values* values) {
    if (kernel->parameter_count > 512) return kInvalidValue;
    const unsigned char* packed = nullptr;
    size_t packed_bytes = 0;
    if (kernel->parameter_count > 0 && parameters == nullptr) {
        // CU_LAUNCH_PARAM_BUFFER_POINTER, _SIZE and _END
        for (void** e = extra; e != nullptr && e[0] != nullptr; e += 2) {
            if (reinterpret_cast<uintptr_t>(e[0]) == 1) packed = static_cast<const unsigned char*>(e[1]);
            if (reinterpret_cast<uintptr_t>(e[0]) == 2) packed_bytes = *static_cast<const size_t*>(e[1]);
        }
        if (packed == nullptr) return kInvalidValue;
    }
    size_t at = 0;
    for (int i = 0; i < kernel->parameter_count; i++) {
        const Parameter p = kernel->parameters[i];
        at = (at + p.alignment - 1) / p.alignment * p.alignment;
        if (at + p.size > (packed != nullptr ? std::min(packed_bytes, sizeof values->bytes) : sizeof values->bytes) ||
            (packed == nullptr && parameters[i] == nullptr)) {
            return kInvalidValue;
        }
        memcpy(values->bytes + at, packed != nullptr ? packed + at : parameters[i], p.size);
        values->addresses[i] = values->bytes + at;
        at += p.size;
    }
    return kSuccess;
}

int run(Context* context, const Launch& launch) {
    Fault fault;
    return run_launch(launch, &fault) ? static_cast<int>(kSuccess) : fail_context(context, fault.code, fault.text);
}

int refuse_shape(const Function* function, dim3 grid, dim3 block, unsigned dynamic_bytes) {
    char text[256];
    snprintf(text, sizeof text,
             "kernel %s cannot be launched with a grid of (%u,%u,%u) blocks of (%u,%u,%u) threads and %u bytes of "
             "dynamic shared memory; it takes %d threads and %d bytes",
             function->kernel->name, grid.x, grid.y, grid.z, block.x, block.y, block.z, dynamic_bytes,
             function->max_threads, function->max_dynamic_bytes);
    return report(kInvalidValue, text);
}

}  // namespace

UNITCELL_API int cuLaunchKernel(Function* function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                                unsigned block_y, unsigned block_z, unsigned dynamic_bytes, Stream* handle,
                                void** parameters, void** extra) {
    UNITCELL_ENTER(context);
    if (!is_handle(function, Handle::kFunction)) return kInvalidHandle;
    Stream* const stream = find_stream(context, handle);
    if (stream == nullptr) return kInvalidHandle;
    const dim3 grid(grid_x, grid_y, grid_z), block(block_x, block_y, block_z);
    const uint64_t threads = static_cast<uint64_t>(block_x) * block_y * block_z;
    const bool grid_fits =
        grid_x > 0 && grid_x <= 2147483647u && grid_y > 0 && grid_y <= 65535 && grid_z > 0 && grid_z <= 65535;
    const bool block_fits = threads > 0 && block_x <= 1024 && block_y <= 1024 && block_z <= 64 &&
                            threads <= static_cast<uint64_t>(function->max_threads);
    if (!grid_fits || !block_fits || dynamic_bytes > static_cast<unsigned>(function->max_dynamic_bytes)) {
        return refuse_shape(function, grid, block, dynamic_bytes);
    }
    Kernel* const kernel = function->kernel;
    if (!settings.deferred) {
        Values values;
        if (const int status = take_values(kernel, parameters, extra, &values); status != 0) return status;
        return run(context, {kernel, grid, block, dynamic_bytes, values.addresses});
    }
    const auto values = std::make_shared<Values>();
    if (const int status = take_values(kernel, parameters, extra, values.get()); status != 0) return status;
    enqueue(stream, [=] { return run(context, {kernel, grid, block, dynamic_bytes, values->addresses}); });
    return kSuccess;
}

UNITCELL_API int cuProfilerStart() {
    UNITCELL_ENTER(context);
    return kSuccess;
}

UNITCELL_API int cuProfilerStop() {
    UNITCELL_ENTER(context);
    return kSuccess;
}
