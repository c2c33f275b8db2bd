package unitcell.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUstream;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.runtime.cudaStream_t;
import unitcell.engine.DType;
import unitcell.engine.DeviceException;
import unitcell.engine.Precision;

/**
 * Matrix products by JCublas, which loads where {@code libcublas.so.12} exists.
 *
 * <p>Memory convention: the two scalars of a call lie in a native segment that the call reads before it returns.
 */
final class JcublasGemm implements Gemm {
    private final cublasHandle handle;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment scalars = arena.allocate(16, 16);
    private final Pointer alpha = new HostPointer(scalars.address());
    private final Pointer beta = new HostPointer(scalars.address() + 8);
    private final Precision precision;
    private final int version;

    private JcublasGemm(CUstream stream, Precision precision) {
        this.precision = precision;
        handle = new cublasHandle();
        check("cublasCreate", JCublas2.cublasCreate(handle));
        check("cublasSetStream", JCublas2.cublasSetStream(handle, new cudaStream_t(stream)));
        check("cublasSetMathMode", JCublas2.cublasSetMathMode(handle, CublasSizes.mathMode(precision)));
        int[] number = new int[1];
        check("cublasGetVersion", JCublas2.cublasGetVersion(handle, number));
        version = number[0];
    }

    /**
     * JCublas, if its native library and cuBLAS 12 can be loaded.
     *
     * @param tried receives a line if not
     * @return null if it cannot be used
     */
    static JcublasGemm find(CUstream stream, Precision precision, List<String> tried) {
        try {
            String named = System.getProperty(ForeignCublas.LIBRARY);
            if (named != null) {
                // Loaded first under its own name libcublas.so.12, it satisfies JCublas' dependency of that name.
                System.load(Path.of(named).toAbsolutePath().toString());
            }
            NativeLibraries.unpacking(() -> JCublas2.setExceptionsEnabled(false));
            return new JcublasGemm(stream, precision);
        } catch (LinkageError e) {
            tried.add("JCublas: " + NativeLibraries.firstLine(e));
        } catch (DeviceException e) {
            tried.add("JCublas: " + e.getMessage());
        }
        return null;
    }

    private static void check(String function, int status) {
        if (status != 0) {
            throw new DeviceException(function + " failed with status " + status + CublasSizes.meaning(status));
        }
    }

    @Override
    public void multiply(Product p) {
        if (p.m() == 0 || p.n() == 0 || p.batch() == 0) {
            return;
        }
        CublasSizes.check(p);
        int opB = p.b().transposed() ? 1 : 0;
        int opA = p.a().transposed() ? 1 : 0;
        Pointer a = HostPointer.device(p.a().address());
        Pointer b = HostPointer.device(p.b().address());
        Pointer c = HostPointer.device(p.c().address());
        int m = (int) p.m();
        int n = (int) p.n();
        int k = (int) p.k();
        int strideA = CublasSizes.leading(p.a());
        int strideB = CublasSizes.leading(p.b());
        int strideC = CublasSizes.leading(p.c());
        long batchA = p.a().batchStride();
        long batchB = p.b().batchStride();
        long batchC = p.c().batchStride();
        // Row-major c = a b is column-major c^T = b^T a^T: the same memory with the operands exchanged.
        int status;
        if (p.dtype() == DType.F64) {
            scalars.set(ValueLayout.JAVA_DOUBLE, 0, p.alpha());
            scalars.set(ValueLayout.JAVA_DOUBLE, 8, p.beta());
            status = JCublas2.cublasDgemmStridedBatched(
                    handle, opB, opA, n, m, k, alpha, b, strideB, batchB, a, strideA, batchA, beta, c, strideC, batchC,
                    p.batch());
        } else {
            scalars.set(ValueLayout.JAVA_FLOAT, 0, (float) p.alpha());
            scalars.set(ValueLayout.JAVA_FLOAT, 8, (float) p.beta());
            status = JCublas2.cublasSgemmStridedBatched(
                    handle, opB, opA, n, m, k, alpha, b, strideB, batchB, a, strideA, batchA, beta, c, strideC, batchC,
                    p.batch());
        }
        check("a product of " + m + " x " + k + " x " + n, status);
    }

    @Override
    public String description() {
        return "cuBLAS " + CublasSizes.version(version) + " through JCublas, " + precision.key();
    }

    @Override
    public void close() {
        check("cublasDestroy", JCublas2.cublasDestroy(handle));
        arena.close();
    }
}
