package unitcell.trainer.data;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CifWriter;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.RowFields;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.FileFault;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.DatasetReader.Skipped;

/**
 * Divides crystals into a table to train on and a table to test on, {@link #TRAIN} and {@link #TEST}, all crystals of one
 * reduced composition on the same side. Rows keep their order and their other columns; structures are written in full (P 1)
 * in a column {@code cif}. Both tables appear whole or not at all.
 *
 * <p>Memory: one row, and what was skipped.
 *
 * @param fraction expected share of compositions to test on, in (0, 1)
 * @param seed decides, together with the composition, about the side
 * @param strict end at the first crystal that cannot be used
 */
public record TableSplit(double fraction, long seed, boolean strict) {
    /** Crystals to train on. */
    public static final String TRAIN = "train.csv";

    /** Crystals to test on. */
    public static final String TEST = "test.csv";

    private static final String CIF = "cif";
    private static final String ID = "material_id";

    /**
     * What was written.
     *
     * @param stopped whether it was asked to stop; there are no tables then
     */
    public record Outcome(boolean stopped, long train, long test, List<Skipped> skipped) {}

    /** Splits a stream of crystals into two tables in a folder. */
    public Outcome write(Iterator<CrystalRecord> records, Path out, BooleanSupplier stop, LongConsumer done)
            throws IOException {
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw FileFault.of("create", out, e);
        }
        Pass pass = new Pass(records, stop, done);
        try {
            AtomicFiles.replace(
                    out.resolve(TRAIN),
                    train -> AtomicFiles.replace(out.resolve(TEST), test -> pass.write(train, test)));
        } catch (Stopped _) {
            return new Outcome(true, pass.train, pass.test, List.copyOf(pass.skipped));
        }
        SkippedList.write(out.resolve("skipped.csv"), pass.skipped);
        return new Outcome(false, pass.train, pass.test, List.copyOf(pass.skipped));
    }

    /** Ends the writing of both files, so that neither appears. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final class Pass {
        private final Iterator<CrystalRecord> records;
        private final BooleanSupplier stop;
        private final LongConsumer done;
        private final List<Skipped> skipped = new ArrayList<>();
        // Not the seed itself: training splits what is left by its own seed, and the same draws would leave nothing to
        // validate on.
        private final long own = Seeds.of(seed, "table split");
        private List<String> columns;
        private long train;
        private long test;

        Pass(Iterator<CrystalRecord> records, BooleanSupplier stop, LongConsumer done) {
            this.records = records;
            this.stop = stop;
            this.done = done;
        }

        void write(Path trainFile, Path testFile) throws IOException {
            try (CsvWriter trainCsv = CsvWriter.builder().build(trainFile);
                    CsvWriter testCsv = CsvWriter.builder().build(testFile)) {
                while (records.hasNext()) {
                    if (stop.getAsBoolean()) {
                        throw new Stopped();
                    }
                    switch (records.next()) {
                        case CrystalRecord.Accepted a -> add(a, trainCsv, testCsv);
                        case CrystalRecord.Refused r -> skip(new Skipped(r.id(), "refused", r.message()));
                        case CrystalRecord.CompositionOnly c ->
                            skip(new Skipped(c.id(), "refused", c.where() + ": a composition without a structure"));
                    }
                    done.accept(train + test + skipped.size());
                }
            }
            if (train + test == 0) {
                throw TrainerException.input(
                        skipped.isEmpty()
                                ? "the input holds no crystals"
                                : "none of " + skipped.size() + " crystals could be read; the first: "
                                        + skipped.get(0).detail());
            }
        }

        private void skip(Skipped crystal) {
            if (strict) {
                throw TrainerException.input(crystal.detail());
            }
            skipped.add(crystal);
        }

        private void add(CrystalRecord.Accepted record, CsvWriter trainCsv, CsvWriter testCsv) {
            RowFields fields = record.fields();
            if (columns == null) {
                columns = columns(fields);
                trainCsv.writeRecord(columns);
                testCsv.writeRecord(columns);
            } else if (!columns.equals(columns(fields))) {
                throw TrainerException.input(record.where() + ": columns " + columns(fields)
                        + ", those of the crystals before are " + columns + "; split such tables one by one");
            }
            boolean tests = Split.validates(record.crystal(), fraction, own);
            (tests ? testCsv : trainCsv).writeRecord(row(record.crystal(), fields));
            train += tests ? 0 : 1;
            test += tests ? 1 : 0;
        }

        private List<String> row(Crystal crystal, RowFields fields) {
            List<String> row = new ArrayList<>(columns.size());
            for (String column : columns) {
                row.add(
                        column.equals(CIF)
                                ? CifWriter.write(crystal)
                                : column.equals(ID)
                                        ? crystal.id()
                                        : fields.text(column).orElse(""));
            }
            return row;
        }

        private static List<String> columns(RowFields fields) {
            List<String> columns = new ArrayList<>(fields.names());
            if (!columns.contains(ID)) {
                columns.add(0, ID);
            }
            if (!columns.contains(CIF)) {
                columns.add(CIF);
            }
            return columns;
        }
    }
}
