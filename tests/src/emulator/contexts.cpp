// Contexts: which one a thread has, how one is made, cleared and destroyed; and the table of handles.
//
// Memory convention: primary contexts live until the process ends; others until cuCtxDestroy.
#include <unordered_map>

#include "driver.h"
#include "streams.h"

namespace emulation {

std::recursive_mutex driver_lock;
bool initialised;

namespace {

constexpr int kDepth = 16;

/** Plain data: needs no destructor when a thread ends. */
thread_local struct {
    Context* contexts[kDepth];
    int count;
} stack;

std::unordered_map<const void*, Handle>& handles() {
    static auto* const table = new std::unordered_map<const void*, Handle>();
    return *table;
}

}  // namespace

Context::Context() : null_stream(make_stream(this, 0, 0)) {}

Context* current_context() {
    return stack.count > 0 ? stack.contexts[stack.count - 1] : nullptr;
}

void set_current_context(Context* context) {
    if (stack.count == 0) {
        if (context != nullptr) stack.contexts[stack.count++] = context;
    } else if (context == nullptr) {
        stack.count--;
    } else {
        stack.contexts[stack.count - 1] = context;
    }
}

bool push_context(Context* context) {
    if (stack.count == kDepth) return false;
    stack.contexts[stack.count++] = context;
    return true;
}

Context* pop_context() {
    return stack.count > 0 ? stack.contexts[--stack.count] : nullptr;
}

int enter(Context** context) {
    if (!initialised) return kNotInitialised;
    *context = current_context();
    if (*context == nullptr) return kInvalidContext;
    if (!is_handle(*context, Handle::kContext) || !(*context)->alive) return kContextIsDestroyed;
    return (*context)->sticky;
}

Context* primary_context(int device) {
    static auto* const contexts = new std::vector<Context*>();
    while (static_cast<int>(contexts->size()) <= device) {
        Context* c = new Context();
        c->device = static_cast<int>(contexts->size());
        c->primary = true;
        contexts->push_back(c);
        add_handle(c, Handle::kContext);
    }
    return (*contexts)[static_cast<size_t>(device)];
}

void clear_context(Context* context) {
    drop_streams(context);
    clear_modules(context);
    clear_memory(context);
    context->sticky = 0;
}

void add_handle(const void* handle, Handle kind) {
    handles()[handle] = kind;
}

bool is_handle(const void* handle, Handle kind) {
    const auto found = handles().find(handle);
    return found != handles().end() && found->second == kind;
}

void remove_handle(const void* handle) {
    handles().erase(handle);
}

}  // namespace emulation

using namespace emulation;

static bool valid_device(int device) {
    return device >= 0 && device < settings.devices;
}

// ---- primary contexts ----------------------------------------------------------------------------------------------

UNITCELL_API int cuDevicePrimaryCtxRetain(Context** context, int device) {
    UNITCELL_ENTER_INITIALISED();
    if (context == nullptr) return kInvalidValue;
    if (!valid_device(device)) return kInvalidDevice;
    *context = primary_context(device);
    (*context)->retains++;
    (*context)->alive = true;
    return kSuccess;
}

UNITCELL_API int cuDevicePrimaryCtxRelease_v2(int device) {
    UNITCELL_ENTER_INITIALISED();
    if (!valid_device(device)) return kInvalidDevice;
    Context* const context = primary_context(device);
    if (context->retains == 0) return kInvalidContext;
    if (--context->retains == 0) {
        run_everything(context);
        clear_context(context);
        context->alive = false;
    }
    return kSuccess;
}

UNITCELL_API int cuDevicePrimaryCtxReset_v2(int device) {
    UNITCELL_ENTER_INITIALISED();
    if (!valid_device(device)) return kInvalidDevice;
    clear_context(primary_context(device));
    return kSuccess;
}

UNITCELL_API int cuDevicePrimaryCtxGetState(int device, unsigned* flags, int* active) {
    UNITCELL_ENTER_INITIALISED();
    if (!valid_device(device)) return kInvalidDevice;
    if (flags == nullptr || active == nullptr) return kInvalidValue;
    *flags = 0;
    *active = primary_context(device)->alive;
    return kSuccess;
}

