package unitcell.tests.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import unitcell.engine.Devices;

/**
 * The controls of the stand-in {@code libcuda.so.1}, beside the driver API that it shares with the real one.
 *
 * <p>Memory convention: the library is the one that the property {@code unitcell.cuda.library} names; it stays loaded.
 */
public final class Emulator {
    /** The order in which the threads of a block and the blocks of a grid run. */
    public enum Order {
        NORMAL(0),
        REVERSED(1);

        private final int number;

        Order(int number) {
            this.number = number;
        }
    }

    private static final String LIBRARY = "unitcell.cuda.library";

    private final SymbolLookup symbols;

    private Emulator(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    /** The emulator, if it was built. */
    public static Optional<Emulator> find() {
        String library = System.getProperty(LIBRARY);
        if (library == null || !Files.isReadable(Path.of(library))) {
            return Optional.empty();
        }
        SymbolLookup symbols = SymbolLookup.libraryLookup(Path.of(library), Arena.global());
        return symbols.find("unitcell_emulator_order").isEmpty()
                ? Optional.empty()
                : Optional.of(new Emulator(symbols));
    }

    /** The emulator; a test on a machine without it is skipped, with the reason. */
    public static Emulator required() {
        Optional<Emulator> emulator = find();
        Assumptions.assumeTrue(
                emulator.isPresent(), "CUDA kernels are not tested: their emulator was not built (it needs g++)");
        // Without nvcc there are no compiled kernels to load; the emulator then lists those it has itself.
        if (Devices.class.getResource("/unitcell/cuda/pointwise.ptx") == null) {
            System.setProperty(
                    "unitcell.cuda.module", emulator.orElseThrow().listing().toString());
        }
        return emulator.orElseThrow();
    }

    public void order(Order order) {
        call(
                "unitcell_emulator_order",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
                order.number,
                0L);
    }

    /** A module that lists all kernels of the emulator, the planted ones included. */
    public Path listing() {
        return Path.of(System.getProperty(LIBRARY)).resolveSibling("host-module.ptx");
    }

    /** Alignment of device memory: with 16 in place of a driver's 256, closed pages begin right behind a tensor. */
    public void alignment(long bytes) {
        call("unitcell_emulator_alignment", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG), bytes);
    }

    /** Of how much device memory the emulator pretends, in MiB. */
    public void memory(long mebibytes) {
        call("unitcell_emulator_memory", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG), mebibytes);
    }

    /** The driver version that the emulator states, as 12080. */
    public void driver(int version) {
        call("unitcell_emulator_driver", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT), version);
    }

    /** Whether work runs only when something waits for it. */
    public void deferred(boolean deferred) {
        call(
                "unitcell_emulator_deferred",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
                deferred ? 1 : 0);
    }

    /** What went wrong in the last launch that failed, empty if none did. */
    public String fault() {
        return text(call("unitcell_emulator_fault", FunctionDescriptor.of(ValueLayout.ADDRESS)));
    }

    /** Names of all kernels. */
    public List<String> kernels() {
        List<String> names = new ArrayList<>();
        FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
        for (int i = 0; ; i++) {
            MemorySegment name = (MemorySegment) call("unitcell_emulator_kernel", type, i);
            if (name.address() == 0) {
                return names;
            }
            names.add(text(name));
        }
    }

    /** How often a kernel was launched since the library was loaded. */
    public long launches(String kernel) {
        try (Arena arena = Arena.ofConfined()) {
            FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
            return (long) call("unitcell_emulator_launches", type, arena.allocateFrom(kernel));
        }
    }

    /** Bytes of device memory that are not given back. */
    public long liveBytes() {
        return (long) call("unitcell_emulator_live_bytes", FunctionDescriptor.of(ValueLayout.JAVA_LONG));
    }

    private static String text(Object address) {
        return ((MemorySegment) address).reinterpret(Long.MAX_VALUE).getString(0);
    }

    private Object call(String name, FunctionDescriptor type, Object... arguments) {
        try {
            return Linker.nativeLinker()
                    .downcallHandle(symbols.find(name).orElseThrow(), type)
                    .invokeWithArguments(arguments);
        } catch (Throwable t) {
            throw new AssertionError("calling " + name, t);
        }
    }
}
