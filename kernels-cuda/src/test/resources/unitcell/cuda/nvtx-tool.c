/* A stand-in for a profiler's side of NVTX 3: takes the tables that a program gives out, checks their form, writes its own
   functions into them, and notes down the ranges that arrive. Also a stand-in for NVIDIA's library, by the same two
   functions under their public names.

   Memory convention: one static buffer of text; a call that finds no room is left out. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef void (*Function)(void);

struct Callbacks {
    size_t size;
    int (*functions)(int module, Function*** table, unsigned* count);
};

struct Version {
    size_t size;
    uint32_t version;
    uint32_t reserved;
    void (*tool)(uint32_t);
};

static char noted[4096];
static int depth;

static void note(const char* mark, const char* text) {
    if (strlen(noted) + strlen(mark) + strlen(text) + 1 < sizeof noted) {
        strcat(strcat(noted, mark), text);
    }
}

int nvtxRangePushA(const char* name) {
    note("<", name);
    return depth++;
}

int nvtxRangePop(void) {
    note(">", "");
    return --depth;
}

const char* nvtx_tool_noted(void) { return noted; }

static void nothing(void) {}

/* Numbers of functions in each module, the unused number 0 among them, as NVTX 3 has them. */
static const unsigned counts[] = {0, 16, 9, 15, 7, 16, 7};

int InitializeInjectionNvtx2(const void* (*table)(uint32_t)) {
    const struct Version* version = table(3);
    const struct Callbacks* callbacks = table(1);
    if (table(0) != NULL || table(2) != NULL || table(4) != NULL || version == NULL || callbacks == NULL) return 0;
    if (version->size != sizeof *version || version->version != 3 || callbacks->size != sizeof *callbacks) return 0;
    version->tool(3);
    Function** functions;
    unsigned count;
    if (callbacks->functions(0, &functions, &count) != 0 || callbacks->functions(7, &functions, &count) != 0) return 0;
    for (int module = 1; module < 7; module++) {
        functions = NULL;
        count = 0;
        if (callbacks->functions(module, NULL, NULL) != 1) return 0;
        if (callbacks->functions(module, &functions, &count) != 1 || count != counts[module]) return 0;
        if (functions[0] != NULL || functions[count] != NULL) return 0;
        for (unsigned i = 1; i < count; i++) {
            *functions[i] = nothing;
        }
    }
    callbacks->functions(1, &functions, &count);
    *functions[9] = (Function)nvtxRangePushA;
    *functions[11] = (Function)nvtxRangePop;
    note("attached", "");
    return 1;
}
