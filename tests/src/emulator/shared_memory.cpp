// Shared memory of a block; see shared_memory.h. Layout of a worker's mapping:
//   closed page | arrays, each with a guard zone before and behind | closed page | dynamic memory | closed page
//
// Memory convention: guard zones hold a pattern that is checked after every block.
#include "shared_memory.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstring>

namespace emulation {

constexpr size_t kPage = 4096;
constexpr size_t kGuard = 128;
constexpr unsigned char kGuardByte = 0xA5;
constexpr size_t kArraysBytes = 128 << 10;   // 48 KiB of arrays and their guard zones, rounded up generously
constexpr size_t kDynamicRoom = 256 << 10;

bool make_shared(Shared* shared) {
    const size_t bytes = 3 * kPage + kArraysBytes + kDynamicRoom;
    void* mapping = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED) return false;
    unsigned char* const start = static_cast<unsigned char*>(mapping);
    shared->base = start + kPage;
    unsigned char* const dynamic = shared->base + kArraysBytes + kPage;
    shared->dynamic_end = dynamic + kDynamicRoom;
    return mprotect(shared->base, kArraysBytes, PROT_READ | PROT_WRITE) == 0 &&
           mprotect(dynamic, kDynamicRoom, PROT_READ | PROT_WRITE) == 0;
}

void begin_shared(Shared* shared, size_t dynamic_bytes) {
    shared->count = 0;
    shared->used = shared->base + kGuard;
    memset(shared->base, kGuardByte, kGuard);
    shared->dynamic_bytes = dynamic_bytes;
    shared->dynamic = shared->dynamic_end - (dynamic_bytes + 15) / 16 * 16;
    memset(shared->dynamic - kGuard, kGuardByte, kGuard);
    unsigned char* const behind = shared->dynamic + dynamic_bytes;
    memset(behind, kGuardByte, static_cast<size_t>(shared->dynamic_end - behind));
}

void poison_shared(Shared* shared) {
    for (int i = 0; i < shared->count; i++) memset(shared->arrays[i].start, 0xFF, shared->arrays[i].site->bytes);
    memset(shared->dynamic, 0xFF, shared->dynamic_bytes);
}

void* shared_array(const SharedSite* site) {
    Shared* const shared = &worker->shared;
    for (int i = 0; i < shared->count; i++) {
        if (shared->arrays[i].site == site) return shared->arrays[i].start;
    }
    size_t total = site->bytes;
    for (int i = 0; i < shared->count; i++) total += shared->arrays[i].site->bytes;
    if (shared->count == kMaxSharedArrays || total > kSharedDefaultLimit) {
        fault(1, "shared array '%s' of %zu bytes: a kernel may have %d arrays and %zu bytes", site->name, site->bytes,
              kMaxSharedArrays, kSharedDefaultLimit);
    }
    if (total + shared->dynamic_bytes > kSharedOptInLimit) {
        fault(1, "%zu bytes of shared arrays and %zu of dynamic shared memory are more than %zu", total,
              shared->dynamic_bytes, kSharedOptInLimit);
    }
    SharedArray* const array = &shared->arrays[shared->count++];
    array->site = site;
    array->start = shared->used;
    unsigned char* const end = array->start + site->bytes;
    shared->used = array->start + (site->bytes + kGuard + 15) / 16 * 16;
    memset(array->start, 0xFF, site->bytes);
    memset(end, kGuardByte, static_cast<size_t>(shared->used - end));
    return array->start;
}

static bool intact(const unsigned char* from, const unsigned char* to) {
    for (; from < to; from++) {
        if (*from != kGuardByte) return false;
    }
    return true;
}

static void report(Fault* fault, const char* name, size_t bytes, const char* where) {
    fault->code = 700;
    snprintf(fault->text, sizeof fault->text, "shared memory overrun: a write %s '%s' (%zu bytes)", where, name, bytes);
}

void check_shared(const Shared* shared, Fault* fault) {
    if (shared->count > 0 && !intact(shared->base, shared->base + kGuard)) {
        report(fault, shared->arrays[0].site->name, shared->arrays[0].site->bytes, "in front of");
        return;
    }
    for (int i = 0; i < shared->count; i++) {
        const SharedArray* const array = &shared->arrays[i];
        const unsigned char* const next = i + 1 < shared->count ? array[1].start : shared->used;
        if (!intact(array->start + array->site->bytes, next)) {
            report(fault, array->site->name, array->site->bytes, "behind");
            return;
        }
    }
    if (shared->dynamic_bytes > 0 && !intact(shared->dynamic - kGuard, shared->dynamic)) {
        report(fault, "dynamic", shared->dynamic_bytes, "in front of");
    } else if (!intact(shared->dynamic + shared->dynamic_bytes, shared->dynamic_end)) {
        report(fault, "dynamic", shared->dynamic_bytes, "behind");
    }
}

bool in_shared_guard(const Shared* shared, uintptr_t address) {
    const uintptr_t first = reinterpret_cast<uintptr_t>(shared->base) - kPage;
    const uintptr_t last = reinterpret_cast<uintptr_t>(shared->dynamic_end) + kPage;
    return address >= first && address < last;
}

}  // namespace emulation
