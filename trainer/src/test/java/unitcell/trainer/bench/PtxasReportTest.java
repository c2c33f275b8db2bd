package unitcell.trainer.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PtxasReportTest {
    @Test
    void readsEveryEntry() {
        List<PtxasReport.Entry> entries = PtxasReport.parse("sums", """
                ptxas info    : 0 bytes gmem
                ptxas info    : Compiling entry function 'sum_f32' for 'sm_80'
                ptxas info    : Function properties for sum_f32
                    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
                ptxas info    : Used 40 registers, used 1 barriers, 8704 bytes smem, 392 bytes cmem[0]
                ptxas info    : Compile time = 91.942 ms
                ptxas info    : Compiling entry function 'sum_f64' for 'sm_90'
                ptxas info    : Function properties for sum_f64
                    16 bytes stack frame, 12 bytes spill stores, 8 bytes spill loads
                ptxas info    : Used 255 registers, used 0 barriers
                """.lines().toList());
        assertEquals(
                List.of(
                        new PtxasReport.Entry("sums", "sum_f32", "80", 40, 0, 0, 8704),
                        new PtxasReport.Entry("sums", "sum_f64", "90", 255, 16, 20, 0)),
                entries);
    }

    @Test
    void aMissingFolderHasNone(@TempDir Path folder) throws IOException {
        assertEquals(List.of(), PtxasReport.read(folder.resolve("none")));
    }
}
