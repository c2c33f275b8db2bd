package unitcell.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ranges arrive at a profiler's library. The stand-in for it was tried with NVIDIA's own headers and libnvtx3interop, and
 * checks the tables that it is given.
 */
class NvtxTest {
    @TempDir
    Path folder;

    /** The stand-in, compiled; a copy for each test, since each keeps its notes. */
    private String tool() throws IOException, InterruptedException {
        Path source = folder.resolve("nvtx-tool.c");
        try (InputStream in = NvtxTest.class.getResourceAsStream("nvtx-tool.c")) {
            Files.copy(in, source);
        }
        Path library = folder.resolve("libnvtx-tool.so");
        Process compiler;
        try {
            compiler = new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException absent) {
            Assumptions.abort("ranges are not tested: there is no C compiler (" + absent.getMessage() + ")");
            return "";
        }
        String words = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, compiler.waitFor(), words);
        return library.toString();
    }

    private static String noted(String library) throws Throwable {
        MemorySegment function = SymbolLookup.libraryLookup(library, Arena.global())
                .find("nvtx_tool_noted")
                .orElseThrow();
        MemorySegment text = (MemorySegment) Linker.nativeLinker()
                .downcallHandle(function, FunctionDescriptor.of(ValueLayout.ADDRESS))
                .invokeExact();
        return text.reinterpret(4096).getString(0);
    }

    @Test
    void aListeningToolIsGivenTablesAndReceivesRanges() throws Throwable {
        String library = tool();
        Nvtx ranges = Nvtx.open(null, library);
        assertTrue(ranges.on(), ranges.description());
        assertEquals("ranges to " + library, ranges.description());
        ranges.push("step");
        ranges.push("blocks.0 \u00e5");
        ranges.pop();
        ranges.pop();
        assertEquals("attached<step<blocks.0 \u00e5>>", noted(library));
    }

    @Test
    void aNamedLibraryReceivesRanges() throws Throwable {
        String library = tool();
        Nvtx ranges = Nvtx.open(library, null);
        assertEquals("ranges through " + library, ranges.description());
        ranges.push("step");
        ranges.pop();
        assertEquals("<step>", noted(library));
    }

    @Test
    void saysWhyRangesAreOff() {
        Nvtx off = Nvtx.open();
        assertFalse(off.on());
        off.push("nowhere");
        off.pop();
        assertEquals("ranges are off: -Dunitcell.nvtx=true turns them on", off.description());
        assertEquals(
                "ranges are off: NVTX_INJECTION64_PATH names libno-such-tool.so, which cannot be loaded",
                Nvtx.open(null, "libno-such-tool.so").description());
        assertEquals(
                "ranges are off: NVTX_INJECTION64_PATH names libc.so.6, which has no InitializeInjectionNvtx2",
                Nvtx.open(null, "libc.so.6").description());
        assertEquals(
                "ranges are off: -Dunitcell.nvtx.library=libc.so.6 has no nvtxRangePushA",
                Nvtx.open("libc.so.6", null).description());
    }
}
