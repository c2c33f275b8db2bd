// The devices that the emulator pretends to have, and what the environment says about them.
//
// Memory convention: results go to the caller's memory.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "driver.h"
#include "launch.h"
#include "shared_memory.h"

namespace emulation {

static long number_of(const char* variable, long otherwise) {
    const char* const text = getenv(variable);
    return text != nullptr && *text != 0 ? strtol(text, nullptr, 10) : otherwise;
}

/** What is wrong with the environment; cuInit refuses with it. */
static std::string& complaint = *new std::string();

static void complain(const char* variable, const char* found, const char* expected) {
    complaint = std::string(variable) + " is '" + found + "'; " + expected + " was expected";
}

static Settings read_settings() {
    Settings s;
    s.devices = static_cast<int>(number_of("UNITCELL_EMULATOR_DEVICES", 1));
    s.driver_version = static_cast<int>(number_of("UNITCELL_EMULATOR_DRIVER", 12080));
    s.memory_bytes = static_cast<size_t>(number_of("UNITCELL_EMULATOR_MEMORY", 4096)) << 20;
    const char* const streams = getenv("UNITCELL_EMULATOR_STREAMS");
    s.deferred = streams != nullptr && strcmp(streams, "deferred") == 0;
    if (streams != nullptr && *streams != 0 && !s.deferred && strcmp(streams, "immediate") != 0) {
        complain("UNITCELL_EMULATOR_STREAMS", streams, "immediate or deferred");
    }
    const char* const order = getenv("UNITCELL_EMULATOR_ORDER");
    if (order != nullptr && strcmp(order, "reversed") == 0) {
        set_order(Order::kReversed, 0);
    } else if (order != nullptr && strncmp(order, "random:", 7) == 0) {
        set_order(Order::kRandom, strtoull(order + 7, nullptr, 10));
    } else if (order != nullptr && *order != 0 && strcmp(order, "normal") != 0) {
        complain("UNITCELL_EMULATOR_ORDER", order, "normal, reversed or random:SEED");
    }
    return s;
}

Settings settings = read_settings();

/** The attributes that programs ask for, by CUdevice_attribute; the others are 0. */
static int attribute(int number, int device) {
    switch (number) {
        case 1: return kMaxThreads;                 // threads per block
        case 2: case 3: return 1024;                // block x, y
        case 4: return 64;                          // block z
        case 5: return 2147483647;                  // grid x
        case 6: case 7: return 65535;               // grid y, z
        case 8: return kSharedDefaultLimit;         // shared memory per block
        case 9: return 65536;                       // constant memory
        case 10: return kWarpSize;
        case 11: return 2147483647;                 // pitch
        case 12: case 82: return 65536;             // registers per block, per multiprocessor
        case 13: return 1000000;                    // clock, kHz
        case 14: return 512;                        // texture alignment
        case 15: case 19: case 31: return 1;        // copies beside kernels, mapped host memory, concurrent kernels
        case 16: return 4;                          // multiprocessors
        case 33: return device + 1;                 // PCI bus
        case 36: return 1000000;                    // memory clock, kHz
        case 37: return 128;                        // bus width, bits
        case 38: return 4 << 20;                    // L2 cache
        case 39: return 2048;                       // threads per multiprocessor
        case 40: case 41: return 1;                 // copy engines, unified addresses
        case 75: return 9;                          // compute capability
        case 76: return 0;
        case 78: case 79: case 80: return 1;        // stream priorities, L1 for global and local memory
        case 81: return 228 << 10;                  // shared memory per multiprocessor
        case 87: return 2;                          // single to double precision
        case 97: return kSharedOptInLimit;
        case 99: return 1;                          // host memory can be registered
        case 106: return 32;                        // blocks per multiprocessor
        case 111: return 1024;                      // reserved shared memory per block
        default: return 0;
    }
}

}  // namespace emulation

using namespace emulation;

UNITCELL_API int cuInit(unsigned flags) {
    std::lock_guard<std::recursive_mutex> entered(driver_lock);
    if (flags != 0) return kInvalidValue;
    if (!complaint.empty()) return report(kInvalidValue, complaint);
    if (settings.devices < 1) return kNoDevice;
    initialised = true;
    return kSuccess;
}

UNITCELL_API int cuDriverGetVersion(int* version) {
    if (version == nullptr) return kInvalidValue;
    *version = settings.driver_version;
    return kSuccess;
}

UNITCELL_API int cuDeviceGetCount(int* count) {
    UNITCELL_ENTER_INITIALISED();
    if (count == nullptr) return kInvalidValue;
    *count = settings.devices;
    return kSuccess;
}

/** Begins the functions about one device. */
#define UNITCELL_ENTER_DEVICE(device, result)                                   \
    UNITCELL_ENTER_INITIALISED();                                               \
    if ((result) == nullptr) return kInvalidValue;                              \
    if ((device) < 0 || (device) >= settings.devices) return kInvalidDevice

UNITCELL_API int cuDeviceGet(int* device, int ordinal) {
    UNITCELL_ENTER_DEVICE(ordinal, device);
    *device = ordinal;
    return kSuccess;
}

UNITCELL_API int cuDeviceGetName(char* name, int length, int device) {
    UNITCELL_ENTER_DEVICE(device, name);
    if (length < 1) return kInvalidValue;
    snprintf(name, static_cast<size_t>(length), "Unitcell emulator (CPU)");
    return kSuccess;
}

UNITCELL_API int cuDeviceGetAttribute(int* value, int number, int device) {
    UNITCELL_ENTER_DEVICE(device, value);
    if (number < 1) return kInvalidValue;
    *value = attribute(number, device);
    return kSuccess;
}

UNITCELL_API int cuDeviceComputeCapability(int* major, int* minor, int device) {
    UNITCELL_ENTER_DEVICE(device, major);
    if (minor == nullptr) return kInvalidValue;
    *major = attribute(75, device);
    *minor = attribute(76, device);
    return kSuccess;
}

UNITCELL_API int cuDeviceTotalMem_v2(size_t* bytes, int device) {
    UNITCELL_ENTER_DEVICE(device, bytes);
    *bytes = settings.memory_bytes;
    return kSuccess;
}

UNITCELL_API int cuDeviceGetUuid(unsigned char* uuid, int device) {
    UNITCELL_ENTER_DEVICE(device, uuid);
    memcpy(uuid, "unitcell-emulat", 15);
    uuid[15] = static_cast<unsigned char>(device);
    return kSuccess;
}

UNITCELL_API int cuDeviceGetPCIBusId(char* text, int length, int device) {
    UNITCELL_ENTER_DEVICE(device, text);
    if (length < 13) return kInvalidValue;
    snprintf(text, static_cast<size_t>(length), "0000:%02x:00.0", (device + 1) & 255);
    return kSuccess;
}

UNITCELL_API int cuDeviceCanAccessPeer(int* can, int device, int) {
    UNITCELL_ENTER_DEVICE(device, can);
    *can = 0;
    return kSuccess;
}
