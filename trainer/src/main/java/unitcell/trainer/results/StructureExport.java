package unitcell.trainer.results;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CifWriter;
import unitcell.crystal.io.ExtXyzWriter;
import unitcell.engine.io.FileFault;

/**
 * Completed crystals in the forms that other programs evaluate, all in the same order: {@code generated.extxyz};
 * {@code generated_crystals_cif.zip}, as MatterGen's evaluator reads it, entries {@code gen_000000.cif} and so on;
 * {@code structures.csv} with the CIF in the columns {@code cif} (this program, CDVAE) and {@code cif_string}
 * (LeMat-GenBench); {@code cif/}, the first of the entries as files.
 *
 * <p>Writes as it goes and keeps nothing. Close it.
 */
final class StructureExport implements AutoCloseable {
    static final String XYZ = "generated.extxyz";
    static final String ZIP = "generated_crystals_cif.zip";
    static final String TABLE = "structures.csv";
    static final String CIFS = "cif";

    /** Any fixed time: equal crystals make equal bytes. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final Path folder;
    private final int files;
    private final BufferedWriter frames;
    private final ZipOutputStream zip;
    private final CsvWriter table;
    private long written;

    /**
     * @param folder does not exist yet
     * @param files most crystals to write as files of their own
     */
    StructureExport(Path folder, int files) throws IOException {
        this.folder = folder;
        this.files = files;
        try {
            Files.createDirectories(folder.resolve(CIFS));
            frames = Files.newBufferedWriter(folder.resolve(XYZ));
            OutputStream out = new BufferedOutputStream(Files.newOutputStream(folder.resolve(ZIP)));
            zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
            table = CsvWriter.builder().build(folder.resolve(TABLE));
        } catch (IOException e) {
            throw FileFault.of("write", folder, e);
        }
        table.writeRecord(
                "material_id",
                "file",
                "formula",
                "original_formula",
                "structure_valid",
                "composition_valid",
                "cif",
                "cif_string");
    }

    /** Writes a completed crystal under its original's id. */
    void add(Trial trial) throws IOException {
        Crystal crystal = trial.completed();
        String name = String.format(Locale.ROOT, "gen_%06d.cif", written);
        String cif = CifWriter.write(crystal);
        try {
            ExtXyzWriter.append(frames, crystal);
            ZipEntry entry = new ZipEntry(name);
            entry.setTimeLocal(TIME);
            zip.putNextEntry(entry);
            zip.write(cif.getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
            if (written < files) {
                Files.writeString(folder.resolve(CIFS).resolve(name), cif);
            }
        } catch (IOException e) {
            throw FileFault.of("write", folder, e);
        }
        table.writeRecord(
                crystal.id(),
                name,
                crystal.composition().reducedFormula(),
                trial.original().composition().reducedFormula(),
                Boolean.toString(trial.verdict().structure()),
                Boolean.toString(trial.verdict().composition()),
                cif,
                cif);
        written++;
    }

    @Override
    public void close() throws IOException {
        try (frames;
                zip;
                table) {
            frames.flush();
        }
    }
}
