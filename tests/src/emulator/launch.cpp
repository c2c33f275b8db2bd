// Running all blocks of a launch; see launch.h.
//
// The launching thread starts with the blocks at once. If they take long, helper threads take blocks too; short
// launches never pay for waking them. Every worker runs whole blocks, so that nothing in a block is shared between
// them.
//
// Memory convention: workers are made when first needed and kept.
#include "launch.h"

#include <csignal>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>

#include "fibers.h"
#include "shared_memory.h"
#include "signals.h"

namespace emulation {

// ---- order ---------------------------------------------------------------------------------------------------------

static struct {
    Order order = Order::kNormal;
    unsigned long long seed = 0;
    unsigned long long launches = 0;  // so that every launch has another random order
} ordering;

void set_order(Order order, unsigned long long seed) {
    ordering.order = order;
    ordering.seed = seed;
    ordering.launches = 0;
}

/** splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t* state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b) {
    while (b != 0) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

// ---- a grid that runs ----------------------------------------------------------------------------------------------

namespace {

struct Grid {
    const Launch* launch;
    uint64_t blocks;
    // Block i of the order is block (multiplier * i + offset) mod blocks of the grid.
    uint64_t multiplier = 1;
    uint64_t offset = 0;
    uint16_t threads[kMaxThreads];
    std::atomic<uint64_t> next{0};
    std::atomic<bool> stop{false};
    std::mutex fault_lock;
    Fault* fault;
};

void choose_order(Grid* grid) {
    const unsigned count = grid->launch->block.x * grid->launch->block.y * grid->launch->block.z;
    for (unsigned i = 0; i < count; i++) {
        grid->threads[i] = static_cast<uint16_t>(ordering.order == Order::kReversed ? count - 1 - i : i);
    }
    if (ordering.order == Order::kReversed) {
        grid->multiplier = grid->offset = grid->blocks - 1;
    } else if (ordering.order == Order::kRandom) {
        uint64_t state = ordering.seed ^ ++ordering.launches * 0xD1B54A32D192ED03u;
        for (unsigned i = count - 1; i > 0; i--) {
            std::swap(grid->threads[i], grid->threads[next_random(&state) % (i + 1)]);
        }
        do {
            grid->multiplier = next_random(&state) % grid->blocks;
        } while (greatest_common_divisor(grid->multiplier, grid->blocks) != 1);
        grid->offset = next_random(&state) % grid->blocks;
    }
}

void set_up(Worker* w, const Grid& grid) {
    const Launch& launch = *grid.launch;
    const dim3 b = launch.block;
    const bool same_shape =
        w->thread_count != 0 && w->block_dim.x == b.x && w->block_dim.y == b.y && w->block_dim.z == b.z;
    w->block_dim = b;
    if (!same_shape) shape_block(w);
    w->grid_dim = launch.grid;
    w->kernel = launch.kernel;
    w->parameters = launch.parameters;
    memcpy(w->order, grid.threads, w->thread_count * sizeof grid.threads[0]);
    begin_shared(&w->shared, launch.dynamic_bytes);
    w->fault.code = 0;
}

void note_fault(Worker* w, Grid* grid) {
    if (w->signal != 0) describe_signal(w);
    grid->stop = true;
    std::lock_guard<std::mutex> lock(grid->fault_lock);
    if (grid->fault->code != 0) return;
    grid->fault->code = w->fault.code;
    const uint3 b = w->block_index;
    snprintf(grid->fault->text, sizeof grid->fault->text, "kernel %s, block (%u,%u,%u) of (%u,%u,%u): %.600s",
             w->kernel->name, b.x, b.y, b.z, w->grid_dim.x, w->grid_dim.y, w->grid_dim.z, w->fault.text);
}

/** Runs one block that nobody has taken; false: there is none, or the launch has failed. */
bool run_next(Worker* w, Grid* grid) {
    if (grid->stop.load(std::memory_order_relaxed)) return false;
    const uint64_t i = grid->next.fetch_add(1, std::memory_order_relaxed);
    if (i >= grid->blocks) return false;
    const dim3 g = grid->launch->grid;
    uint64_t at = i;
    if (ordering.order != Order::kNormal) {
        const unsigned __int128 product = static_cast<unsigned __int128>(grid->multiplier) * i;
        at = static_cast<uint64_t>((product + grid->offset) % grid->blocks);
    }
    w->block_index = {static_cast<unsigned>(at % g.x), static_cast<unsigned>(at / g.x % g.y),
                      static_cast<unsigned>(at / g.x / g.y)};
    if (run_block(w)) return true;
    note_fault(w, grid);
    return false;
}

// ---- helpers -------------------------------------------------------------------------------------------------------

class Helpers {
public:
    /** Lets the helpers take blocks of this grid too. */
    void wake(Grid* grid) {
        start();
        std::lock_guard<std::mutex> lock(mutex_);
        grid_ = grid;
        generation_++;
        changed_.notify_all();
    }

