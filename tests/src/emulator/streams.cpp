// Streams and events; see streams.h.
//
// Memory convention: streams are found by number, so that work may depend on a stream that was destroyed since.
#include "streams.h"

#include <time.h>

#include <map>
#include <set>

namespace emulation {

namespace {

std::map<uint64_t, Stream*>& streams() {
    static auto* const table = new std::map<uint64_t, Stream*>();
    return *table;
}

std::set<Event*>& events() {
    static auto* const table = new std::set<Event*>();
    return *table;
}

int run_upto(Stream* stream, uint64_t count);

/** Runs the first operation of the queue. */
int run_first(Stream* stream) {
    Operation operation = std::move(stream->queue.front());
    stream->queue.pop_front();
    stream->done++;
    for (const Dependency& d : operation.after) {
        const auto found = streams().find(d.stream);
        if (found == streams().end()) continue;
        if (const int status = run_upto(found->second, d.upto); status != 0) return status;
    }
    const int status = operation.run();
    if (status != 0) {
        // The context is lost; nothing that was queued in it will run.
        for (const auto& entry : streams()) {
            if (entry.second->context != stream->context) continue;
            entry.second->queue.clear();
            entry.second->done = entry.second->submitted;
        }
    }
    return status;
}

int run_upto(Stream* stream, uint64_t count) {
    while (stream->done < count) {
        if (const int status = run_first(stream); status != 0) return status;
    }
    return kSuccess;
}

double seconds_now() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

}  // namespace

Stream* make_stream(Context* context, unsigned flags, int priority) {
    static uint64_t numbers = 0;
    Stream* const s = new Stream();
    s->number = ++numbers;
    s->context = context;
    s->flags = flags;
    s->priority = priority;
    streams()[s->number] = s;
    return s;
}

void free_stream(Stream* stream) {
    streams().erase(stream->number);
    delete stream;
}

Stream* find_stream(Context* context, Stream* handle) {
    if (reinterpret_cast<uintptr_t>(handle) <= 2) return context->null_stream;
    return is_handle(handle, Handle::kStream) ? handle : nullptr;
}

void enqueue(Stream* stream, std::function<int()> work, std::vector<Dependency> after) {
    Stream* const null_stream = stream->context->null_stream;
    if (stream == null_stream) {
        for (const auto& entry : streams()) {
            const Stream* const other = entry.second;
            if (other != stream && other->context == stream->context && other->blocking()) {
                after.push_back({other->number, other->submitted});
            }
        }
    } else if (stream->blocking()) {
        after.push_back({null_stream->number, null_stream->submitted});
    }
    stream->queue.push_back({std::move(work), std::move(after)});
    stream->submitted++;
}

int run_stream(Stream* stream) {
    return run_upto(stream, stream->submitted);
}

int run_everything(Context* context) {
    std::vector<uint64_t> numbers;
    for (const auto& entry : streams()) {
        if (entry.second->context == context) numbers.push_back(entry.first);
    }
    for (uint64_t number : numbers) {
        if (const int status = run_stream(streams()[number]); status != 0) return status;
    }
    return kSuccess;
}

void drop_streams(Context* context) {
    for (auto it = streams().begin(); it != streams().end();) {
        Stream* const s = it->second;
        if (s->context != context) {
            ++it;
            continue;
        }
        s->queue.clear();
        s->done = s->submitted;
        if (s == context->null_stream) {
            ++it;
            continue;
        }
        remove_handle(s);
        delete s;
        it = streams().erase(it);
    }
    for (auto it = events().begin(); it != events().end();) {
        Event* const e = *it;
        if (e->context != context) {
            ++it;
            continue;
        }
        remove_handle(e);
        delete e;
        it = events().erase(it);
    }
}

}  // namespace emulation

using namespace emulation;

// ---- streams -------------------------------------------------------------------------------------------------------

UNITCELL_API int cuStreamCreateWithPriority(Stream** stream, unsigned flags, int priority) {
    UNITCELL_ENTER(context);
    if (stream == nullptr || flags > 1) return kInvalidValue;
    *stream = make_stream(context, flags, priority);
    add_handle(*stream, Handle::kStream);
    return kSuccess;
}

UNITCELL_API int cuStreamCreate(Stream** stream, unsigned flags) {
    return cuStreamCreateWithPriority(stream, flags, 0);
}

UNITCELL_API int cuStreamDestroy_v2(Stream* stream) {
    UNITCELL_ENTER(context);
    if (!is_handle(stream, Handle::kStream)) return kInvalidHandle;
    const int status = run_stream(stream);
    remove_handle(stream);
    free_stream(stream);
    return status;
}

UNITCELL_API int cuStreamSynchronize(Stream* handle) {
    UNITCELL_ENTER(context);
    Stream* const stream = find_stream(context, handle);
    return stream != nullptr ? run_stream(stream) : static_cast<int>(kInvalidHandle);
}

