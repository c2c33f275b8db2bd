// What the emulator offers beyond the driver API: settings, faults and counts for tests. All names begin with
// unitcell_emulator_.
//
// Memory convention: texts belong to the library; that of the last fault stays until the next one.
#include <cstdio>
#include <cstring>

#include "driver.h"
#include "launch.h"
#include "memory.h"
#include "streams.h"

using namespace emulation;

#define UNITCELL_LOCK() std::lock_guard<std::recursive_mutex> entered(driver_lock)

/** Order of threads and blocks: 0 normal, 1 reversed, 2 random with the seed. Gives 0, or 1 for another number. */
UNITCELL_API int unitcell_emulator_order(int mode, unsigned long long seed) {
    UNITCELL_LOCK();
    if (mode < 0 || mode > 2) return kInvalidValue;
    set_order(static_cast<Order>(mode), seed);
    return kSuccess;
}

/** Whether streams run only when something waits for them; what is queued in the current context runs first. */
UNITCELL_API int unitcell_emulator_deferred(int deferred) {
    UNITCELL_LOCK();
    Context* const context = current_context();
    const int status = context != nullptr && context->sticky == 0 ? run_everything(context) : kSuccess;
    settings.deferred = deferred != 0;
    return status;
}

/** The driver version that the emulator states, 12080 for CUDA 12.8. */
UNITCELL_API void unitcell_emulator_driver(int version) {
    UNITCELL_LOCK();
    settings.driver_version = version;
}

/** The memory of each device, in MiB. */
UNITCELL_API void unitcell_emulator_memory(unsigned long long mebibytes) {
    UNITCELL_LOCK();
    settings.memory_bytes = mebibytes << 20;
}

/** Alignment of device memory, a power of two from 4 to 256: with 16, reads behind the end fault almost at once. */
UNITCELL_API int unitcell_emulator_alignment(unsigned long long bytes) {
    UNITCELL_LOCK();
    if (bytes < 4 || bytes > 256 || (bytes & (bytes - 1)) != 0) return kInvalidValue;
    device_memory.alignment = bytes;
    return kSuccess;
}

/** What the last error of a kernel, copy or module was; empty if there was none. */
UNITCELL_API const char* unitcell_emulator_fault() {
    return last_fault();
}

/** Number of live allocations, page-locked ones too, that were written beyond their ends; sets the fault text. */
UNITCELL_API int unitcell_emulator_check() {
    UNITCELL_LOCK();
    int damaged = 0;
    std::string what = device_memory.check(&damaged);
    const std::string pinned = pinned_memory.check(&damaged);
    if (damaged > 0) report(kIllegalAddress, what.empty() ? pinned : what);
    return damaged;
}

/** How often a kernel was launched; 0 for an unknown name. */
UNITCELL_API unsigned long long unitcell_emulator_launches(const char* name) {
    UNITCELL_LOCK();
    const Kernel* const kernel = find_kernel(name);
    return kernel != nullptr ? kernel->launches : 0;
}

/** The name of kernel number i, or null behind the last. */
UNITCELL_API const char* unitcell_emulator_kernel(int i) {
    const Kernel* kernel = i < 0 ? nullptr : first_kernel();
    while (kernel != nullptr && i-- > 0) kernel = kernel->next;
    return kernel != nullptr ? kernel->name : nullptr;
}

/** Bytes of device memory that are allocated. */
UNITCELL_API unsigned long long unitcell_emulator_live_bytes() {
    UNITCELL_LOCK();
    return device_memory.live_bytes();
}

/** Allocations of device memory. */
UNITCELL_API unsigned long long unitcell_emulator_live_allocations() {
    UNITCELL_LOCK();
    return device_memory.live_count();
}

/** Page-locked bytes that are allocated. */
UNITCELL_API unsigned long long unitcell_emulator_live_pinned_bytes() {
    UNITCELL_LOCK();
    return pinned_memory.live_bytes();
}

/** Writes a module with all kernels as PTX text without instructions, for cuModuleLoadData; gives 0 or 1. */
UNITCELL_API int unitcell_emulator_write_listing(const char* path) {
    FILE* const file = fopen(path, "w");
    if (file == nullptr) return 1;
    fputs("// All kernels of the emulator, without instructions: a module for it where there is no nvcc.\n"
          ".version 7.0\n.target sm_80\n.address_size 64\n", file);
    for (const Kernel* kernel = first_kernel(); kernel != nullptr; kernel = kernel->next) {
        fprintf(file, "\n.visible .entry %s(", kernel->name);
        for (int i = 0; i < kernel->parameter_count; i++) {
            const Parameter p = kernel->parameters[i];
            fprintf(file, "%s\n\t.param .align %u .b8 %s_param_%d[%u]", i > 0 ? "," : "", p.alignment, kernel->name, i,
                    p.size);
        }
        fputs("\n)\n{\n\tret;\n}\n", file);
    }
    return fclose(file) == 0 ? 0 : 1;
}
