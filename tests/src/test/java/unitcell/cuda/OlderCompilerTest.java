package unitcell.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The PTX of the kernels, whose header is lowered for older drivers, under an older compiler than the one it comes from: the
 * PTX compiler of CUDA 12.0 that JCuda carries, which is what a driver of that version would compile it with.
 */
class OlderCompilerTest {
    @BeforeAll
    static void load() {
        Assumptions.assumeFalse(CudaModules.families().isEmpty(), "no kernels were compiled: it needs nvcc");
        NativeLibraries.unpacking(() -> JNvPTXCompiler.setExceptionsEnabled(false));
    }

    @Test
    void isOlder() {
        int[] major = new int[1];
        int[] minor = new int[1];
        assertEquals(0, JNvPTXCompiler.nvPTXCompilerGetVersion(major, minor));
        assertEquals("12.0", major[0] + "." + minor[0]);
    }

    @Test
    void acceptsEveryKernelFile() {
        List<String> refused = CudaModules.families().stream()
                .flatMap(family -> Stream.of("sm_80", "sm_90").map(architecture -> family + " " + architecture))
                .parallel()
                .map(OlderCompilerTest::assemble)
                .filter(text -> !text.isEmpty())
                .toList();
        assertEquals(List.of(), refused);
    }

    /** What the compiler has against a kernel file; empty if nothing. */
    private static String assemble(String what) {
        String[] words = what.split(" ");
        byte[] ptx = ptx(words[0]);
        assertFalse(ptx.length == 0, what);
        nvPTXCompilerHandle handle = new nvPTXCompilerHandle();
        int status = JNvPTXCompiler.nvPTXCompilerCreate(handle, ptx.length, Arrays.copyOf(ptx, ptx.length + 1));
        if (status == nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
            String[] options = {"--gpu-name=" + words[1], "--opt-level=0"};
            status = JNvPTXCompiler.nvPTXCompilerCompile(handle, options.length, options);
        }
        String text = status == nvPTXCompileResult.NVPTXCOMPILE_SUCCESS ? "" : what + ": " + log(handle);
        JNvPTXCompiler.nvPTXCompilerDestroy(handle);
        return text;
    }

    private static String log(nvPTXCompilerHandle handle) {
        long[] size = new long[1];
        JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(handle, size);
        byte[] log = new byte[Math.toIntExact(size[0]) + 1];
        JNvPTXCompiler.nvPTXCompilerGetErrorLog(handle, log);
        return new String(log, StandardCharsets.UTF_8).strip();
    }

    private static byte[] ptx(String family) {
        try (InputStream in = CudaModules.class.getResourceAsStream(family + ".ptx")) {
            return in == null ? new byte[0] : in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
