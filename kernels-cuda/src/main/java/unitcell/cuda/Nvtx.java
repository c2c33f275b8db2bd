package unitcell.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import unitcell.engine.DeviceException;

/**
 * Named ranges on the timeline of NVIDIA's profilers (NVTX), where {@code -Dunitcell.nvtx=true} asks for them and a
 * profiler listens: Nsight Systems and Nsight Compute name their library in {@code NVTX_INJECTION64_PATH}, and the ranges
 * go straight to it ({@link NvtxInjection}); otherwise to NVIDIA's {@code libnvToolsExt.so.1} or
 * {@code libnvtx3interop.so.1} where one is installed, for tools that attach in other ways.
 *
 * <p>Memory convention: a name is copied into a native segment for the length of a call; libraries stay loaded.
 */
final class Nvtx {
    /** Turns ranges on. */
    static final String PROPERTY = "unitcell.nvtx";
    /** A library with {@code nvtxRangePushA} and {@code nvtxRangePop} to use in place of all others. */
    static final String LIBRARY = "unitcell.nvtx.library";

    private static final String[] LIBRARIES = {"libnvToolsExt.so.1", "libnvtx3interop.so.1"};
    static final FunctionDescriptor PUSH = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    static final FunctionDescriptor POP = FunctionDescriptor.of(ValueLayout.JAVA_INT);

    private final MethodHandle push;
    private final MethodHandle pop;
    private final String description;

    private Nvtx(MethodHandle push, MethodHandle pop, String description) {
        this.push = push;
        this.pop = pop;
        this.description = description;
    }

    /** Where ranges go, or nowhere if they are off. */
    static Nvtx open() {
        return Boolean.getBoolean(PROPERTY)
                ? open(System.getProperty(LIBRARY), System.getenv(NvtxInjection.VARIABLE))
                : new Nvtx(null, null, "ranges are off: -D" + PROPERTY + "=true turns them on");
    }

    /**
     * @param library to use in place of all others; null to look for one
     * @param injection a listening tool's library; null if none listens
     */
    static Nvtx open(String library, String injection) {
        if (library != null) {
            return in(library)
                    .orElseGet(() -> new Nvtx(
                            null, null, "ranges are off: -D" + LIBRARY + "=" + library + " has no nvtxRangePushA"));
        }
        if (injection != null && !injection.isEmpty()) {
            return NvtxInjection.open(injection);
        }
        for (String name : LIBRARIES) {
            Optional<Nvtx> found = in(name);
            if (found.isPresent()) {
                return found.get();
            }
        }
        return off("no profiler listens (" + NvtxInjection.VARIABLE + " is not set), and neither " + LIBRARIES[0]
                + " nor " + LIBRARIES[1] + " can be loaded");
    }

    private static Optional<Nvtx> in(String library) {
        SymbolLookup symbols;
        try {
            symbols = SymbolLookup.libraryLookup(library, Arena.global());
        } catch (IllegalArgumentException absent) {
            return Optional.empty(); // libraryLookup's documented answer
        }
        Optional<MemorySegment> push = symbols.find("nvtxRangePushA");
        Optional<MemorySegment> pop = symbols.find("nvtxRangePop");
        return push.isEmpty() || pop.isEmpty()
                ? Optional.empty()
                : Optional.of(to(push.get(), pop.get(), "ranges through " + library));
    }

    /** Ranges by two functions of NVTX's C interface. */
    static Nvtx to(MemorySegment push, MemorySegment pop, String description) {
        Linker linker = Linker.nativeLinker();
        return new Nvtx(linker.downcallHandle(push, PUSH), linker.downcallHandle(pop, POP), description);
    }

    /** Ranges that go nowhere, for a reason. */
    static Nvtx off(String reason) {
        return new Nvtx(null, null, "ranges are off: " + reason);
    }

    /** Where ranges go, or why they go nowhere, in one line. */
    String description() {
        return description;
    }

    boolean on() {
        return push != null;
    }

    /** A range of the calling thread begins. */
    void push(String name) {
        if (push != null) {
            try (Arena arena = Arena.ofConfined()) {
                int _ = (int) push.invokeExact(arena.allocateFrom(name));
            } catch (Throwable t) {
                throw new DeviceException("nvtxRangePushA failed: " + t, t);
            }
        }
    }

    /** The calling thread's innermost range ends. */
    void pop() {
        if (pop != null) {
            try {
                int _ = (int) pop.invokeExact();
            } catch (Throwable t) {
                throw new DeviceException("nvtxRangePop failed: " + t, t);
            }
        }
    }
}
