// Modules, memory and streams of the driver: what must be refused is refused, and deferred streams show a missing wait.
//
// Memory convention: each test frees what it allocates.
#include "device.h"

static int load(const std::string& image) {
    void* m = nullptr;
    const int status = cuModuleLoadData(&m, image.c_str());
    if (status == 0) MUST(cuModuleUnload(m));
    return status;
}

static void test_modules() {
    const std::string header = ".version 7.0\n.target sm_80\n.address_size 64\n";
    const std::string good = ".visible .entry axpy_f32(\n.param .u64 a,\n.param .u64 .ptr .global .align 4 b,\n"
                             ".param .f32 c, // comment (\n.param .u64 d\n)\n.maxntid 256, 1, 1\n.minnctapersm 2\n"
                             "{ ret; { } }\n";
    check_status(load(header + good), 0, "a fitting module");
    check_status(load(header + ".visible .entry axpy_f32(.param .u64 a) { ret; }"), 200, "other parameters");
    check_fault("stale module: kernel axpy_f32 has parameters of (8) bytes in the module and of (8, 8, 4, 8)");
    check_status(load(header + good + ".visible .entry gone_f32() { ret; }"), 200, "an unknown kernel");
    check_fault("stale module: kernel gone_f32");
    check_status(load("no PTX"), 200, "no PTX");
    check_status(load(".version 9.0\n.target sm_80\n" + good), 222, "PTX 9.0 on driver 12.8");
    check_fault("needs a driver of version 13000");
    check_status(load(".version 8.7\n.target sm_80\n" + good), 0, "PTX 8.7 on driver 12.8");
    check_status(load(".version 8.8\n.target sm_80\n" + good), 222, "PTX 8.8 on driver 12.8");
    check_status(load(".version 8.0\n.target sm_100\n" + good), 209, "PTX for sm_100");
    unitcell_emulator_driver(13000);
    check_status(load(".version 9.0\n.target sm_80\n" + good), 0, "PTX 9.0 on driver 13.0");
    unitcell_emulator_driver(12080);
    check_status(load(std::string("\x50\xED\x55\xBA", 4) + "..."), 222, "a fatbin");
    check_status(load("\x7f" "ELF..."), 222, "a cubin");
    void* f = nullptr;
    check_status(cuModuleGetFunction(&f, loaded_module, "gone_f32"), 500, "a function that is not there");
    check_status(cuLaunchKernel(&f, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr), 400, "a stale handle");
    Pointer table = 0;
    size_t bytes = 0;
    MUST(cuModuleGetGlobal_v2(&table, &bytes, loaded_module, "unitcell_self_test_table"));
    check(bytes == 16 && download<int>(table, 4)[2] == 4, "a constant can be found and read");
    check_status(cuModuleGetGlobal_v2(&table, &bytes, loaded_module, "printf"), 500, "a variable that is not there");
    check_status(cuGraphCreate(&f, 0), 801, "an entry point that is not emulated");
    check(unitcell_emulator_kernel(0) != nullptr && unitcell_emulator_kernel(1000) == nullptr, "kernels can be listed");
}

static void test_memory() {
    float host[4] = {1, 2, 3, 4}, back[4] = {};
    const Pointer x = allocate<float>(4);
    check(x % 256 == 0, "allocations are aligned to 256 bytes");
    check(unitcell_emulator_live_bytes() == 16 && unitcell_emulator_live_allocations() == 1, "live memory is counted");
    MUST(cuMemcpyHtoD_v2(x, host, 16));
    MUST(cuMemcpyDtoH_v2(back + 1, x + 4, 12));
    check(back[1] == 2 && back[3] == 4, "a copy to the device and back");
    check_status(cuMemcpyHtoD_v2(x, host, 20), 1, "a copy beyond the end");
    check_status(cuMemcpyHtoD_v2(reinterpret_cast<Pointer>(back), host, 16), 1, "a host address as target");
    check_fault("cuMemcpyHtoD: 16 bytes at the target address");
    check_status(cuMemcpyDtoH_v2(reinterpret_cast<void*>(x), x, 16), 1, "a device address as host target");
    check_status(cuMemcpyHtoD_v2(x, reinterpret_cast<void*>(x), 16), 1, "a device address as host source");
    check_status(cuMemsetD32_v2(x, 0, 5), 1, "a fill beyond the end");
    MUST(cuMemFree_v2(x));
    check_status(cuMemFree_v2(x), 1, "freeing twice");
    check_status(cuMemcpyDtoH_v2(back, x, 16), 1, "a copy from freed memory");

    unitcell_emulator_memory(1);
    Pointer a = 0, b = 0;
    size_t available = 0, total = 0;
    MUST(cuMemAlloc_v2(&a, 1 << 19));
    check_status(cuMemAlloc_v2(&b, (1 << 19) + 1), 2, "more memory than there is");
    MUST(cuMemGetInfo_v2(&available, &total));
    check(available == 1 << 19 && total == 1 << 20, "free and total memory");
    MUST(cuMemAlloc_v2(&b, 1 << 19));
    MUST(cuMemFree_v2(a));
    MUST(cuMemFree_v2(b));
    unitcell_emulator_memory(4096);
}

