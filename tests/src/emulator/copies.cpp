// Device memory and page-locked memory by the driver's calls: allocation, copies, fills.
//
// Every address is held against what is allocated: a host address where a device address belongs, or a copy beyond the
// end of an allocation, is CUDA_ERROR_INVALID_VALUE with a text.
//
// Memory convention: an asynchronous copy from ordinary host memory takes its bytes at once, as a driver may; one from
// page-locked memory reads them when it runs.
#include <cstdio>
#include <cstring>
#include <map>

#include "driver.h"
#include "memory.h"
#include "streams.h"

namespace emulation {

namespace {

using DevicePointer = unsigned long long;

struct Registered {
    size_t bytes;
    const Context* owner;
};

/** Host memory that cuMemHostRegister has locked, by address. */
std::map<uintptr_t, Registered>& registered() {
    static auto* const table = new std::map<uintptr_t, Registered>();
    return *table;
}

bool is_device(DevicePointer address, size_t bytes) {
    return device_memory.find(address, bytes) != nullptr || in_global_variable(address, bytes);
}

/** Memory that a kernel may use: of the device, or page-locked. */
bool is_reachable(DevicePointer address, size_t bytes) {
    return is_device(address, bytes) || is_pinned(reinterpret_cast<const void*>(address), bytes);
}

int refuse(const char* call, const char* role, uintptr_t address, size_t bytes) {
    char text[160];
    snprintf(text, sizeof text, "%s: %zu bytes at the %s address 0x%zx", call, bytes, role, address);
    std::string what = text;
    for (const GuardedRange* range : {&device_memory, &pinned_memory}) {
        if (range->contains(address)) what += " (" + range->describe(address) + ")";
    }
    return report(kInvalidValue, what + " are not in one allocation of that kind");
}

int check_device(const char* call, const char* role, DevicePointer address, size_t bytes) {
    return is_reachable(address, bytes) ? static_cast<int>(kSuccess) : refuse(call, role, address, bytes);
}

int check_host(const char* call, const char* role, const void* pointer, size_t bytes) {
    const uintptr_t address = reinterpret_cast<uintptr_t>(pointer);
    const bool wrong = pointer == nullptr || device_memory.contains(address) ||
                       (pinned_memory.contains(address) && pinned_memory.find(address, bytes) == nullptr);
    return wrong ? refuse(call, role, address, bytes) : static_cast<int>(kSuccess);
}

/** Copies on a stream; both ends have been checked. */
int copy(Stream* stream, void* to, const void* from, size_t bytes, bool wait) {
    std::shared_ptr<std::vector<unsigned char>> staged;
    const DevicePointer source = reinterpret_cast<DevicePointer>(from);
    const DevicePointer target = reinterpret_cast<DevicePointer>(to);
    if (settings.deferred && !wait && !is_reachable(source, bytes)) {
        const unsigned char* const bytes_at = static_cast<const unsigned char*>(from);
        staged = std::make_shared<std::vector<unsigned char>>(bytes_at, bytes_at + bytes);
        from = staged->data();
    }
    const int status = submit(stream, [=, keep = staged] {
        memmove(to, from, bytes);
        return static_cast<int>(kSuccess);
    });
    if (status != 0 || !settings.deferred) return status;
    // A copy to ordinary host memory has ended when the call returns.
    return wait || !is_reachable(target, bytes) ? run_stream(stream) : static_cast<int>(kSuccess);
}

int host_to_device(const char* call, DevicePointer to, const void* from, size_t bytes, Stream* stream, bool wait) {
    if (stream == nullptr) return kInvalidHandle;
    if (bytes == 0) return kSuccess;
    if (const int status = check_device(call, "target", to, bytes); status != 0) return status;
    if (const int status = check_host(call, "source", from, bytes); status != 0) return status;
    return copy(stream, reinterpret_cast<void*>(to), from, bytes, wait);
}

int device_to_host(const char* call, void* to, DevicePointer from, size_t bytes, Stream* stream, bool wait) {
    if (stream == nullptr) return kInvalidHandle;
    if (bytes == 0) return kSuccess;
    if (const int status = check_host(call, "target", to, bytes); status != 0) return status;
    if (const int status = check_device(call, "source", from, bytes); status != 0) return status;
    return copy(stream, to, reinterpret_cast<const void*>(from), bytes, wait);
}

int device_to_device(const char* call, DevicePointer to, DevicePointer from, size_t bytes, Stream* stream) {
    if (stream == nullptr) return kInvalidHandle;
    if (bytes == 0) return kSuccess;
    if (const int status = check_device(call, "target", to, bytes); status != 0) return status;
    if (const int status = check_device(call, "source", from, bytes); status != 0) return status;
    return copy(stream, reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from), bytes, false);
}

template <class T>
int fill(const char* call, DevicePointer to, T value, size_t count, Stream* stream) {
    if (stream == nullptr) return kInvalidHandle;
    if (count == 0) return kSuccess;
    if (to % sizeof(T) != 0) return kInvalidValue;
    if (const int status = check_device(call, "target", to, count * sizeof(T)); status != 0) return status;
    return submit(stream, [=] {
        T* const at = reinterpret_cast<T*>(to);
        for (size_t i = 0; i < count; i++) at[i] = value;
        return static_cast<int>(kSuccess);
    });
}

int allocate_pinned(Context* context, void** pointer, size_t bytes) {
    if (pointer == nullptr || bytes == 0) return kInvalidValue;
    const uintptr_t start = pinned_memory.allocate(bytes, context);
    if (start == 0) return kOutOfMemory;
    *pointer = reinterpret_cast<void*>(start);
    return kSuccess;
}

int release(Context* context, GuardedRange* range, uintptr_t start, const char* call) {
    if (const int status = run_everything(context); status != 0) return status;
    std::string damage;
    if (!range->release(start, &damage)) return refuse(call, "freed", start, 0);
    if (damage.empty()) return kSuccess;
    return fail_context(context, kIllegalAddress, damage + ", found when it was freed");
}

}  // namespace

