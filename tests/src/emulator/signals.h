// Faults that the processor finds while a kernel runs: SIGSEGV, SIGBUS and SIGFPE.
//
// Memory convention: handlers stay installed once a kernel has run; every signal that is not raised on a fiber of the
// emulator goes to the handler that was there before, which in a Java virtual machine is its own.
#pragma once

#include "runtime.h"

namespace emulation {

/** Installs the handlers, once, in front of those that are there. */
void install_signal_handlers();

/** Gives the calling thread a stack for handlers, since a fiber's own may be the one that overflowed. */
class HandlerStack {
public:
    explicit HandlerStack(void* memory);
    ~HandlerStack();
    HandlerStack(const HandlerStack&) = delete;
    HandlerStack& operator=(const HandlerStack&) = delete;

    static constexpr size_t kBytes = 256 << 10;

private:
    struct Saved {
        void* pointer;
        int flags;
        size_t size;
    } saved_;
};

/** Puts into words, as the worker's fault, what the handler noted down. */
void describe_signal(Worker* w);

}  // namespace emulation