UNITCELL_API int cuStreamQuery(Stream* handle) {
    UNITCELL_ENTER(context);
    Stream* const stream = find_stream(context, handle);
    if (stream == nullptr) return kInvalidHandle;
    if (stream->queue.empty()) return kSuccess;
    // Time passes: one operation at each question, so that a loop of them ends.
    const int status = run_first(stream);
    return status != 0 ? status : static_cast<int>(kNotReady);
}

UNITCELL_API int cuStreamGetFlags(Stream* handle, unsigned* flags) {
    UNITCELL_ENTER(context);
    Stream* const stream = find_stream(context, handle);
    if (stream == nullptr) return kInvalidHandle;
    if (flags == nullptr) return kInvalidValue;
    *flags = stream->flags;
    return kSuccess;
}

UNITCELL_API int cuStreamGetPriority(Stream* handle, int* priority) {
    UNITCELL_ENTER(context);
    Stream* const stream = find_stream(context, handle);
    if (stream == nullptr) return kInvalidHandle;
    if (priority == nullptr) return kInvalidValue;
    *priority = stream->priority;
    return kSuccess;
}

UNITCELL_API int cuStreamGetCtx(Stream* handle, Context** of) {
    UNITCELL_ENTER(context);
    Stream* const stream = find_stream(context, handle);
    if (stream == nullptr) return kInvalidHandle;
    if (of == nullptr) return kInvalidValue;
    *of = stream->context;
    return kSuccess;
}

UNITCELL_API int cuStreamWaitEvent(Stream* handle, Event* event, unsigned) {
    UNITCELL_ENTER(context);
    Stream* const stream = find_stream(context, handle);
    if (stream == nullptr || !is_handle(event, Handle::kEvent)) return kInvalidHandle;
    if (event->mark == nullptr || event->mark->complete) return kSuccess;
    enqueue(stream, [] { return static_cast<int>(kSuccess); }, {event->position});
    return kSuccess;
}

// ---- events --------------------------------------------------------------------------------------------------------

UNITCELL_API int cuEventCreate(Event** event, unsigned flags) {
    UNITCELL_ENTER(context);
    if (event == nullptr) return kInvalidValue;
    *event = new Event{context, flags, nullptr, {}};
    events().insert(*event);
    add_handle(*event, Handle::kEvent);
    return kSuccess;
}

UNITCELL_API int cuEventDestroy_v2(Event* event) {
    UNITCELL_ENTER(context);
    if (!is_handle(event, Handle::kEvent)) return kInvalidHandle;
    remove_handle(event);
    events().erase(event);
    delete event;
    return kSuccess;
}

UNITCELL_API int cuEventRecord(Event* event, Stream* handle) {
    UNITCELL_ENTER(context);
    Stream* const stream = find_stream(context, handle);
    if (stream == nullptr || !is_handle(event, Handle::kEvent)) return kInvalidHandle;
    const auto mark = std::make_shared<Mark>();
    event->mark = mark;
    const int status = submit(stream, [mark] {
        mark->complete = true;
        mark->seconds = seconds_now();
        return static_cast<int>(kSuccess);
    });
    event->position = {stream->number, stream->submitted};
    return status;
}

UNITCELL_API int cuEventRecordWithFlags(Event* event, Stream* handle, unsigned) {
    return cuEventRecord(event, handle);
}

UNITCELL_API int cuEventSynchronize(Event* event) {
    UNITCELL_ENTER(context);
    if (!is_handle(event, Handle::kEvent)) return kInvalidHandle;
    if (event->mark == nullptr || event->mark->complete) return kSuccess;
    const auto found = streams().find(event->position.stream);
    return found == streams().end() ? static_cast<int>(kSuccess) : run_upto(found->second, event->position.upto);
}

UNITCELL_API int cuEventQuery(Event* event) {
    UNITCELL_ENTER(context);
    if (!is_handle(event, Handle::kEvent)) return kInvalidHandle;
    if (event->mark == nullptr || event->mark->complete) return kSuccess;
    const auto found = streams().find(event->position.stream);
    if (found == streams().end() || found->second->queue.empty()) return kSuccess;
    const int status = run_first(found->second);
    return status != 0 ? status : static_cast<int>(kNotReady);
}

UNITCELL_API int cuEventElapsedTime(float* milliseconds, Event* start, Event* end) {
    UNITCELL_ENTER(context);
    if (milliseconds == nullptr) return kInvalidValue;
    if (!is_handle(start, Handle::kEvent) || !is_handle(end, Handle::kEvent)) return kInvalidHandle;
    if (!start->timed() || !end->timed() || start->mark == nullptr || end->mark == nullptr) return kInvalidHandle;
    if (!start->mark->complete || !end->mark->complete) return kNotReady;
    *milliseconds = static_cast<float>((end->mark->seconds - start->mark->seconds) * 1e3);
    return kSuccess;
}