bool is_pinned(const void* pointer, size_t bytes) {
    const uintptr_t address = reinterpret_cast<uintptr_t>(pointer);
    if (pinned_memory.find(address, bytes) != nullptr) return true;
    const auto next = registered().upper_bound(address);
    if (next == registered().begin()) return false;
    const auto& entry = *std::prev(next);
    return address - entry.first + bytes <= entry.second.bytes;
}

void clear_memory(Context* context) {
    device_memory.release_all(context);
    pinned_memory.release_all(context);
    for (auto it = registered().begin(); it != registered().end();) {
        it = it->second.owner == context ? registered().erase(it) : std::next(it);
    }
}

}  // namespace emulation

using namespace emulation;

// ---- device memory -------------------------------------------------------------------------------------------------

UNITCELL_API int cuMemAlloc_v2(DevicePointer* pointer, size_t bytes) {
    UNITCELL_ENTER(context);
    if (pointer == nullptr || bytes == 0) return kInvalidValue;
    const size_t rounded = (bytes + 255) / 256 * 256;
    if (rounded < bytes || rounded > settings.memory_bytes ||
        device_memory.live_rounded() > settings.memory_bytes - rounded) {
        return kOutOfMemory;
    }
    *pointer = device_memory.allocate(bytes, context);
    return *pointer != 0 ? kSuccess : kOutOfMemory;
}

UNITCELL_API int cuMemFree_v2(DevicePointer pointer) {
    UNITCELL_ENTER(context);
    return pointer == 0 ? static_cast<int>(kSuccess) : release(context, &device_memory, pointer, "cuMemFree");
}

UNITCELL_API int cuMemGetInfo_v2(size_t* available, size_t* total) {
    UNITCELL_ENTER(context);
    if (available == nullptr || total == nullptr) return kInvalidValue;
    const size_t used = device_memory.live_rounded();
    *total = settings.memory_bytes;
    *available = used < settings.memory_bytes ? settings.memory_bytes - used : 0;
    return kSuccess;
}

UNITCELL_API int cuMemGetAddressRange_v2(DevicePointer* base, size_t* bytes, DevicePointer pointer) {
    UNITCELL_ENTER(context);
    const Allocation* const a = device_memory.find(pointer, 1);
    if (a == nullptr) return kNotFound;
    if (base != nullptr) *base = a->start;
    if (bytes != nullptr) *bytes = a->bytes;
    return kSuccess;
}

// ---- page-locked host memory ---------------------------------------------------------------------------------------

UNITCELL_API int cuMemAllocHost_v2(void** pointer, size_t bytes) {
    UNITCELL_ENTER(context);
    return allocate_pinned(context, pointer, bytes);
}

UNITCELL_API int cuMemHostAlloc(void** pointer, size_t bytes, unsigned) {
    UNITCELL_ENTER(context);
    return allocate_pinned(context, pointer, bytes);
}

