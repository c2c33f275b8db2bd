// The few calls of the driver API that the self-test makes, and short ways to make them.
//
// Memory convention: device pointers are plain numbers; the tests free what they allocate or reset the device.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

extern "C" {
int cuInit(unsigned);
int cuDriverGetVersion(int*);
int cuDeviceGet(int*, int);
int cuDeviceGetName(char*, int, int);
int cuDeviceGetCount(int*);
int cuDeviceTotalMem_v2(size_t*, int);
int cuDevicePrimaryCtxRetain(void**, int);
int cuDevicePrimaryCtxRelease_v2(int);
int cuDevicePrimaryCtxReset_v2(int);
int cuCtxSetCurrent(void*);
int cuCtxSynchronize();
int cuModuleLoadData(void**, const void*);
int cuModuleUnload(void*);
int cuModuleGetFunction(void**, void*, const char*);
int cuModuleGetGlobal_v2(unsigned long long*, size_t*, void*, const char*);
int cuFuncSetAttribute(void*, int, int);
int cuLaunchKernel(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**, void**);
int cuMemAlloc_v2(unsigned long long*, size_t);
int cuMemFree_v2(unsigned long long);
int cuMemGetInfo_v2(size_t*, size_t*);
int cuMemAllocHost_v2(void**, size_t);
int cuMemFreeHost(void*);
int cuMemcpyHtoD_v2(unsigned long long, const void*, size_t);
int cuMemcpyHtoDAsync_v2(unsigned long long, const void*, size_t, void*);
int cuMemcpyDtoH_v2(void*, unsigned long long, size_t);
int cuMemcpyDtoHAsync_v2(void*, unsigned long long, size_t, void*);
int cuMemsetD32_v2(unsigned long long, unsigned, size_t);
int cuStreamCreate(void**, unsigned);
int cuStreamDestroy_v2(void*);
int cuStreamSynchronize(void*);
int cuStreamQuery(void*);
int cuStreamWaitEvent(void*, void*, unsigned);
int cuEventCreate(void**, unsigned);
int cuEventRecord(void*, void*);
int cuEventSynchronize(void*);
int cuEventElapsedTime(float*, void*, void*);
int cuGraphCreate(void*, unsigned);
int unitcell_emulator_order(int, unsigned long long);
int unitcell_emulator_deferred(int);
void unitcell_emulator_driver(int);
void unitcell_emulator_memory(unsigned long long);
const char* unitcell_emulator_fault();
int unitcell_emulator_check();
unsigned long long unitcell_emulator_launches(const char*);
const char* unitcell_emulator_kernel(int);
unsigned long long unitcell_emulator_live_bytes();
unsigned long long unitcell_emulator_live_allocations();
}

using Pointer = unsigned long long;

inline int failures = 0;
inline int checks = 0;

/** Counts a check and prints it if it failed. */
inline bool check(bool holds, const std::string& what) {
    checks++;
    if (!holds) {
        failures++;
        printf("FAILED: %s\n", what.c_str());
    }
    return holds;
}

inline bool check_status(int found, int expected, const std::string& what) {
    return check(found == expected, what + ": status " + std::to_string(found) + ", expected " +
                                        std::to_string(expected) + " (last fault: " + unitcell_emulator_fault() + ")");
}

/** A call that has to succeed. */
inline void must(int status, const char* what) {
    if (!check_status(status, 0, what)) exit(1);
}
#define MUST(call) must(call, #call)

/** The text of the last fault has to contain this. */
inline void check_fault(const std::string& expected) {
    const std::string found = unitcell_emulator_fault();
    check(found.find(expected) != std::string::npos, "fault text '" + found + "' does not contain '" + expected + "'");
}

extern void* loaded_module;

template <class T>
Pointer allocate(size_t count) {
    Pointer p = 0;
    MUST(cuMemAlloc_v2(&p, count * sizeof(T)));
    return p;
}

template <class T>
Pointer upload(const std::vector<T>& values) {
    const Pointer p = allocate<T>(values.size());
    MUST(cuMemcpyHtoD_v2(p, values.data(), values.size() * sizeof(T)));
    return p;
}

template <class T>
std::vector<T> download(Pointer p, size_t count) {
    std::vector<T> values(count);
    MUST(cuMemcpyDtoH_v2(values.data(), p, count * sizeof(T)));
    return values;
}

struct Shape {
    unsigned grid_x = 1, grid_y = 1, block_x = 1, block_y = 1, dynamic_bytes = 0;
    void* stream = nullptr;
};

inline void* function(const char* name) {
    void* f = nullptr;
    MUST(cuModuleGetFunction(&f, loaded_module, name));
    return f;
}

template <class... P>
int launch(const char* name, Shape s, P... values) {
    void* parameters[sizeof...(P) + 1] = {&values...};
    return cuLaunchKernel(function(name), s.grid_x, s.grid_y, 1, s.block_x, s.block_y, 1, s.dynamic_bytes, s.stream,
                          parameters, nullptr);
}

/** Makes device 0 usable again after a fault and loads the module anew. */
void reset_device();

/** Launches the kernel without a barrier in the present order; gives how many of its 255 results are wrong. */
int wrong_without_barrier();

void test_sound_kernels();
void test_faults();
void test_driver();
void test_streams();
void test_environment();
