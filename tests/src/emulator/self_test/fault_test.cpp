// Planted faults are caught, with the right status and a text that says where.
//
// Memory convention: the device is reset after every fault, which frees everything.
#include <cmath>

#include "device.h"

/** Launches a kernel that must fail; the error must stay until the device is reset. */
template <class... P>
static void expect(int status, const char* text, const char* kernel, Shape shape, P... values) {
    check_status(launch(kernel, shape, values...), status, kernel);
    check_fault(std::string("kernel ") + kernel + ", block (");
    check_fault(text);
    Pointer p = 0;
    check_status(cuMemAlloc_v2(&p, 4), status, std::string("allocation after ") + kernel);
    check_status(cuCtxSynchronize(), status, std::string("synchronisation after ") + kernel);
    reset_device();
}

static void test_global_memory() {
    for (int order = 0; order < 3; order++) {
        MUST(unitcell_emulator_order(order, 7));
        Pointer x = allocate<float>(1024);
        expect(700, "illegal write to", "fault_write_behind_f32", {.grid_x = 5, .block_x = 256}, x, 1024);
        check_fault("0 bytes behind the end of live memory of 4096 bytes");
        const std::string thread = order == 2 ? "thread (0,0,0)" : "block (4,0,0) of (5,1,1): thread (0,0,0)";
        check_fault(thread);
    }
    MUST(unitcell_emulator_order(0, 0));
    Pointer x = allocate<float>(1024), sum = allocate<float>(1);
    expect(700, "illegal read of", "fault_read_behind_f32", {.block_x = 32}, sum, x, 1024);
    expect(700, "near null", "fault_null_f32", {.block_x = 32}, Pointer{0});

    // Enough blocks that helper threads join in: the last one fails, on whichever thread it runs.
    for (int i = 0; i < 5; i++) {
        x = allocate<float>(1 << 20);
        expect(700, "block (4096,0,0) of (4097,1,1): thread (0,0,0): illegal write", "fault_write_behind_f32",
               {.grid_x = 4097, .block_x = 256}, x, 1 << 20);
    }

    // 3 elements end within the rounded size: the write is found by the pattern.
    x = allocate<float>(3);
    MUST(launch("fault_write_behind_f32", {.block_x = 32}, x, 3));
    check(unitcell_emulator_check() == 1, "a write into the slack of an allocation is found");
    check_fault("a write 0 bytes behind the end of device memory of 12 bytes");
    check_status(cuMemFree_v2(x), 700, "freeing memory that was written beyond its end");
    reset_device();

    x = allocate<float>(256);
    MUST(cuMemFree_v2(x));
    expect(700, "of freed memory of 1024 bytes", "fault_fill_f32", {.block_x = 256}, x, 1.0f, 256);
    expect(700, "illegal write to address 0x7000000000", "fault_fill_f32", {.block_x = 256}, Pointer{0x7000000000},
           1.0f, 1);

    const Pointer fresh = allocate<float>(16);
    check(std::isnan(download<float>(fresh, 16)[5]), "fresh memory is not a number");
    MUST(cuMemFree_v2(fresh));
    x = allocate<float>(64);
    expect(716, "misaligned", "fault_misaligned_f32", {}, x);
}

int wrong_without_barrier() {
    std::vector<float> values(256);
    for (int i = 0; i < 256; i++) values[i] = static_cast<float>(i);
    const Pointer from = upload(values), to = allocate<float>(256);
    MUST(launch("fault_missing_barrier_f32", {.block_x = 256}, to, from));
    const auto result = download<float>(to, 256);
    int wrong = 0;
    for (int i = 1; i < 256; i++) wrong += result[i] != values[i - 1];
    MUST(cuMemFree_v2(from));
    MUST(cuMemFree_v2(to));
    return wrong;
}

