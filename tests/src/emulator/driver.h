// The state behind the driver API: contexts and what belongs to them, handles, errors.
//
// Every entry point takes the driver's lock, so that one call runs at a time. Status codes are the numbers of CUresult
// (NVIDIA CUDA Driver API reference).
//
// Memory convention: a context owns its allocations, modules, streams and events; destroying or resetting it frees
// them. Handles are addresses of these objects and are looked up before use, so a stale one is an error, not a crash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime.h"

#define UNITCELL_API extern "C" __attribute__((visibility("default")))

namespace emulation {

enum Status : int {
    kSuccess = 0,
    kInvalidValue = 1,
    kOutOfMemory = 2,
    kNotInitialised = 3,
    kNoDevice = 100,
    kInvalidDevice = 101,
    kInvalidImage = 200,
    kInvalidContext = 201,
    kNoBinaryForGpu = 209,
    kUnsupportedPtxVersion = 222,
    kInvalidHandle = 400,
    kNotFound = 500,
    kNotReady = 600,
    kIllegalAddress = 700,
    kContextIsDestroyed = 709,
    kAssert = 710,
    kMisalignedAddress = 716,
    kLaunchFailed = 719,
    kNotSupported = 801,
};

struct Stream;

struct Context {
    int device = 0;
    bool primary = false;
    bool alive = false;
    int retains = 0;
    int sticky = 0;               // the error of a kernel that failed: every call returns it from then on
    Stream* null_stream = nullptr;
    size_t limits[3] = {1024, 1 << 20, 8 << 20};
    Context();
};

/** What the environment or a test asks for. */
struct Settings {
    int devices;
    int driver_version;
    size_t memory_bytes;          // of each device
    bool deferred;                // streams run only when something waits for them
};

extern std::recursive_mutex driver_lock;
extern Settings settings;
extern bool initialised;

// ---- contexts ------------------------------------------------------------------------------------------------------

/** The context of the calling thread if a call can go on in it; otherwise the status to return. */
int enter(Context** context);

Context* current_context();
void set_current_context(Context* context);
bool push_context(Context* context);
Context* pop_context();

Context* primary_context(int device);

/** Frees all that belongs to the context and forgets its error. */
void clear_context(Context* context);

// ---- handles -------------------------------------------------------------------------------------------------------

enum class Handle : int { kContext, kModule, kFunction, kStream, kEvent };

void add_handle(const void* handle, Handle kind);
bool is_handle(const void* handle, Handle kind);
void remove_handle(const void* handle);

// ---- errors --------------------------------------------------------------------------------------------------------

const char* error_name(int status);
const char* error_meaning(int status);

/** Keeps the text of a fault for unitcell_emulator_fault() and prints it; gives the status back. */
int report(int status, const std::string& text);

/** Reports the fault of a kernel, which the context never recovers from unless it is a mere refusal. */
int fail_context(Context* context, int status, const std::string& text);

const char* last_fault();

// ---- modules -------------------------------------------------------------------------------------------------------

struct Module;

struct Function {
    Kernel* kernel;
    Module* module;
    Context* context;
    int max_threads;              // from .maxntid, or 1024
    int max_dynamic_bytes;
};

void clear_modules(Context* context);

/** Whether these bytes lie in a __constant__ or __device__ variable that cuModuleGetGlobal has handed out. */
bool in_global_variable(uintptr_t address, size_t bytes);

// ---- memory --------------------------------------------------------------------------------------------------------

/** Whether the host may not touch these bytes until a copy has ended: page-locked memory. */
bool is_pinned(const void* address, size_t bytes);

void clear_memory(Context* context);

}  // namespace emulation

/** Begins every entry point that needs a context. */
#define UNITCELL_ENTER(context)                                                            \
    std::lock_guard<std::recursive_mutex> entered(::emulation::driver_lock);               \
    ::emulation::Context* context = nullptr;                                               \
    if (const int unusable = ::emulation::enter(&context); unusable != 0) return unusable

/** Begins entry points that need only cuInit. */
#define UNITCELL_ENTER_INITIALISED()                                                       \
    std::lock_guard<std::recursive_mutex> entered(::emulation::driver_lock);               \
    if (!::emulation::initialised) return ::emulation::kNotInitialised
