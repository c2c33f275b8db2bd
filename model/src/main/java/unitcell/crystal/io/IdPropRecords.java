package unitcell.crystal.io;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A folder in CGCNN's layout: {@code id_prop.csv}, without header, names in each row an id and its values; {@code ID.cif}
 * beside it holds the structure. The record's fields have no names, only an order ({@link RowFields#isPositional}).
 */
final class IdPropRecords implements RecordReader {
    static final String FILE = "id_prop.csv";

    private final Path path;
    private final Plausibility plausibility;
    private final CsvReader<CsvRecord> csv;
    private final CloseableIterator<CsvRecord> rows;
    private int line = 1;
    private boolean empty = true;

    IdPropRecords(Path path, Plausibility plausibility) {
        this.path = path;
        this.plausibility = plausibility;
        csv = CsvReader.builder()
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowUnclosedQuote(false)
                .maxBufferSize(InputLimits.MAX_FIELD)
                .ofCsvRecord(InputStreams.text(path));
        rows = csv.iterator();
    }

    static boolean isOne(Path path) {
        return path.getFileName().toString().equals(FILE);
    }

    @Override
    public Optional<CrystalRecord> next() {
        try {
            while (rows.hasNext()) {
                CsvRecord row = rows.next();
                line = (int) Math.min(Integer.MAX_VALUE, row.getStartingLineNumber());
                if (row.getFieldCount() > 1 || !row.getField(0).isBlank()) {
                    empty = false;
                    return Optional.of(record(row));
                }
            }
        } catch (UncheckedIOException e) {
            throw InputStreams.failure(e.getCause(), where());
        } catch (CsvParseException e) {
            throw new InputException(
                    new Finding(
                            Finding.Kind.SYNTAX,
                            where(),
                            "no valid CSV after this line: " + Findings.show("" + e.getMessage())),
                    e);
        }
        if (empty) {
            empty = false;
            throw InputException.of(Finding.Kind.EMPTY, Location.of(path.toString()), "file holds no rows");
        }
        return Optional.empty();
    }

    private Location where() {
        return new Location(path.toString(), line, 0);
    }

    private CrystalRecord record(CsvRecord row) {
        List<String> cells = row.getFields();
        String id = cells.get(0).strip();
        RowFields fields = RowFields.positional(cells.subList(1, cells.size()));
        try {
            // The id becomes part of a path: it must stay in this folder.
            if (!id.matches("[^/\\\\\\p{Cntrl}]+") || id.equals("..") || id.equals(".")) {
                throw InputException.of(
                        Finding.Kind.ROW_SHAPE,
                        where(),
                        "id '" + Findings.show(id) + "', expected the stem of a CIF file");
            }
            Path cif = path.resolveSibling(id + ".cif");
            if (!Files.exists(cif)) {
                throw InputException.of(
                        Finding.Kind.IO, where(), "no file '" + cif.getFileName() + "' beside this table");
            }
            return structure(cif, id, fields);
        } catch (InputException e) {
            return CrystalRecord.Refused.of(e.finding(), id, fields);
        }
    }

    private CrystalRecord structure(Path cif, String id, RowFields fields) {
        CifRecords structures = new CifRecords(cif, plausibility);
        CrystalRecord first = structures.next().orElseThrow();
        if (structures.next().isPresent()) {
            throw InputException.of(
                    Finding.Kind.ROW_SHAPE,
                    first.where(),
                    "found several structures, expected one for the row of " + id);
        }
        return switch (first) {
            case CrystalRecord.Accepted a ->
                new CrystalRecord.Accepted(a.where(), a.crystal().withId(id), fields, a.warnings());
            case CrystalRecord.Refused r ->
                new CrystalRecord.Refused(r.where(), id, fields, r.findings(), r.composition());
            case CrystalRecord.CompositionOnly c ->
                throw new IllegalStateException("a CIF file gave a composition only: " + c);
        };
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }
}
