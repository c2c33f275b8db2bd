// Asynchronous copies: see async_copies.h.
//
// Memory convention: a list for each thread of a worker, kept from block to block.
#include "async_copies.h"

#include <cstring>
#include <vector>

namespace emulation {

namespace {

struct Copy {
    void* to;
    const void* from;
    unsigned bytes;
    unsigned group;
};

struct Pending {
    std::vector<Copy> copies;
    unsigned group = 0;  // number of the group that is being collected
};

// Made by the first thread that copies; workers are few and live until the process ends.
thread_local std::vector<Pending>* lists = nullptr;
thread_local bool used = false;

Pending& mine() {
    if (lists == nullptr) lists = new std::vector<Pending>(kMaxThreads);
    used = true;
    return (*lists)[static_cast<size_t>(current - worker->threads)];
}

}  // namespace

void copy_async(void* to, const void* from, unsigned bytes) {
    const uintptr_t both = reinterpret_cast<uintptr_t>(to) | reinterpret_cast<uintptr_t>(from);
    if (both % bytes != 0) fault(716, "asynchronous copy of %u bytes from %p to %p: not aligned", bytes, from, to);
    Pending& pending = mine();
    std::memset(to, 0xFF, bytes);
    pending.copies.push_back({to, from, bytes, pending.group});
}

void commit_copies() {
    mine().group++;
}

void wait_for_copies(unsigned groups) {
    Pending& pending = mine();
    std::vector<Copy>& copies = pending.copies;
    size_t done = 0;
    while (done < copies.size() && copies[done].group + groups < pending.group) {
        std::memcpy(copies[done].to, copies[done].from, copies[done].bytes);
        done++;
    }
    copies.erase(copies.begin(), copies.begin() + static_cast<std::ptrdiff_t>(done));
}

void forget_copies() {
    if (!used) return;
    used = false;
    for (Pending& pending : *lists) {
        pending.copies.clear();
        pending.group = 0;
    }
}

}  // namespace emulation
