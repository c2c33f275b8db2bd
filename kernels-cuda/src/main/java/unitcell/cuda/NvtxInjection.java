package unitcell.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import unitcell.engine.DeviceException;

/**
 * The program's side of NVTX version 3, which NVIDIA gives as C headers only (nvtxDetail/nvtxTypes.h, nvtxImpl.h and
 * nvtxInit.h of NVTX 3, Apache-2.0 with LLVM exceptions): a profiler puts the path of a library into the environment; the
 * program loads it and hands its {@code InitializeInjectionNvtx2} a function that gives out tables by number; table 1 has a
 * function that gives out, for each module of NVTX, an array of pointers to function pointers; the profiler writes its own
 * functions there. Only two are called here, nvtxRangePushA and nvtxRangePop, but the tool may write all of them.
 *
 * <p>Memory convention: tables live until the process ends, as the profiler keeps their addresses.
 */
final class NvtxInjection {
    /** Where a profiler names its library. */
    static final String VARIABLE = "NVTX_INJECTION64_PATH";

    private static final String INITIALISE = "InitializeInjectionNvtx2";
    private static final int TABLE_OF_CALLBACKS = 1;
    private static final int TABLE_OF_VERSION = 3;
    private static final int VERSION = 3;

    /** Functions of each module with the unused number 0: core, CUDA, OpenCL, CUDA runtime, domains, synchronisation. */
    private static final int[] FUNCTIONS = {0, 16, 9, 15, 7, 16, 7};

    private static final int CORE = 1;
    private static final int RANGE_PUSH_A = 9;
    private static final int RANGE_POP = 11;

    private static final FunctionDescriptor GIVE_TABLE =
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final FunctionDescriptor GIVE_FUNCTIONS =
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    private static final FunctionDescriptor TAKE_VERSION = FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT);

    private final Arena arena = Arena.global();
    /** For each module, the function pointers that the tool may write; initially none. */
    private final MemorySegment[] functions = new MemorySegment[FUNCTIONS.length];
    /** For each module, pointers to those pointers: none for number 0, and one more at the end, none. */
    private final MemorySegment[] pointers = new MemorySegment[FUNCTIONS.length];

    private final MemorySegment callbacks;
    private final MemorySegment version;

    private NvtxInjection() {
        for (int module = 1; module < FUNCTIONS.length; module++) {
            int count = FUNCTIONS[module];
            functions[module] = arena.allocate(ValueLayout.ADDRESS, count);
            pointers[module] = arena.allocate(ValueLayout.ADDRESS, count + 1L);
            for (int i = 1; i < count; i++) {
                pointers[module].setAtIndex(
                        ValueLayout.JAVA_LONG, i, functions[module].address() + i * ValueLayout.ADDRESS.byteSize());
            }
        }
        // struct { size_t struct_size; int (*GetModuleFunctionTable)(int, NvtxFunctionTable*, unsigned*); }
        callbacks = arena.allocate(16, 8);
        callbacks.set(ValueLayout.JAVA_LONG, 0, 16);
        callbacks.set(ValueLayout.ADDRESS, 8, stub("giveFunctions", GIVE_FUNCTIONS));
        // struct { size_t struct_size; uint32_t version, reserved0; void (*SetInjectionNvtxVersion)(uint32_t); }
        version = arena.allocate(24, 8);
        version.set(ValueLayout.JAVA_LONG, 0, 24);
        version.set(ValueLayout.JAVA_INT, 8, VERSION);
        version.set(ValueLayout.ADDRESS, 16, stub("takeVersion", TAKE_VERSION));
    }

    /** Ranges that go to the tool whose library this is; the reason where it does not take them. */
    static Nvtx open(String library) {
        SymbolLookup symbols;
        try {
            symbols = SymbolLookup.libraryLookup(library, Arena.global());
        } catch (IllegalArgumentException absent) {
            return Nvtx.off(VARIABLE + " names " + library + ", which cannot be loaded");
        }
        Optional<MemorySegment> initialise = symbols.find(INITIALISE);
        if (initialise.isEmpty()) {
            return Nvtx.off(VARIABLE + " names " + library + ", which has no " + INITIALISE);
        }
        NvtxInjection injection = new NvtxInjection();
        int accepted = initialise(initialise.get(), injection.stub("giveTable", GIVE_TABLE));
        MemorySegment push = injection.functions[CORE].getAtIndex(ValueLayout.ADDRESS, RANGE_PUSH_A);
        MemorySegment pop = injection.functions[CORE].getAtIndex(ValueLayout.ADDRESS, RANGE_POP);
        if (accepted == 0) {
            return Nvtx.off(library + " refused to take ranges");
        }
        if (push.address() == 0 || pop.address() == 0) {
            return Nvtx.off(library + " does not collect ranges now");
        }
        return Nvtx.to(push, pop, "ranges to " + library);
    }

    private static int initialise(MemorySegment function, MemorySegment giveTable) {
        try {
            return (int) Linker.nativeLinker()
                    .downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS))
                    .invokeExact(giveTable);
        } catch (Throwable t) {
            throw new DeviceException(INITIALISE + " failed: " + t, t);
        }
    }

    private MemorySegment stub(String method, FunctionDescriptor type) {
        try {
            MethodType java = type.toMethodType();
            return Linker.nativeLinker().upcallStub(MethodHandles.lookup().bind(this, method, java), type, arena);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("NVTX's " + method, e);
        }
    }

    /** {@code const void* nvtxGetExportTable(uint32_t id)}. */
    MemorySegment giveTable(int id) {
        return switch (id) {
            case TABLE_OF_CALLBACKS -> callbacks;
            case TABLE_OF_VERSION -> version;
            default -> MemorySegment.NULL;
        };
    }

    /** {@code int GetModuleFunctionTable(module, NvtxFunctionTable* table, unsigned* size)}: 1, or 0 for no such module. */
    int giveFunctions(int module, MemorySegment table, MemorySegment size) {
        if (module < 1 || module >= FUNCTIONS.length) {
            return 0;
        }
        if (size.address() != 0) {
            size.reinterpret(ValueLayout.JAVA_INT.byteSize()).set(ValueLayout.JAVA_INT, 0, FUNCTIONS[module]);
        }
        if (table.address() != 0) {
            table.reinterpret(ValueLayout.ADDRESS.byteSize()).set(ValueLayout.ADDRESS, 0, pointers[module]);
        }
        return 1;
    }

    /** {@code void SetInjectionNvtxVersion(uint32_t)}: what the tool says of itself; nobody asks. */
    void takeVersion(int ignored) {}
}
