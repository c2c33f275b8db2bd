// Guarded memory: device memory and pinned host memory of the emulator.
//
// Each of the two is a large reserved range of addresses of which only live allocations can be touched. An allocation
// ends at a closed page (its size rounded up to 256 bytes, as a driver does; the slack holds a pattern), begins behind
// one, and is filled with 0xFF. Addresses of freed memory are not used again until the range is used up, so a use after
// free is a fault.
//
// Memory convention: all functions need the driver's lock, except contains() and describe(), which only read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace emulation {

struct Allocation {
    uintptr_t start;
    size_t bytes;        // as asked for
    size_t rounded;      // to 256
    uintptr_t first_page;
    uintptr_t end_page;
    const void* owner;   // the context
};

class GuardedRange {
public:
    explicit GuardedRange(const char* name) : name_(name) {}

    /** 0 where the range has no room; the memory is poisoned. */
    /** Of addresses and rounded sizes, a power of two: 256 as a driver has it; less brings the closed page nearer. */
    size_t alignment = 256;

    uintptr_t allocate(size_t bytes, const void* owner);

    /** Frees the allocation that starts here; the text says what is wrong with it if it was written beyond its ends. */
    bool release(uintptr_t start, std::string* damage);

    void release_all(const void* owner);

    /** The live allocation that holds all of these bytes, or nullptr. */
    const Allocation* find(uintptr_t address, size_t bytes) const;

    /** The live allocation that starts here, or nullptr. */
    const Allocation* find_start(uintptr_t start) const;

    /** What is wrong with the guard bytes of live allocations; empty: nothing. Counts the damaged ones. */
    std::string check(int* damaged) const;

    /** Whether the address is in the reserved range, live or not. */
    bool contains(uintptr_t address) const {
        return address >= base_ && address < base_ + size_;
    }

    /** Says in words what the address is near to: "4 bytes behind an allocation of 1024 bytes". */
    std::string describe(uintptr_t address) const;

    size_t live_bytes() const {
        return live_bytes_;
    }
    size_t live_rounded() const {
        return live_rounded_;
    }
    size_t live_count() const {
        return live_.size();
    }

private:
    bool reserve();
    uintptr_t find_gap(size_t pages);
    void close(const Allocation& allocation);

    const char* name_;
    uintptr_t base_ = 0;
    size_t size_ = 0;
    uintptr_t next_ = 0;
    size_t live_bytes_ = 0;
    size_t live_rounded_ = 0;
    std::map<uintptr_t, Allocation> live_;    // by first page
    std::map<uintptr_t, Allocation> freed_;   // by first page, for descriptions
};

// Never destroyed: threads of the host program may still make calls while the process ends.
extern GuardedRange& device_memory;
extern GuardedRange& pinned_memory;

}  // namespace emulation