static void test_barriers() {
    const Pointer x = allocate<float>(256);
    expect(719, "100 threads at __syncthreads (line", "fault_divergent_barrier_f32", {.grid_x = 2, .block_x = 256}, x);
    check_fault("156 exited of 256");
    expect(719, "different __syncthreads", "fault_two_barriers_f32", {.block_x = 64}, allocate<float>(64));
    expect(719, "16 at a warp collective", "fault_missing_lanes_f32", {.block_x = 32}, allocate<float>(32));

    int wrong[3] = {};
    for (int order = 0; order < 3; order++) {
        MUST(unitcell_emulator_order(order, 11));
        wrong[order] = wrong_without_barrier();
    }
    MUST(unitcell_emulator_order(0, 0));
    check(wrong[0] == 0 && wrong[1] == 255 && wrong[2] > 60 && wrong[2] < 200,
          "a missing barrier: " + std::to_string(wrong[0]) + ", " + std::to_string(wrong[1]) + " and " +
              std::to_string(wrong[2]) + " wrong of 255 in the three orders");
}

static void test_shared_memory() {
    expect(700, "shared memory overrun: a write behind 'row' (256 bytes)", "fault_shared_overrun_f32", {.block_x = 64},
           allocate<float>(64), 1);
    Pointer x = allocate<float>(64);
    MUST(launch("fault_shared_overrun_f32", {.block_x = 64}, x, 0));
    MUST(launch("fault_dynamic_overrun_f32", {.block_x = 64, .dynamic_bytes = 400}, x, 99));
    expect(700, "shared memory overrun", "fault_dynamic_overrun_f32", {.block_x = 64, .dynamic_bytes = 400}, x, 100);
    expect(700, "shared memory overrun", "fault_dynamic_overrun_f32", {.block_x = 64, .dynamic_bytes = 396},
           allocate<float>(64), 99);
    expect(700, "shared memory overrun", "fault_dynamic_overrun_f32", {.block_x = 64, .dynamic_bytes = 400},
           allocate<float>(64), -1);
    expect(700, "shared memory overrun", "fault_dynamic_overrun_f32", {.block_x = 64}, allocate<float>(64), 0);

    x = allocate<float>(64);
    MUST(launch("fault_uninitialised_shared_f32", {.block_x = 64}, x));
    const auto result = download<float>(x, 64);
    check(std::isnan(result[0]) && result[1] == 1.0f, "shared memory that nobody wrote is not a number");
    MUST(cuMemFree_v2(x));
}

static void test_other_faults() {
    expect(700, "stack overflow", "fault_stack_overflow_f32", {.block_x = 64}, allocate<float>(64), 1000);
    Pointer x = allocate<float>(64);
    MUST(launch("fault_stack_overflow_f32", {.block_x = 64}, x, 10));
    expect(710, "assertion failed", "fault_assert_f32", {.block_x = 64}, x, 63);
    expect(719, "division by zero", "fault_division_i32", {.block_x = 64}, allocate<int>(64), 0);
}

static void test_refused_launches() {
    const Pointer x = allocate<float>(16);
    const auto status = [&](Shape shape) { return launch("fault_fill_f32", shape, x, 1.0f, 16); };
    check_status(status({.block_x = 1025}), 1, "1025 threads");
    check_status(status({.block_x = 64, .block_y = 32}), 1, "2048 threads");
    check_status(status({.grid_x = 1, .grid_y = 65536, .block_x = 32}), 1, "65536 rows of blocks");
    check_status(status({.grid_x = 0, .block_x = 32}), 1, "no blocks");
    check_status(status({.block_x = 32, .dynamic_bytes = 49153}), 1, "49153 shared bytes");
    check_fault("fault_fill_f32 cannot be launched");
    MUST(cuFuncSetAttribute(function("fault_fill_f32"), 8, 227 << 10));
    MUST(launch("fault_fill_f32", {.block_x = 32, .dynamic_bytes = 227 << 10}, x, 1.0f, 16));
    check_status(cuFuncSetAttribute(function("fault_fill_f32"), 8, (227 << 10) + 1), 1, "more than 227 KiB");
    check(download<float>(x, 16)[15] == 1.0f, "a refused launch leaves the device usable");
    MUST(cuMemFree_v2(x));
}

void test_faults() {
    test_global_memory();
    test_barriers();
    test_shared_memory();
    test_other_faults();
    test_refused_launches();
}
