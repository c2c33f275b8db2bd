// Names and meanings of status codes, and the record of what went wrong.
//
// Memory convention: the text of the last fault stays until the next one.
#include <cstdio>
#include <cstring>

#include "driver.h"

namespace emulation {

static const struct {
    int status;
    const char* name;
    const char* meaning;
} kErrors[] = {
    {0, "CUDA_SUCCESS", "no error"},
    {1, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {3, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {4, "CUDA_ERROR_DEINITIALIZED", "driver shutting down"},
    {100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {101, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {200, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {201, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {209, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
    {218, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."},
    {301, "CUDA_ERROR_FILE_NOT_FOUND", "file not found"},
    {400, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {500, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {600, "CUDA_ERROR_NOT_READY", "device not ready"},
    {700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {701, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"},
    {709, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"},
    {710, "CUDA_ERROR_ASSERT", "device-side assert triggered"},
    {712, "CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED", "part or all of the requested memory range is already mapped"},
    {713, "CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED", "pointer does not correspond to a registered memory region"},
    {716, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
    {719, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {801, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
    {999, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

const char* error_name(int status) {
    for (const auto& error : kErrors) {
        if (error.status == status) return error.name;
    }
    return nullptr;
}

const char* error_meaning(int status) {
    for (const auto& error : kErrors) {
        if (error.status == status) return error.meaning;
    }
    return nullptr;
}

static char fault_text[1024];

int report(int status, const std::string& text) {
    snprintf(fault_text, sizeof fault_text, "%s", text.c_str());
    const char* const name = error_name(status);
    fprintf(stderr, "unitcell emulator: error %d (%s): %s\n", status, name != nullptr ? name : "?", fault_text);
    return status;
}

int fail_context(Context* context, int status, const std::string& text) {
    if (status >= kIllegalAddress) context->sticky = status;
    return report(status, text);
}

const char* last_fault() {
    return fault_text;
}

}  // namespace emulation

using namespace emulation;

UNITCELL_API int cuGetErrorName(int status, const char** name) {
    if (name == nullptr) return kInvalidValue;
    *name = error_name(status);
    return *name != nullptr ? kSuccess : kInvalidValue;
}

UNITCELL_API int cuGetErrorString(int status, const char** meaning) {
    if (meaning == nullptr) return kInvalidValue;
    *meaning = error_meaning(status);
    return *meaning != nullptr ? kSuccess : kInvalidValue;
}