void test_driver() {
    test_modules();
    test_memory();
}

void test_streams() {
    MUST(unitcell_emulator_deferred(1));
    const int n = 1000;
    void *producer = nullptr, *consumer = nullptr, *event = nullptr, *pinned = nullptr;
    MUST(cuStreamCreate(&producer, 1));
    MUST(cuStreamCreate(&consumer, 1));
    MUST(cuEventCreate(&event, 0));
    MUST(cuMemAllocHost_v2(&pinned, n * 4));
    float* const buffer = static_cast<float*>(pinned);
    const Pointer x = upload(std::vector<float>(n, 0.0f)), y = upload(std::vector<float>(n, 1.0f));
    const Shape fill{.grid_x = 4, .block_x = 256, .stream = producer};
    const Shape add{.grid_x = 4, .block_x = 256, .stream = consumer};

    // The consumer does not wait for the producer.
    MUST(launch("fault_fill_f32", fill, x, 2.0f, n));
    MUST(launch("axpy_f32", add, y, x, 1.0f, static_cast<long long>(n)));
    MUST(cuStreamSynchronize(consumer));
    check(download<float>(y, n)[5] == 1.0f, "without an event the consumer sees old values");
    MUST(cuStreamSynchronize(producer));

    // It does.
    MUST(launch("fault_fill_f32", fill, x, 3.0f, n));
    MUST(cuEventRecord(event, producer));
    MUST(cuStreamWaitEvent(consumer, event, 0));
    MUST(launch("axpy_f32", add, y, x, 1.0f, static_cast<long long>(n)));
    check_status(cuStreamQuery(consumer), 600, "a stream with work");
    MUST(cuStreamSynchronize(consumer));
    check(download<float>(y, n)[5] == 4.0f, "with an event the consumer sees new values");

    // A page-locked buffer is written again before its copy has run.
    for (int i = 0; i < n; i++) buffer[i] = 10.0f;
    MUST(cuMemcpyHtoDAsync_v2(x, buffer, n * 4, producer));
    for (int i = 0; i < n; i++) buffer[i] = 20.0f;
    MUST(cuStreamSynchronize(producer));
    check(download<float>(x, n)[5] == 20.0f, "a page-locked buffer that is used again too early spoils its copy");
    // Ordinary memory is taken at once.
    std::vector<float> ordinary(n, 30.0f);
    MUST(cuMemcpyHtoDAsync_v2(x, ordinary.data(), n * 4, producer));
    ordinary.assign(n, 40.0f);
    MUST(cuStreamSynchronize(producer));
    check(download<float>(x, n)[5] == 30.0f, "a copy from ordinary memory takes its bytes at once");
    // A result is read before its copy has run.
    MUST(cuMemcpyDtoHAsync_v2(buffer, x, n * 4, producer));
    check(buffer[5] == 20.0f, "a result that is read too early is the old one");
    MUST(cuEventRecord(event, producer));
    MUST(cuEventSynchronize(event));
    check(buffer[5] == 30.0f, "after the event it is there");

    // Blocking streams come before a synchronous copy, others do not.
    void* blocking = nullptr;
    MUST(cuStreamCreate(&blocking, 0));
    MUST(launch("fault_fill_f32", {.grid_x = 4, .block_x = 256, .stream = blocking}, x, 5.0f, n));
    check(download<float>(x, n)[5] == 5.0f, "a synchronous copy waits for blocking streams");
    MUST(launch("fault_fill_f32", fill, x, 6.0f, n));
    check(download<float>(x, n)[5] == 5.0f, "and not for the others");
    MUST(cuCtxSynchronize());
    check(download<float>(x, n)[5] == 6.0f, "the context waits for all");

    // A fault shows when something waits.
    MUST(launch("fault_null_f32", {.block_x = 32, .stream = producer}, Pointer{0}));
    check_status(cuStreamSynchronize(producer), 700, "a fault of queued work");
    reset_device();
    MUST(unitcell_emulator_deferred(0));
}

/** The settings of the environment that self-test.sh sets: all but the default. */
void test_environment() {
    int version = 0, devices = 0;
    size_t bytes = 0;
    MUST(cuDriverGetVersion(&version));
    MUST(cuDeviceGetCount(&devices));
    MUST(cuDeviceTotalMem_v2(&bytes, 1));
    check(version == 12000 && devices == 2 && bytes == 64 << 20, "driver, devices and memory of the environment");
    check(wrong_without_barrier() == 255, "reversed order of the environment");
    const Pointer x = upload(std::vector<float>(1, 1.0f));
    void* stream = nullptr;
    MUST(cuStreamCreate(&stream, 1));
    MUST(launch("fault_fill_f32", {.block_x = 32, .stream = stream}, x, 2.0f, 1));
    check(download<float>(x, 1)[0] == 1.0f, "deferred streams of the environment");
    MUST(cuCtxSynchronize());
    check(download<float>(x, 1)[0] == 2.0f, "deferred streams run when the context is synchronised");
}