    /** Waits until no helper works on the grid. */
    void finish() {
        std::unique_lock<std::mutex> lock(mutex_);
        grid_ = nullptr;
        changed_.wait(lock, [this] { return busy_ == 0; });
    }

    int count() const {
        return count_;
    }

private:
    void start() {
        if (started_) return;
        started_ = true;
        // Helpers must not receive signals that are meant for threads of the host program.
        sigset_t all, old;
        sigfillset(&all);
        for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) sigdelset(&all, signal);
        pthread_sigmask(SIG_SETMASK, &all, &old);
        for (int i = 0; i < count_; i++) {
            Worker* w = make_worker();
            if (w != nullptr) std::thread(&Helpers::serve, this, w).detach();
        }
        pthread_sigmask(SIG_SETMASK, &old, nullptr);
    }

    void serve(Worker* w) {
        std::unique_ptr<unsigned char[]> memory(new unsigned char[HandlerStack::kBytes]);
        HandlerStack handler_stack(memory.get());
        worker = w;
        unsigned long long seen = 0;
        std::unique_lock<std::mutex> lock(mutex_);
        for (;;) {
            changed_.wait(lock, [&] { return grid_ != nullptr && generation_ != seen; });
            seen = generation_;
            Grid* const grid = grid_;
            busy_++;
            lock.unlock();
            set_up(w, *grid);
            while (run_next(w, grid)) {
            }
            lock.lock();
            busy_--;
            changed_.notify_all();
        }
    }

    static int configured() {
        const char* text = getenv("UNITCELL_EMULATOR_THREADS");
        const long cores = sysconf(_SC_NPROCESSORS_ONLN);
        const long wanted = text != nullptr ? strtol(text, nullptr, 10) : cores < 4 ? cores : 4;
        return static_cast<int>(wanted < 1 ? 0 : wanted > 64 ? 63 : wanted - 1);
    }

    const int count_ = configured();
    bool started_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    Grid* grid_ = nullptr;
    unsigned long long generation_ = 0;
    int busy_ = 0;
};

/** Never destroyed: helpers may wait in it while the process ends. */
Helpers& helpers() {
    static Helpers* const instance = new Helpers();
    return *instance;
}

constexpr long kPatienceNanoseconds = 200000;  // how long a launch runs on one thread before helpers are woken
constexpr uint64_t kBlocksBetweenLooks = 4;

long now() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

void run_grid(Worker* w, Grid* grid) {
    bool alone = helpers().count() > 0;
    const long start = alone ? now() : 0;
    for (uint64_t done = 1; run_next(w, grid); done++) {
        if (!alone || done % kBlocksBetweenLooks != 0 || now() - start < kPatienceNanoseconds) continue;
        alone = false;
        if (grid->blocks - done > kBlocksBetweenLooks) {
            helpers().wake(grid);
        }
    }
    if (helpers().count() > 0 && !alone) helpers().finish();
}

}  // namespace

bool run_launch(const Launch& launch, Fault* fault) {
    static Worker* const launcher = make_worker();
    static unsigned char* const handler_memory = new unsigned char[HandlerStack::kBytes];
    fault->code = 0;
    if (launcher == nullptr) {
        fault->code = 2;
        snprintf(fault->text, sizeof fault->text, "no memory for the stacks of a block");
        return false;
    }
    install_signal_handlers();
    Grid grid;
    grid.launch = &launch;
    grid.blocks = static_cast<uint64_t>(launch.grid.x) * launch.grid.y * launch.grid.z;
    grid.fault = fault;
    choose_order(&grid);
    HandlerStack handler_stack(handler_memory);
    worker = launcher;
    set_up(launcher, grid);
    run_grid(launcher, &grid);
    worker = nullptr;
    current = nullptr;
    launch.kernel->launches++;
    return fault->code == 0;
}

}  // namespace emulation
