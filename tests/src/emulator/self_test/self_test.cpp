// The self-test of the emulator: drives it through the driver API as a program would. Usage:
//   self_test MODULE.ptx            all checks; prints one line, exit status 1 if one failed
//   self_test MODULE.ptx measure    throughput of a few kernels
//   self_test MODULE.ptx environment    the settings that self-test.sh makes in the environment
//   self_test MODULE.ptx init STATUS    cuInit has to give this status
//
// Memory convention: one module is loaded at a time, loaded_module.
#include <ctime>

#include "device.h"

void* loaded_module;
static std::string image;

void reset_device() {
    MUST(cuDevicePrimaryCtxReset_v2(0));
    MUST(cuModuleLoadData(&loaded_module, image.c_str()));
}

static double seconds() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/** The shortest of several runs. */
template <class Run>
static double best(Run run) {
    double shortest = 1e9;
    for (int i = 0; i < 7; i++) {
        const double start = seconds();
        MUST(run());
        shortest = std::min(shortest, seconds() - start);
    }
    return shortest;
}

static void measure() {
    const int n = 1 << 22;
    const Pointer x = upload(std::vector<float>(n, 1.0f)), y = upload(std::vector<float>(n, 1.0f));
    double t = best([&] { return launch("axpy_f32", {.grid_x = n / 256, .block_x = 256}, y, x, 0.5f, 1ll * n); });
    printf("axpy, one element a thread   %8.1f M threads/s\n", n / t / 1e6);
    t = best([&] { return launch("axpy4_f32", {.grid_x = n / 1024, .block_x = 256}, y, x, 0.5f, n / 4); });
    printf("axpy, four elements a thread %8.1f M threads/s\n", n / 4 / t / 1e6);
    t = best([&] { return launch("shuffles_f32", {.grid_x = 1024, .block_x = 256}, x, 20); });
    printf("block of 256, 20 shuffles    %8.3f ms\n", t / 1024 * 1e3);
    t = best([&] { return launch("barriers_f32", {.grid_x = 1024, .block_x = 256}, x, 20); });
    printf("block of 256, 20 barriers    %8.3f ms\n", t / 1024 * 1e3);
    t = best([&] { return launch("softmax_f32", {.grid_x = 512, .block_x = 256, .dynamic_bytes = 4000}, y, x, 1000); });
    printf("softmax [512, 1000]          %8.1f M elements/s\n", 512000 / t / 1e6);
    const Shape tiles{.grid_x = 4, .grid_y = 4, .block_x = 16, .block_y = 16};
    t = best([&] { return launch("sgemm_f32", tiles, y, x, x, 256, 256, 256); });
    printf("sgemm 256^3                  %8.2f GFLOP/s\n", 2.0 * 256 * 256 * 256 / t / 1e9);
    t = best([&] {
        for (int i = 0; i < 1000; i++) MUST(launch("axpy_f32", {.block_x = 32}, y, x, 0.5f, 32ll));
        return 0;
    });
    printf("small launch                 %8.2f us\n", t / 1000 * 1e6);
    MUST(cuMemFree_v2(x));
    MUST(cuMemFree_v2(y));
    t = best([&] {
        for (int i = 0; i < 1000; i++) MUST(cuMemFree_v2(allocate<float>(1000)));
        return 0;
    });
    printf("allocate and free 4 KB       %8.2f us\n", t / 1000 * 1e6);
}

int main(int argc, char** argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: self_test MODULE.ptx [measure | environment | init STATUS]\n");
        return 2;
    }
    FILE* const file = fopen(argv[1], "r");
    if (file == nullptr) {
        perror(argv[1]);
        return 2;
    }
    for (int c; (c = fgetc(file)) != EOF;) image += static_cast<char>(c);
    fclose(file);
    const std::string mode = argc > 2 ? argv[2] : "";
    if (mode == "init") return cuInit(0) == atoi(argv[3]) ? 0 : 1;
    void* context = nullptr;
    check_status(cuDevicePrimaryCtxRetain(&context, 0), 3, "a call before cuInit");
    MUST(cuInit(0));
    check_status(cuCtxSynchronize(), 201, "a call without a context");
    MUST(cuDevicePrimaryCtxRetain(&context, 0));
    MUST(cuCtxSetCurrent(context));
    MUST(cuModuleLoadData(&loaded_module, image.c_str()));
    if (mode == "measure") {
        measure();
    } else if (mode == "environment") {
        test_environment();
    } else {
        test_sound_kernels();
        test_driver();
        test_streams();
        test_faults();
    }
    MUST(cuDevicePrimaryCtxRelease_v2(0));
    check_status(cuCtxSynchronize(), 709, "a call in a context that was released");
    printf("emulator self-test: %d checks, %d failed\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
