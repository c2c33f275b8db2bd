package unitcell.cuda;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import unitcell.engine.DType;
import unitcell.engine.DeviceException;
import unitcell.engine.Precision;

/**
 * Matrix products by whichever cuBLAS is installed, called through java.lang.foreign. The calls used (create, destroy,
 * stream, math mode, version, strided batched products) are the same in cuBLAS 11 to 13 (NVIDIA cuBLAS library reference,
 * section "cuBLAS Level-3 Function Reference").
 *
 * <p>Memory convention: the two scalars of a call lie in a native segment that the call reads before it returns. The
 * library stays loaded until the process ends.
 */
final class ForeignCublas implements Gemm {
    /** A library to use in place of those that are looked for. */
    static final String LIBRARY = "unitcell.cublas.library";

    private static final List<String> NAMES = List.of("libcublas.so.13", "libcublas.so.12", "libcublas.so.11");
    private static final List<String> FOLDERS =
            List.of("/usr/local/cuda/lib64", "/usr/local/cuda/targets/x86_64-linux/lib", "/usr/lib/x86_64-linux-gnu");
    private static final FunctionDescriptor GEMM = FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG, // handle
            ValueLayout.JAVA_INT, // transposition of a
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT, // m, n, k
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS, // alpha
            ValueLayout.JAVA_LONG, // a, row length, batch stride
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG, // b
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS, // beta
            ValueLayout.JAVA_LONG, // c
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT); // batch

    private final String library;
    private final Arena arena = Arena.ofShared();
    private final MethodHandle single;
    private final MethodHandle wide;
    private final MethodHandle destroy;
    private final MemorySegment alpha;
    private final MemorySegment beta;
    private final long handle;
    private final int version;
    private final Precision precision;

    private ForeignCublas(String library, SymbolLookup symbols, long stream, Precision precision) {
        this.library = library;
        this.precision = precision;
        single = bind(symbols, "cublasSgemmStridedBatched", GEMM);
        wide = bind(symbols, "cublasDgemmStridedBatched", GEMM);
        destroy = bind(symbols, "cublasDestroy_v2", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
        alpha = arena.allocate(8, 8);
        beta = arena.allocate(8, 8);
        FunctionDescriptor withPointer =
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
        FunctionDescriptor withInt =
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
        MemorySegment result = arena.allocate(8, 8);
        MethodHandle create =
                bind(symbols, "cublasCreate_v2", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        check("cublasCreate", call(create, result));
        handle = result.get(ValueLayout.JAVA_LONG, 0);
        check("cublasSetStream", call(bind(symbols, "cublasSetStream_v2", withPointer), handle, address(stream)));
        check(
                "cublasSetMathMode",
                call(bind(symbols, "cublasSetMathMode", withInt), handle, CublasSizes.mathMode(precision)));
        check("cublasGetVersion", call(bind(symbols, "cublasGetVersion_v2", withPointer), handle, result));
        version = result.get(ValueLayout.JAVA_INT, 0);
    }

    private static MemorySegment address(long value) {
        return MemorySegment.ofAddress(value);
    }

    /**
     * The first cuBLAS that can be loaded and used.
     *
     * @param tried receives a line for each place that was looked at in vain
     * @return null if there is none
     */
    static ForeignCublas find(long stream, Precision precision, List<String> tried) {
        for (String candidate : candidates()) {
            try {
                return new ForeignCublas(
                        candidate, SymbolLookup.libraryLookup(candidate, Arena.global()), stream, precision);
            } catch (IllegalArgumentException absent) {
                tried.add(candidate + " cannot be loaded"); // libraryLookup's documented answer
            } catch (DeviceException unusable) {
                tried.add(unusable.getMessage());
            }
        }
        return null;
    }

    private static List<String> candidates() {
        String named = System.getProperty(LIBRARY);
        if (named != null) {
            return List.of(named);
        }
        List<String> all = new ArrayList<>(NAMES);
        for (String folder : FOLDERS) {
            NAMES.stream()
                    .map(name -> Path.of(folder, name))
                    .filter(Files::exists)
                    .forEach(p -> all.add(p.toString()));
        }
        // Where pip puts NVIDIA's libraries: a machine with PyTorch often has no other cuBLAS.
        for (String python : List.of("/usr/lib/python3", "/usr/local/lib")) {
            all.addAll(wheels(Path.of(python)));
        }
        return all;
    }

    private static List<String> wheels(Path root) {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> files = Files.find(
                root,
                8,
                (path, kind) -> path.getParent() != null
                        && path.toString().contains("/nvidia/")
                        && NAMES.contains(String.valueOf(path.getFileName())))) {
            return files.map(Path::toString).sorted().toList().reversed();
        } catch (IOException | java.io.UncheckedIOException e) {
            System.getLogger(ForeignCublas.class.getName())
                    .log(System.Logger.Level.DEBUG, "looking for cuBLAS below " + root, e);
            return List.of();
        }
    }

    private MethodHandle bind(SymbolLookup symbols, String name, FunctionDescriptor descriptor) {
        MemorySegment symbol = symbols.find(name).orElseThrow(() -> new DeviceException(library + " has no " + name));
        return Linker.nativeLinker().downcallHandle(symbol, descriptor);
    }

    private int call(MethodHandle function, Object... arguments) {
        try {
            return (int) function.invokeWithArguments(arguments);
        } catch (Throwable t) {
            throw new DeviceException("calling " + library + " failed: " + t, t);
        }
    }

    private void check(String function, int status) {
        if (status != 0) {
            throw new DeviceException(
                    library + ": " + function + " failed with status " + status + CublasSizes.meaning(status));
        }
    }

    @Override
    public void multiply(Product p) {
        if (p.m() == 0 || p.n() == 0 || p.batch() == 0) {
            return;
        }
        CublasSizes.check(p);
        boolean f64 = p.dtype() == DType.F64;
        if (f64) {
            alpha.set(ValueLayout.JAVA_DOUBLE, 0, p.alpha());
            beta.set(ValueLayout.JAVA_DOUBLE, 0, p.beta());
        } else {
            alpha.set(ValueLayout.JAVA_FLOAT, 0, (float) p.alpha());
            beta.set(ValueLayout.JAVA_FLOAT, 0, (float) p.beta());
        }
        int status;
        try {
            // Row-major c = a b is column-major c^T = b^T a^T: the same memory with the operands exchanged.
            status = (int) (f64 ? wide : single)
                    .invokeExact(
                            handle,
                            p.b().transposed() ? 1 : 0,
                            p.a().transposed() ? 1 : 0,
                            (int) p.n(),
                            (int) p.m(),
                            (int) p.k(),
                            alpha,
                            p.b().address(),
                            CublasSizes.leading(p.b()),
                            p.b().batchStride(),
                            p.a().address(),
                            CublasSizes.leading(p.a()),
                            p.a().batchStride(),
                            beta,
                            p.c().address(),
                            CublasSizes.leading(p.c()),
                            p.c().batchStride(),
                            p.batch());
        } catch (Throwable t) {
            throw new DeviceException("calling " + library + " failed: " + t, t);
        }
        check("a product of " + p.m() + " x " + p.k() + " x " + p.n(), status);
    }

    @Override
    public String description() {
        return "cuBLAS " + CublasSizes.version(version) + " through java.lang.foreign, " + precision.key() + " ("
                + library + ")";
    }

    @Override
    public void close() {
        check("cublasDestroy", call(destroy, handle));
        arena.close();
    }
}
