package unitcell.trainer.results.tuned;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import unitcell.engine.io.FileFault;
import unitcell.trainer.TrainerException;

/**
 * {@code predictions.csv} of a fine-tuning run, read row by row: {@code id,init,seed,fold,split,system}, the true values
 * ({@code true}, or {@code true_0} and so on) and the predicted ones.
 */
final class Predictions {
    private static final int MAX_FIELD = 1 << 20;

    /**
     * A prediction.
     *
     * @param truth [T]
     * @param predicted [T]
     */
    record Row(String id, String init, long seed, int fold, String split, double[] truth, double[] predicted) {}

    private final Path file;
    private final int width;

    /** @param width values T of a row */
    Predictions(Path file, int width) {
        this.file = file;
        this.width = width;
    }

    /** Reads all rows on the test side. */
    void forEach(Consumer<Row> consumer) throws IOException {
        try (CsvReader<CsvRecord> csv = CsvReader.builder()
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .maxBufferSize(MAX_FIELD)
                .ofCsvRecord(file)) {
            Columns columns = null;
            for (CsvRecord record : csv) {
                if (columns == null) {
                    columns = columns(record.getFields());
                } else {
                    Row row = row(record, columns);
                    if (row.split().equals("test")) {
                        consumer.accept(row);
                    }
                }
            }
            if (columns == null) {
                throw TrainerException.input(file + ": empty, expected a header row");
            }
        } catch (CsvParseException e) {
            throw TrainerException.input(file + ": no valid CSV: " + e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw FileFault.of("read", file, e.getCause());
        } catch (TrainerException e) {
            throw e;
        } catch (IOException e) {
            throw FileFault.of("read", file, e);
        }
    }

    private record Columns(List<String> header, int[] truth, int[] predicted) {
        int of(String name) {
            return header.indexOf(name);
        }
    }

    private Columns columns(List<String> header) {
        for (String name : List.of("id", "init", "seed", "fold", "split")) {
            if (!header.contains(name)) {
                throw TrainerException.input(file + ":1: no column '" + name + "', expected one of the columns that"
                        + " finetune writes; columns are " + String.join(", ", header));
            }
        }
        return new Columns(header, values(header, "true"), values(header, "predicted"));
    }

    private int[] values(List<String> header, String name) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < header.size(); i++) {
            if (header.get(i).equals(name) || header.get(i).startsWith(name + "_")) {
                found.add(i);
            }
        }
        if (found.size() != width) {
            throw TrainerException.input(
                    file + ":1: " + found.size() + " columns '" + name + "', expected " + width + " for this task");
        }
        return found.stream().mapToInt(i -> i).toArray();
    }

    private Row row(CsvRecord record, Columns columns) {
        if (record.getFieldCount() != columns.header().size()) {
            throw TrainerException.input(file + ":" + record.getStartingLineNumber() + ": " + record.getFieldCount()
                    + " fields, expected " + columns.header().size());
        }
        return new Row(
                record.getField(columns.of("id")),
                record.getField(columns.of("init")),
                (long) number(record, columns, columns.of("seed")),
                (int) number(record, columns, columns.of("fold")),
                record.getField(columns.of("split")),
                numbers(record, columns, columns.truth()),
                numbers(record, columns, columns.predicted()));
    }

    private double[] numbers(CsvRecord record, Columns columns, int[] at) {
        double[] numbers = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            numbers[i] = number(record, columns, at[i]);
        }
        return numbers;
    }

    private double number(CsvRecord record, Columns columns, int at) {
        String text = record.getField(at);
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw TrainerException.input(
                    file + ":" + record.getStartingLineNumber() + ": '" + text + "' in column '"
                            + columns.header().get(at) + "', expected a number",
                    e);
        }
    }
}