UNITCELL_API int cuMemFreeHost(void* pointer) {
    UNITCELL_ENTER(context);
    return release(context, &pinned_memory, reinterpret_cast<uintptr_t>(pointer), "cuMemFreeHost");
}

UNITCELL_API int cuMemHostGetDevicePointer_v2(DevicePointer* device, void* pointer, unsigned) {
    UNITCELL_ENTER(context);
    if (device == nullptr || !is_pinned(pointer, 1)) return kInvalidValue;
    *device = reinterpret_cast<DevicePointer>(pointer);
    return kSuccess;
}

UNITCELL_API int cuMemHostRegister_v2(void* pointer, size_t bytes, unsigned) {
    UNITCELL_ENTER(context);
    if (pointer == nullptr || bytes == 0) return kInvalidValue;
    if (is_pinned(pointer, 1)) return 712;
    registered()[reinterpret_cast<uintptr_t>(pointer)] = {bytes, context};
    return kSuccess;
}

UNITCELL_API int cuMemHostUnregister(void* pointer) {
    UNITCELL_ENTER(context);
    if (const int status = run_everything(context); status != 0) return status;
    return registered().erase(reinterpret_cast<uintptr_t>(pointer)) == 1 ? 0 : 713;
}

// ---- copies --------------------------------------------------------------------------------------------------------

UNITCELL_API int cuMemcpyHtoD_v2(DevicePointer to, const void* from, size_t bytes) {
    UNITCELL_ENTER(context);
    return host_to_device("cuMemcpyHtoD", to, from, bytes, context->null_stream, true);
}

UNITCELL_API int cuMemcpyHtoDAsync_v2(DevicePointer to, const void* from, size_t bytes, Stream* stream) {
    UNITCELL_ENTER(context);
    return host_to_device("cuMemcpyHtoDAsync", to, from, bytes, find_stream(context, stream), false);
}

UNITCELL_API int cuMemcpyDtoH_v2(void* to, DevicePointer from, size_t bytes) {
    UNITCELL_ENTER(context);
    return device_to_host("cuMemcpyDtoH", to, from, bytes, context->null_stream, true);
}

UNITCELL_API int cuMemcpyDtoHAsync_v2(void* to, DevicePointer from, size_t bytes, Stream* stream) {
    UNITCELL_ENTER(context);
    return device_to_host("cuMemcpyDtoHAsync", to, from, bytes, find_stream(context, stream), false);
}

UNITCELL_API int cuMemcpyDtoD_v2(DevicePointer to, DevicePointer from, size_t bytes) {
    UNITCELL_ENTER(context);
    return device_to_device("cuMemcpyDtoD", to, from, bytes, context->null_stream);
}

UNITCELL_API int cuMemcpyDtoDAsync_v2(DevicePointer to, DevicePointer from, size_t bytes, Stream* stream) {
    UNITCELL_ENTER(context);
    return device_to_device("cuMemcpyDtoDAsync", to, from, bytes, find_stream(context, stream));
}

// ---- fills ---------------------------------------------------------------------------------------------------------

UNITCELL_API int cuMemsetD8_v2(DevicePointer to, unsigned char value, size_t count) {
    UNITCELL_ENTER(context);
    return fill("cuMemsetD8", to, value, count, context->null_stream);
}

UNITCELL_API int cuMemsetD16_v2(DevicePointer to, unsigned short value, size_t count) {
    UNITCELL_ENTER(context);
    return fill("cuMemsetD16", to, value, count, context->null_stream);
}

UNITCELL_API int cuMemsetD32_v2(DevicePointer to, unsigned value, size_t count) {
    UNITCELL_ENTER(context);
    return fill("cuMemsetD32", to, value, count, context->null_stream);
}

UNITCELL_API int cuMemsetD8Async(DevicePointer to, unsigned char value, size_t count, Stream* stream) {
    UNITCELL_ENTER(context);
    return fill("cuMemsetD8Async", to, value, count, find_stream(context, stream));
}

UNITCELL_API int cuMemsetD16Async(DevicePointer to, unsigned short value, size_t count, Stream* stream) {
    UNITCELL_ENTER(context);
    return fill("cuMemsetD16Async", to, value, count, find_stream(context, stream));
}

UNITCELL_API int cuMemsetD32Async(DevicePointer to, unsigned value, size_t count, Stream* stream) {
    UNITCELL_ENTER(context);
    return fill("cuMemsetD32Async", to, value, count, find_stream(context, stream));
}
