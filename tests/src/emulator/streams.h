// Streams and events. At once: work runs when it is submitted. Deferred: it waits in the queue of its stream until
// something synchronises with it, so that a missing synchronisation, or a page-locked buffer that is used again too
// early, gives wrong results in tests as it may on a device.
//
// Order follows the legacy default stream: work on the null stream comes after all that was submitted to blocking
// streams before, and they wait for it; streams made with CU_STREAM_NON_BLOCKING keep to themselves.
//
// Memory convention: queued work owns copies of all that it needs except device and page-locked memory.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "driver.h"

namespace emulation {

struct Dependency {
    uint64_t stream;   // its number; one that is gone has nothing left to wait for
    uint64_t upto;     // how many of its operations must have run
};

struct Operation {
    std::function<int()> run;
    std::vector<Dependency> after;
};

struct Stream {
    uint64_t number;
    Context* context;
    unsigned flags;
    int priority;
    std::deque<Operation> queue;
    uint64_t submitted = 0;
    uint64_t done = 0;

    bool blocking() const {
        return (flags & 1) == 0;
    }
};

/** What an event stands for; queued work keeps it alive. */
struct Mark {
    bool complete = false;
    double seconds = 0;
};

struct Event {
    Context* context;
    unsigned flags;
    std::shared_ptr<Mark> mark;   // of the last record, or nullptr
    Dependency position;          // where it was recorded

    bool timed() const {
        return (flags & 2) == 0;
    }
};

Stream* make_stream(Context* context, unsigned flags, int priority);
void free_stream(Stream* stream);

/** The stream behind a handle: null and the two special values are the null stream; nullptr for a stale handle. */
Stream* find_stream(Context* context, Stream* handle);

/** Puts work into the queue of a stream. */
void enqueue(Stream* stream, std::function<int()> work, std::vector<Dependency> after = {});

/** Runs work on a stream now or later, as the settings say. */
template <class Work>
int submit(Stream* stream, Work&& work) {
    if (!settings.deferred) return work();
    enqueue(stream, std::forward<Work>(work));
    return kSuccess;
}

/** Runs all that was submitted to the stream, and what it has to wait for. */
int run_stream(Stream* stream);

/** Runs all work of the context. */
int run_everything(Context* context);

/** Forgets the work of the context and destroys its streams and events, apart from the null stream. */
void drop_streams(Context* context);

}  // namespace emulation
