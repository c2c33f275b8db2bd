package unitcell.trainer.data;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.FileFault;
import unitcell.trainer.data.DatasetReader.Skipped;

/** Writes which input was left out and why, as CSV: {@code id,rule,detail}. */
public final class SkippedList {
    private SkippedList() {}

    /** Creates or replaces the file, and its folder where need be. */
    public static void write(Path file, List<Skipped> skipped) throws IOException {
        try {
            java.nio.file.Files.createDirectories(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw FileFault.of("create", file.toAbsolutePath().getParent(), e);
        }
        AtomicFiles.replace(file, place -> {
            try (CsvWriter csv = CsvWriter.builder().build(place)) {
                csv.writeRecord("id", "rule", "detail");
                for (Skipped s : skipped) {
                    csv.writeRecord(s.id(), s.rule(), s.detail());
                }
            }
        });
    }
}
