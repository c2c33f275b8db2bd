// Sound kernels give right results in every order of threads and blocks.
//
// Memory convention: each test frees what it allocates.
#include <cmath>
#include <cstdint>

#include "device.h"

static std::vector<float> numbers(size_t count, unsigned seed) {
    std::vector<float> values(count);
    for (float& v : values) {
        seed = seed * 1664525u + 1013904223u;
        v = static_cast<float>(seed >> 8) / (1 << 24) - 0.5f;
    }
    return values;
}

static void test_axpy(const std::string& order) {
    const int n = 100003;
    const auto x = numbers(n, 1), y = numbers(n, 2);
    const Pointer dx = upload(x), dy = upload(y);
    MUST(launch("axpy_f32", {.grid_x = (n + 255) / 256, .block_x = 256}, dy, dx, 0.5f, static_cast<long long>(n)));
    MUST(launch("axpy4_f32", {.grid_x = 7, .block_x = 96}, dy, dx, 2.0f, n / 4));
    const auto result = download<float>(dy, n);
    float worst = 0;
    for (int i = 0; i < n; i++) {
        const float expected = y[i] + 0.5f * x[i] + (i < n / 4 * 4 ? 2.0f * x[i] : 0.0f);
        worst = std::fmax(worst, std::fabs(result[i] - expected));
    }
    check(worst < 1e-6f, "axpy, order " + order + ": error " + std::to_string(worst));
    MUST(cuMemFree_v2(dx));
    MUST(cuMemFree_v2(dy));
}

static void test_softmax(const std::string& order, int rows, int columns, unsigned threads) {
    const auto x = numbers(static_cast<size_t>(rows) * columns, 3);
    const Pointer dx = upload(x), dy = allocate<float>(x.size());
    MUST(launch("softmax_f32", {.grid_x = static_cast<unsigned>(rows), .block_x = threads,
                                .dynamic_bytes = static_cast<unsigned>(columns * 4)}, dy, dx, columns));
    const auto y = download<float>(dy, x.size());
    double worst = 0;
    for (int r = 0; r < rows; r++) {
        std::vector<double> e(columns);
        double sum = 0;
        for (int c = 0; c < columns; c++) sum += e[c] = std::exp(static_cast<double>(x[r * columns + c]));
        for (int c = 0; c < columns; c++) worst = std::fmax(worst, std::fabs(y[r * columns + c] - e[c] / sum));
    }
    check(worst < 1e-6, "softmax, order " + order + ": error " + std::to_string(worst));
    MUST(cuMemFree_v2(dx));
    MUST(cuMemFree_v2(dy));
}

static void test_sgemm(const std::string& order, int m, int n, int k) {
    const auto a = numbers(static_cast<size_t>(m) * k, 4), b = numbers(static_cast<size_t>(k) * n, 5);
    const Pointer da = upload(a), db = upload(b), dc = allocate<float>(static_cast<size_t>(m) * n);
    const unsigned columns = static_cast<unsigned>(n + 63) / 64, rows = static_cast<unsigned>(m + 63) / 64;
    const Shape tiles{.grid_x = columns, .grid_y = rows, .block_x = 16, .block_y = 16};
    MUST(launch("sgemm_f32", tiles, dc, da, db, m, n, k));
    const auto c = download<float>(dc, static_cast<size_t>(m) * n);
    double worst = 0;
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int q = 0; q < k; q++) sum += static_cast<double>(a[i * k + q]) * b[q * n + j];
            worst = std::fmax(worst, std::fabs(sum - c[i * n + j]));
        }
    }
    check(worst < 1e-5, "sgemm, order " + order + ": error " + std::to_string(worst));
    for (Pointer p : {da, db, dc}) MUST(cuMemFree_v2(p));
}

static void test_block_sum(const std::string& order) {
    const int n = 5000;
    std::vector<double> x(n);
    for (int i = 0; i < n; i++) x[i] = i;
    const Pointer dx = upload(x), dy = allocate<double>(20);
    MUST(launch("block_sum_f64", {.grid_x = 20, .block_x = 256}, dy, dx, n));
    double sum = 0;
    for (double s : download<double>(dy, 20)) sum += s;
    check(sum == 0.5 * n * (n - 1), "block sum, order " + order + ": " + std::to_string(sum));
    MUST(cuMemFree_v2(dx));
    MUST(cuMemFree_v2(dy));
}

static void test_votes(const std::string& order) {
    const Pointer d = upload(std::vector<int>(8, 0));
    MUST(launch("votes_i32", {.grid_x = 3, .block_x = 80}, d));
    const auto r = download<int>(d, 8);
    int neighbours = 0;
    for (int t = 0; t < 80; t++) neighbours += (t % 16 == 0 ? t : t - 1) + (t % 16 == 15 ? t : t + 1);
    // Lane 3 of the third warp is thread 67.
    const int expected[8] = {48, 79, 3 * neighbours, 16 + 27 * 100 + 100000, (1 << 3) + 16, 4, 1, 4 + 31 + 4};
    for (int i = 0; i < 8; i++) {
        check(r[i] == expected[i], "votes, order " + order + ", result " + std::to_string(i) + " is " +
                                       std::to_string(r[i]) + ", expected " + std::to_string(expected[i]));
    }
    MUST(cuMemFree_v2(d));
}

/** Enough blocks that helper threads join in. */
static void test_large_grid(const std::string& order) {
    const int n = 1 << 20;
    const auto x = numbers(n, 6);
    const Pointer dx = upload(x);
    MUST(launch("barriers_f32", {.grid_x = n / 256, .block_x = 256}, dx, 4));
    const auto result = download<float>(dx, n);
    float worst = 0;
    for (int i = 0; i < n; i++) {
        // Each round adds half of the mirrored value of the block; two rounds.
        float value = x[i], mirrored = x[i / 256 * 256 + 255 - i % 256];
        for (int round = 0; round < 2; round++) {
            const float next = value + 0.5f * mirrored;
            mirrored += 0.5f * value;
            value = next;
        }
        worst = std::fmax(worst, std::fabs(result[i] - value));
    }
    check(worst < 1e-6f, "large grid, order " + order + ": error " + std::to_string(worst));
    MUST(cuMemFree_v2(dx));
}

void test_sound_kernels() {
    const struct {
        const char* name;
        int mode;
        unsigned long long seed;
    } orders[] = {{"normal", 0, 0}, {"reversed", 1, 0}, {"random 1", 2, 1}, {"random 2", 2, 2}};
    for (const auto& order : orders) {
        MUST(unitcell_emulator_order(order.mode, order.seed));
        test_axpy(order.name);
        test_softmax(order.name, 37, 1000, 256);
        test_softmax(order.name, 5, 70, 64);
        test_softmax(order.name, 3, 3000, 1024);
        test_sgemm(order.name, 130, 70, 50);
        test_block_sum(order.name);
        test_votes(order.name);
        test_large_grid(order.name);
    }
    MUST(unitcell_emulator_order(0, 0));
    check(unitcell_emulator_launches("softmax_f32") == 12, "launches of softmax are counted");
    check(unitcell_emulator_check() == 0, "sound kernels leave the guard bytes alone");
    check(unitcell_emulator_live_allocations() == 0, "the tests of sound kernels free their memory");
}
