// The scheduler of a block: starts its threads, lets them meet, detects that they cannot.
//
// What makes it fast: a fiber switches straight to the next one; a thread that ends leaves its stack to the next thread
// with no switch at all, so kernels without collectives are a loop; stacks begin at different offsets, so that they do
// not fall on each other in the caches.
//
// Memory convention: see runtime.h and fibers.h.
#include "fibers.h"

#include "async_copies.h"

#include <sys/mman.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <new>

#include "shared_memory.h"

namespace emulation {

__thread Thread* current;
__thread Worker* worker;

// ---- switching -----------------------------------------------------------------------------------------------------

// Pushes what the compiler cannot be told to save and the address to continue at, stores the stack pointer in *from and
// continues where `to` was stored. A jump rather than a return: it is predicted by address, and all fibers mostly wait
// at the same one. The first step passes over the red zone of the function that this is part of.
static inline __attribute__((always_inline)) void switch_stack(void** from, void* to) {
    asm volatile(
        "leaq -128(%%rsp), %%rsp\n\t"
        "pushq %%rbp\n\t"
        "leaq 1f(%%rip), %%rax\n\t"
        "pushq %%rax\n\t"
        "movq %%rsp, (%0)\n\t"
        "movq %1, %%rsp\n\t"
        "popq %%rax\n\t"
        "jmpq *%%rax\n"
        "1:\n\t"
        "popq %%rbp\n\t"
        "leaq 128(%%rsp), %%rsp"
        : "+D"(from), "+S"(to)
        :
        : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory", "xmm0",
          "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
          "xmm14", "xmm15"
#ifdef __AVX512F__
          , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27",
          "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6", "k7"
#endif
    );
}

[[noreturn]] static inline __attribute__((always_inline)) void leave_to(void* to) {
    asm volatile("movq %0, %%rsp\n\tpopq %%rax\n\tjmpq *%%rax" : : "r"(to) : "memory");
    __builtin_unreachable();
}

extern "C" {
__attribute__((visibility("hidden"), used)) void unitcell_emulator_fiber_main();
__attribute__((visibility("hidden"))) void unitcell_emulator_fiber_entry();
}

asm(R"(
    .text
    .hidden unitcell_emulator_fiber_entry
    .globl unitcell_emulator_fiber_entry
    .type unitcell_emulator_fiber_entry, @function
unitcell_emulator_fiber_entry:
    xorl %ebp, %ebp
    callq unitcell_emulator_fiber_main
    ud2
    .size unitcell_emulator_fiber_entry, . - unitcell_emulator_fiber_entry

    .hidden unitcell_emulator_resume
    .globl unitcell_emulator_resume
    .type unitcell_emulator_resume, @function
unitcell_emulator_resume:
    popq %rax
    jmpq *%rax
    .size unitcell_emulator_resume, . - unitcell_emulator_resume
)");

// ---- stacks --------------------------------------------------------------------------------------------------------

/** The stack pointer of a fresh fiber on stack number `stack`. */
static void* fresh_stack(Worker* w, int stack) {
    // 61 offsets of 5 cache lines: neighbours share no set of the first-level cache.
    unsigned char* top = w->stacks + (stack + 1) * kStackStride - (stack % 61) * 320;
    void** entry = reinterpret_cast<void**>(top) - 1;
    *entry = reinterpret_cast<void*>(&unitcell_emulator_fiber_entry);
    return entry;
}

static int take_stack(Worker* w) {
    return w->free_stack_count > 0 ? w->free_stacks[--w->free_stack_count] : w->stacks_made++;
}

Worker* make_worker() {
    void* stacks = mmap(nullptr, kMaxThreads * kStackStride, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (stacks == MAP_FAILED) return nullptr;
    Worker* w = new (std::nothrow) Worker();
    if (w == nullptr || !make_shared(&w->shared)) return nullptr;
    w->stacks = static_cast<unsigned char*>(stacks);
    for (size_t i = 0; i < kMaxThreads; i++) {
        if (mprotect(w->stacks + i * kStackStride, kStackGuardBytes, PROT_NONE) != 0) return nullptr;
    }
    return w;
}

// ---- scheduling ----------------------------------------------------------------------------------------------------

/** Describes why no thread can go on. */
static void report_deadlock(Worker* w) {
    unsigned waiting = 0;
    const Thread* first = nullptr;
    const Group* group = nullptr;
    for (unsigned i = 0; i < (w->thread_count + kWarpSize - 1) / kWarpSize; i++) {
        for (unsigned g = 0; g < w->warps[i].pending; g++) {
            waiting += static_cast<unsigned>(__builtin_popcount(w->warps[i].groups[g].arrived));
            if (group == nullptr) {
                group = &w->warps[i].groups[g];
                first = group->head;
            }
        }
    }
    char at_barrier[96] = "", at_warp[160] = "";
    if (w->barrier.arrived > 0) {
        snprintf(at_barrier, sizeof at_barrier, "%u threads at __syncthreads (line %d), ", w->barrier.arrived,
                 w->barrier.line);
    }
    if (waiting > 0) {
        snprintf(at_warp, sizeof at_warp, "%u at a warp collective (first: thread (%u,%u,%u), line %d, mask %08x), ",
                 waiting, first->index.x, first->index.y, first->index.z, first->line, group->mask);
    }
    w->fault.code = 719;
    snprintf(w->fault.text, sizeof w->fault.text, "threads that wait for each other never meet: %s%s%u exited of %u",
             at_barrier, at_warp, w->exited, w->thread_count);
}

/** The next thread that can go on, removed from its list and made current; its fiber is made if it is new. */
static inline __attribute__((always_inline)) Thread* next_thread(Worker* w) {
    Thread* next = w->ready_head;
    if (next != nullptr) {
        w->ready_head = next->next;
    } else if (w->started < w->thread_count) {
        next = &w->threads[w->order[w->started++]];
        next->stack = take_stack(w);
        next->stack_pointer = fresh_stack(w, next->stack);
    } else {
        report_deadlock(w);
        leave_to(w->launcher);
    }
    current = next;
    return next;
}

/** Runs threads on the stack of the first until there is none to start; every stack begins here. */
void unitcell_emulator_fiber_main() {
    Worker* const w = worker;
    const auto call = w->kernel->call;
    void* const* const parameters = w->parameters;
    for (;;) {
        Thread* self = current;
        const int stack = self->stack;
        call(parameters);
        self = current;
        self->warp->exited |= 1u << self->lane;
        w->exited++;
        if (w->ready_head == nullptr && w->started < w->thread_count) {
            Thread* next = &w->threads[w->order[w->started++]];
            next->stack = stack;
            current = next;
            continue;
        }
        if (w->exited == w->thread_count) leave_to(w->launcher);
        w->free_stacks[w->free_stack_count++] = static_cast<uint16_t>(stack);
        leave_to(next_thread(w)->stack_pointer);
    }
}

/** Fetches the stack of the thread that comes after the next: 256 of them do not fit into the first-level cache. */
static inline __attribute__((always_inline)) void prefetch(const Thread* after) {
    if (after == nullptr) return;
    const char* const top = static_cast<const char*>(after->stack_pointer);
    __builtin_prefetch(top);
    __builtin_prefetch(top + 64);
    __builtin_prefetch(top + 128 + 64);
    __builtin_prefetch(top + 128 + 128);
    __builtin_prefetch(after->next);
}

/** Lets the others run until this thread is ready again. */
static inline __attribute__((always_inline)) void wait(Worker* w, Thread* self) {
    Thread* next = next_thread(w);
    switch_stack(&self->stack_pointer, next->stack_pointer);
}

/** Makes a whole list ready, before all others: threads of a warp go on together while they are in the caches. */
static inline void make_ready_first(Worker* w, Thread* head, Thread* tail) {
    tail->next = w->ready_head;
    w->ready_head = head;
}

void shape_block(Worker* w) {
    const dim3 d = w->block_dim;
    w->thread_count = d.x * d.y * d.z;
    unsigned i = 0;
    for (unsigned z = 0; z < d.z; z++) {
        for (unsigned y = 0; y < d.y; y++) {
            for (unsigned x = 0; x < d.x; x++, i++) {
                w->threads[i].index = {x, y, z};
                w->threads[i].lane = i % kWarpSize;
                w->threads[i].warp = &w->warps[i / kWarpSize];
            }
        }
    }
    for (unsigned k = 0; k * kWarpSize < w->thread_count; k++) {
        const unsigned lanes = w->thread_count - k * kWarpSize;
        w->warps[k].first = k * kWarpSize;
        w->warps[k].present = lanes >= kWarpSize ? ~0u : (1u << lanes) - 1;
    }
}

bool run_block(Worker* w) {
    for (unsigned k = 0; k * kWarpSize < w->thread_count; k++) {
        w->warps[k].exited = 0;
        w->warps[k].pending = 0;
    }
    forget_copies();
    w->started = w->exited = 0;
    w->ready_head = nullptr;
    w->barrier = Barrier{};
    w->stacks_made = w->free_stack_count = 0;
    w->signal = 0;
    poison_shared(&w->shared);
    Thread* first = &w->threads[w->order[w->started++]];
    first->stack = take_stack(w);
    current = first;
    switch_stack(&w->launcher, fresh_stack(w, first->stack));
    if (w->signal == 0 && w->fault.code == 0) check_shared(&w->shared, &w->fault);
    return w->signal == 0 && w->fault.code == 0;
}

// ---- collectives ---------------------------------------------------------------------------------------------------

/** Hands out the results to the lanes of a group in which all have arrived. */
static inline void hand_out(Worker* w, Warp* warp, const Group* g) {
    Thread* const lanes = &w->threads[warp->first];
    const unsigned arrived = g->arrived;
    uint64_t common = 0;
    switch (g->kind) {
        case Collective::kSync:
            return;
        case Collective::kBallot:
            for (unsigned rest = arrived; rest != 0; rest &= rest - 1) {
                const int lane = __builtin_ctz(rest);
                common |= g->value[lane] << lane;
            }
            for (unsigned rest = arrived; rest != 0; rest &= rest - 1) lanes[__builtin_ctz(rest)].result = common;
            return;
        case Collective::kShuffle4:
        case Collective::kShuffle8:
            for (unsigned rest = arrived; rest != 0; rest &= rest - 1) {
                const int lane = __builtin_ctz(rest);
                const uint32_t source = g->source[lane] & (kWarpSize - 1);
                lanes[lane].result = arrived >> source & 1 ? g->value[source] : ~uint64_t{0};
            }
            return;
    }
}

static inline __attribute__((always_inline)) Group* find_group(Warp* warp, unsigned mask, Collective kind, int line) {
    for (unsigned i = 0; i < warp->pending; i++) {
        Group* g = &warp->groups[i];
        if (g->mask == mask) {
            if (g->kind != kind || g->head->line != line) {
                fault(719, "lanes of one warp meet at different collectives: lines %d and %d, mask %08x",
                      g->head->line, line, mask);
            }
            return g;
        }
    }
    Group* g = &warp->groups[warp->pending++];
    g->mask = mask;
    g->arrived = 0;
    g->kind = kind;
    g->head = g->tail = nullptr;
    return g;
}

__attribute__((noinline)) uint64_t meet(unsigned mask, Collective kind, uint64_t value, unsigned source, int line) {
    Worker* const w = worker;
    Thread* const self = current;
    Warp* const warp = self->warp;
    if ((mask >> self->lane & 1) == 0) {
        fault(719, "lane %u calls a warp collective (line %d) whose mask %08x leaves it out", self->lane, line, mask);
    }
    self->line = line;
    Group* const g = find_group(warp, mask, kind, line);
    g->value[self->lane] = value;
    g->source[self->lane] = source;
    g->arrived |= 1u << self->lane;
    self->next = nullptr;
    if (g->tail == nullptr) {
        g->head = self;
    } else {
        g->tail->next = self;
    }
    g->tail = self;
    if (g->arrived == (mask & warp->present)) {
        hand_out(w, warp, g);
        Thread* const head = g->head;
        if (--warp->pending > 0 && g != &warp->groups[warp->pending]) *g = warp->groups[warp->pending];
        if (head == self) return self->result;
        make_ready_first(w, head, self);
    }
    wait(w, self);
    return self->result;
}

__attribute__((noinline)) unsigned barrier(bool predicate, int line) {
    Worker* const w = worker;
    Thread* const self = current;
    Barrier* const b = &w->barrier;
    self->line = line;
    self->next = nullptr;
    if (b->head == nullptr) {
        b->head = self;
        b->line = line;
    } else {
        b->tail->next = self;
        if (b->line != line) b->other_line = line;
    }
    b->tail = self;
    b->true_count += predicate;
    if (++b->arrived == w->thread_count) {
        if (b->other_line != 0) {
            fault(719, "threads of one block wait at different __syncthreads: lines %d and %d", b->line, b->other_line);
        }
        Thread* const head = b->head;
        b->result = b->true_count;
        b->arrived = b->true_count = 0;
        b->head = b->tail = nullptr;
        if (head == self) return b->result;
        make_ready_first(w, head, self);
    }
    prefetch(w->ready_head != nullptr ? w->ready_head->next : nullptr);
    wait(w, self);
    return b->result;
}

void fault(int code, const char* format, ...) {
    Worker* const w = worker;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(w->fault.text, sizeof w->fault.text, format, arguments);
    va_end(arguments);
    w->fault.code = code;
    leave_to(w->launcher);
}

}  // namespace emulation
