package unitcell.tests.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import unitcell.tests.ProjectFiles;
import unitcell.trainer.bench.PtxasReport;

/** What NVIDIA's assembler says of the compiled kernels, where there was a compiler. */
class KernelResourcesTest {
    private static List<PtxasReport.Entry> reports() throws IOException {
        List<PtxasReport.Entry> entries = PtxasReport.read(ProjectFiles.root().resolve("kernels-cuda/target/kernels"));
        Assumptions.assumeFalse(
                entries.isEmpty(), "nothing to look at: nvcc was not found when the kernels were built");
        return entries;
    }

    /** Registers that do not fit go to memory, which costs a kernel in float32 its speed. */
    @Test
    void noKernelInFloat32UsesLocalMemory() throws IOException {
        List<PtxasReport.Entry> spilling = reports().stream()
                .filter(e -> !e.kernel().endsWith("_f64"))
                .filter(e -> e.stackBytes() > 0 || e.spillBytes() > 0)
                .toList();
        assertEquals(List.of(), spilling, "kernels with a stack frame or spilled registers");
    }

    @Test
    void everyKernelIsCompiledForBothArchitectures() throws IOException {
        List<PtxasReport.Entry> entries = reports();
        List<String> older = names(entries, "80");
        assertTrue(older.size() > 100, older.size() + " kernels");
        assertEquals(older, names(entries, "90"));
    }

    private static List<String> names(List<PtxasReport.Entry> entries, String architecture) {
        return entries.stream()
                .filter(e -> e.architecture().equals(architecture))
                .map(e -> e.file() + " " + e.kernel())
                .sorted()
                .toList();
    }
}
