// Guarded memory; see memory.h.
//
// Memory convention: pages are backed by memory only while their allocation lives.
#include "memory.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstring>

namespace emulation {

GuardedRange& device_memory = *new GuardedRange("device");
GuardedRange& pinned_memory = *new GuardedRange("page-locked host");

constexpr size_t kPage = 4096;
constexpr size_t kGap = 64 << 10;                 // closed addresses between allocations
constexpr size_t kRangeBytes = size_t{512} << 30;
constexpr size_t kSmallestRange = size_t{8} << 30;
// Not-a-number as one float, as two and as a double, and no value that a kernel writes.
constexpr uint32_t kCanary = 0xFFFFC5FF;

static void fill_canary(uintptr_t from, uintptr_t to) {
    unsigned char bytes[4];
    memcpy(bytes, &kCanary, 4);
    for (uintptr_t at = from; at < to; at++) *reinterpret_cast<unsigned char*>(at) = bytes[at % 4];
}

/** The first address that no longer holds the pattern, or `to`. */
static uintptr_t first_damage(uintptr_t from, uintptr_t to) {
    unsigned char bytes[4];
    memcpy(bytes, &kCanary, 4);
    for (uintptr_t at = from; at < to; at++) {
        if (*reinterpret_cast<const unsigned char*>(at) != bytes[at % 4]) return at;
    }
    return to;
}

static std::string damage_of(const Allocation& a, const char* kind) {
    char text[160];
    const uintptr_t end = a.start + a.bytes;
    const uintptr_t behind = first_damage(end, a.end_page);
    if (behind < a.end_page) {
        snprintf(text, sizeof text, "a write %zu bytes behind the end of %s memory of %zu bytes at 0x%zx", behind - end,
                 kind, a.bytes, a.start);
        return text;
    }
    const uintptr_t before = first_damage(a.first_page, a.start);
    if (before < a.start) {
        snprintf(text, sizeof text, "a write %zu bytes in front of %s memory of %zu bytes at 0x%zx", a.start - before,
                 kind, a.bytes, a.start);
        return text;
    }
    return {};
}

bool GuardedRange::reserve() {
    for (size_t size = kRangeBytes; size >= kSmallestRange; size /= 2) {
        void* mapping = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (mapping == MAP_FAILED) continue;
        madvise(mapping, size, MADV_DONTDUMP);
        base_ = next_ = reinterpret_cast<uintptr_t>(mapping);
        size_ = size;
        return true;
    }
    return false;
}

uintptr_t GuardedRange::find_gap(size_t bytes) {
    const uintptr_t end = base_ + size_;
    for (int round = 0; round < 2; round++) {
        uintptr_t at = next_ + kGap;
        for (auto live = live_.lower_bound(next_); at + bytes + kGap <= end; ++live) {
            if (live == live_.end() || at + bytes + kGap <= live->first) return at;
            at = live->second.end_page + kGap;
        }
        next_ = base_;  // the range is used up: once more from its start, over what was freed
    }
    return 0;
}

uintptr_t GuardedRange::allocate(size_t bytes, const void* owner) {
    if (size_ == 0 && !reserve()) return 0;
    if (bytes > size_) return 0;
    const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    const size_t mapped = (rounded + kPage - 1) / kPage * kPage;
    const uintptr_t first = find_gap(mapped);
    if (first == 0) return 0;
    if (mprotect(reinterpret_cast<void*>(first), mapped, PROT_READ | PROT_WRITE) != 0) return 0;
    next_ = first + mapped;
    freed_.erase(freed_.lower_bound(first), freed_.lower_bound(next_));
    const Allocation a = {next_ - rounded, bytes, rounded, first, next_, owner};
    fill_canary(a.first_page, a.start);
    memset(reinterpret_cast<void*>(a.start), 0xFF, bytes);
    fill_canary(a.start + bytes, a.end_page);
    live_.emplace(first, a);
    live_bytes_ += bytes;
    live_rounded_ += rounded;
    return a.start;
}

void GuardedRange::close(const Allocation& a) {
    void* const pages = reinterpret_cast<void*>(a.first_page);
    const size_t mapped = a.end_page - a.first_page;
    // The advice gives the memory back and the protection closes the addresses, with no moment in which they are free.
    madvise(pages, mapped, MADV_DONTNEED);
    mprotect(pages, mapped, PROT_NONE);
    live_bytes_ -= a.bytes;
    live_rounded_ -= a.rounded;
    freed_.emplace(a.first_page, a);
}

bool GuardedRange::release(uintptr_t start, std::string* damage) {
    const Allocation* found = find_start(start);
    if (found == nullptr) return false;
    const Allocation a = *found;
    *damage = damage_of(a, name_);
    live_.erase(a.first_page);
    close(a);
    return true;
}

void GuardedRange::release_all(const void* owner) {
    for (auto it = live_.begin(); it != live_.end();) {
        if (it->second.owner == owner) {
            close(it->second);
            it = live_.erase(it);
        } else {
            ++it;
        }
    }
}

const Allocation* GuardedRange::find(uintptr_t address, size_t bytes) const {
    auto it = live_.upper_bound(address);
    if (it == live_.begin()) return nullptr;
    const Allocation& a = (--it)->second;
    if (address < a.start || address - a.start > a.bytes || bytes > a.bytes - (address - a.start)) return nullptr;
    return &a;
}

const Allocation* GuardedRange::find_start(uintptr_t start) const {
    const Allocation* a = find(start, 0);
    return a != nullptr && a->start == start ? a : nullptr;
}

std::string GuardedRange::check(int* damaged) const {
    std::string first;
    for (const auto& entry : live_) {
        std::string damage = damage_of(entry.second, name_);
        if (damage.empty()) continue;
        ++*damaged;
        if (first.empty()) first = damage;
    }
    return first;
}

static std::string relation(uintptr_t address, const Allocation& a, const char* state) {
    char text[160];
    if (address < a.start) {
        snprintf(text, sizeof text, "%zu bytes in front of %s memory of %zu bytes", a.start - address, state, a.bytes);
    } else if (address >= a.start + a.bytes) {
        snprintf(text, sizeof text, "%zu bytes behind the end of %s memory of %zu bytes", address - a.start - a.bytes,
                 state, a.bytes);
    } else {
        snprintf(text, sizeof text, "byte %zu of %s memory of %zu bytes", address - a.start, state, a.bytes);
    }
    return text;
}

std::string GuardedRange::describe(uintptr_t address) const {
    if (!contains(address)) return {};
    auto freed = freed_.upper_bound(address);
    if (freed != freed_.begin()) {
        const Allocation& a = std::prev(freed)->second;
        if (address < a.end_page) return relation(address, a, "freed");
    }
    // Otherwise the nearest live allocation.
    auto next = live_.upper_bound(address);
    const Allocation* below = next == live_.begin() ? nullptr : &std::prev(next)->second;
    const Allocation* above = next == live_.end() ? nullptr : &next->second;
    if (below != nullptr && (above == nullptr || address - below->start < above->first_page - address)) {
        return relation(address, *below, "live");
    }
    if (above != nullptr) return relation(address, *above, "live");
    return std::string("in ") + name_ + " memory that was never allocated";
}

}  // namespace emulation