UNITCELL_API int cuDevicePrimaryCtxSetFlags_v2(int device, unsigned) {
    UNITCELL_ENTER_INITIALISED();
    return valid_device(device) ? kSuccess : kInvalidDevice;
}

// ---- contexts of one's own -----------------------------------------------------------------------------------------

UNITCELL_API int cuCtxCreate_v2(Context** context, unsigned, int device) {
    UNITCELL_ENTER_INITIALISED();
    if (context == nullptr) return kInvalidValue;
    if (!valid_device(device)) return kInvalidDevice;
    *context = new Context();
    (*context)->device = device;
    (*context)->alive = true;
    add_handle(*context, Handle::kContext);
    return push_context(*context) ? kSuccess : kInvalidValue;
}

UNITCELL_API int cuCtxDestroy_v2(Context* context) {
    UNITCELL_ENTER_INITIALISED();
    if (!is_handle(context, Handle::kContext) || context->primary) return kInvalidContext;
    clear_context(context);
    if (current_context() == context) pop_context();
    remove_handle(context);
    free_stream(context->null_stream);
    delete context;
    return kSuccess;
}

// ---- the current context -------------------------------------------------------------------------------------------

UNITCELL_API int cuCtxSetCurrent(Context* context) {
    UNITCELL_ENTER_INITIALISED();
    if (context != nullptr && !is_handle(context, Handle::kContext)) return kInvalidContext;
    set_current_context(context);
    return kSuccess;
}

UNITCELL_API int cuCtxGetCurrent(Context** context) {
    UNITCELL_ENTER_INITIALISED();
    if (context == nullptr) return kInvalidValue;
    *context = current_context();
    return kSuccess;
}

UNITCELL_API int cuCtxPushCurrent_v2(Context* context) {
    UNITCELL_ENTER_INITIALISED();
    if (!is_handle(context, Handle::kContext)) return kInvalidContext;
    return push_context(context) ? kSuccess : kInvalidValue;
}

UNITCELL_API int cuCtxPopCurrent_v2(Context** context) {
    UNITCELL_ENTER_INITIALISED();
    Context* const popped = pop_context();
    if (popped == nullptr) return kInvalidContext;
    if (context != nullptr) *context = popped;
    return kSuccess;
}

UNITCELL_API int cuCtxGetDevice(int* device) {
    UNITCELL_ENTER(context);
    if (device == nullptr) return kInvalidValue;
    *device = context->device;
    return kSuccess;
}

UNITCELL_API int cuCtxGetApiVersion(Context*, unsigned* version) {
    UNITCELL_ENTER(context);
    if (version == nullptr) return kInvalidValue;
    *version = 3020;
    return kSuccess;
}

UNITCELL_API int cuCtxGetFlags(unsigned* flags) {
    UNITCELL_ENTER(context);
    if (flags == nullptr) return kInvalidValue;
    *flags = 0;
    return kSuccess;
}

UNITCELL_API int cuCtxSynchronize() {
    UNITCELL_ENTER(context);
    return run_everything(context);
}

UNITCELL_API int cuCtxGetLimit(size_t* value, int limit) {
    UNITCELL_ENTER(context);
    if (value == nullptr) return kInvalidValue;
    if (limit < 0 || limit > 2) return kNotSupported;
    *value = context->limits[limit];
    return kSuccess;
}

UNITCELL_API int cuCtxSetLimit(int limit, size_t value) {
    UNITCELL_ENTER(context);
    if (limit < 0 || limit > 2) return kNotSupported;
    context->limits[limit] = value;
    return kSuccess;
}

UNITCELL_API int cuCtxGetCacheConfig(int* config) {
    UNITCELL_ENTER(context);
    if (config == nullptr) return kInvalidValue;
    *config = 0;
    return kSuccess;
}

UNITCELL_API int cuCtxSetCacheConfig(int) {
    UNITCELL_ENTER(context);
    return kSuccess;
}

UNITCELL_API int cuCtxGetStreamPriorityRange(int* least, int* greatest) {
    UNITCELL_ENTER(context);
    if (least != nullptr) *least = 0;
    if (greatest != nullptr) *greatest = -5;
    return kSuccess;
}
