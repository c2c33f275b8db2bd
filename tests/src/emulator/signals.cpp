// Faults that the processor finds while a kernel runs; see signals.h.
//
// A fault is ours if it was raised on the stack of a fiber: no other code ever runs there, and kernel code has no use
// for faults. The handler then only notes what happened and lets the interrupted thread continue in the code that
// started the block. Java's own faults (safepoints, null checks, in any thread and at any time) are raised on Java's
// stacks.
//
// Memory convention: the handler allocates nothing and takes no lock.
#include "signals.h"

#include <csignal>
#include <cstdio>
#include <mutex>
#include <string>
#include <ucontext.h>

#include "fibers.h"
#include "memory.h"
#include "shared_memory.h"

namespace emulation {

static struct sigaction previous[NSIG];

static void chain(int signal, siginfo_t* info, void* context) {
    const struct sigaction* const old = &previous[signal];
    if (old->sa_flags & SA_SIGINFO) {
        old->sa_sigaction(signal, info, context);
    } else if (old->sa_handler == SIG_DFL || old->sa_handler == SIG_IGN) {
        // The instruction is tried again and then meets the default action.
        ::signal(signal, SIG_DFL);
    } else {
        old->sa_handler(signal);
    }
}

static void on_signal(int signal, siginfo_t* info, void* context) {
    Worker* const w = worker;
    ucontext_t* const c = static_cast<ucontext_t*>(context);
    greg_t* const registers = c->uc_mcontext.gregs;
    const bool raised_by_processor = info->si_code > 0;
    if (w == nullptr || !raised_by_processor || !on_fiber_stack(w, static_cast<uintptr_t>(registers[REG_RSP]))) {
        chain(signal, info, context);
        return;
    }
    w->signal = signal;
    w->signal_was_write = registers[REG_ERR] & 2;
    w->signal_address = info->si_code == SI_KERNEL ? 1 : reinterpret_cast<uintptr_t>(info->si_addr);
    registers[REG_RSP] = reinterpret_cast<greg_t>(w->launcher);
    registers[REG_RIP] = reinterpret_cast<greg_t>(&unitcell_emulator_resume);
}

void install_signal_handlers() {
    static std::once_flag once;
    std::call_once(once, [] {
        for (int signal : {SIGSEGV, SIGBUS, SIGFPE}) {
            sigaction(signal, nullptr, &previous[signal]);
            struct sigaction ours = previous[signal];
            ours.sa_sigaction = on_signal;
            ours.sa_flags = (ours.sa_flags | SA_SIGINFO | SA_ONSTACK) & ~SA_RESETHAND;
            sigaction(signal, &ours, nullptr);
        }
    });
}

HandlerStack::HandlerStack(void* memory) {
    stack_t ours = {}, old = {};
    ours.ss_sp = memory;
    ours.ss_size = kBytes;
    sigaltstack(&ours, &old);
    saved_ = {old.ss_sp, old.ss_flags, old.ss_size};
}

HandlerStack::~HandlerStack() {
    stack_t old = {};
    old.ss_sp = saved_.pointer;
    old.ss_flags = saved_.flags;
    old.ss_size = saved_.size;
    sigaltstack(&old, nullptr);
}

void describe_signal(Worker* w) {
    const Thread* const t = current;
    const uintptr_t address = w->signal_address;
    const char* const access = w->signal_was_write ? "write to" : "read of";
    std::string what;
    int code = 700;
    char text[96];
    snprintf(text, sizeof text, "illegal %s address 0x%zx", access, address);
    if (w->signal == SIGFPE) {
        code = 719;
        what = "integer division by zero or out of range, which is undefined on a GPU";
    } else if (address == 1) {
        code = 716;
        what = "access to a misaligned address, or to one that no pointer can hold";
    } else if (on_fiber_stack(w, address)) {
        what = "stack overflow of a thread: " + std::to_string(kStackBytes >> 10) + " KiB are not enough";
    } else if (in_shared_guard(&w->shared, address)) {
        what = std::string(text) + ", outside of shared memory: shared memory overrun (" +
               std::to_string(w->shared.dynamic_bytes) + " dynamic bytes)";
    } else if (address < 65536) {
        what = std::string(text) + ", near null";
    } else {
        what = text;
        for (const GuardedRange* range : {&device_memory, &pinned_memory}) {
            if (range->contains(address)) what += ", " + range->describe(address);
        }
    }
    w->fault.code = code;
    snprintf(w->fault.text, sizeof w->fault.text, "thread (%u,%u,%u): %s", t->index.x, t->index.y, t->index.z,
             what.c_str());
}

}  // namespace emulation
