package unitcell.crystal.io;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import unitcell.crystal.Composition;

/**
 * A CSV table (RFC 4180, UTF-8, header row) with CIF text in a column {@code cif}, or else structures in a column
 * {@code structure} (dictionaries as {@link StructureData} has them, in JSON or as Python prints them, or CIF text), or else
 * formulas in a column {@code composition} or {@code formula}. The id is taken from the first of the columns {@code material_id}, {@code id}, {@code mp_id},
 * {@code structure_id}, {@code name} that exists, otherwise it is {@code row-N}.
 */
final class CsvRecords implements RecordReader {
    private static final String STRUCTURE = "structure";
    private static final List<String> COMPOSITION_COLUMNS = List.of("composition", "formula");
    private static final List<String> ID_COLUMNS = List.of("material_id", "id", "mp_id", "structure_id", "name");

    private final String file;
    private final Plausibility plausibility;
    private final CsvReader<CsvRecord> csv;
    private final CloseableIterator<CsvRecord> rows;
    private final List<String> header;
    private final ObjectRecords objects;
    private final int cifColumn; // or that of dictionaries, see isCif
    private final boolean isCif;
    private final int compositionColumn;
    private final int idColumn;
    private long row;
    private int line = 1; // of the last record, for errors between records

    CsvRecords(Path path, Plausibility plausibility) {
        file = path.toString();
        this.plausibility = plausibility;
        objects = new ObjectRecords(file, plausibility);
        Reader reader = new InputStreamReader(
                InputStreams.open(path),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
        csv = CsvReader.builder()
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowUnclosedQuote(false)
                .maxBufferSize(InputLimits.MAX_FIELD)
                .ofCsvRecord(reader);
        rows = csv.iterator();
        try {
            Optional<CsvRecord> first = read();
            if (first.isEmpty()) {
                throw InputException.of(Finding.Kind.EMPTY, Location.of(file), "table has no header row");
            }
            header = header(first.get());
            isCif = header.contains("cif");
            cifColumn = header.indexOf(isCif ? "cif" : STRUCTURE);
            compositionColumn = first(COMPOSITION_COLUMNS, header);
            idColumn = first(ID_COLUMNS, header);
            if (cifColumn < 0 && compositionColumn < 0) {
                throw InputException.of(
                        Finding.Kind.COLUMN_MISSING,
                        new Location(file, 1, 0),
                        "no column 'cif', 'structure', 'composition' or 'formula'; columns are "
                                + Findings.show(String.join(", ", header)));
            }
        } catch (InputException e) {
            closeAfter(e);
            throw e;
        }
    }

    private static int first(List<String> names, List<String> header) {
        return names.stream()
                .mapToInt(header::indexOf)
                .filter(i -> i >= 0)
                .findFirst()
                .orElse(-1);
    }

    private void closeAfter(InputException e) {
        try {
            close();
        } catch (IOException suppressed) {
            e.addSuppressed(suppressed);
        }
    }

    private List<String> header(CsvRecord first) {
        List<String> names = first.getFields().stream()
                .map(name -> name.startsWith("\uFEFF") ? name.substring(1) : name)
                .map(String::strip)
                .toList();
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!name.isEmpty() && !seen.add(name.toLowerCase(Locale.ROOT))) {
                throw InputException.of(
                        Finding.Kind.SYNTAX,
                        new Location(file, 1, 0),
                        "column '" + Findings.show(name) + "' occurs twice");
            }
        }
        return names;
    }

    private Optional<CsvRecord> read() {
        try {
            while (rows.hasNext()) {
                CsvRecord record = rows.next();
                line = (int) Math.min(Integer.MAX_VALUE, record.getStartingLineNumber());
                if (record.getFieldCount() > 1 || !record.getField(0).isBlank()) {
                    return Optional.of(record);
                }
            }
            return Optional.empty();
        } catch (UncheckedIOException e) {
            throw InputStreams.failure(e.getCause(), new Location(file, line, 0));
        } catch (CsvParseException e) {
            if (e.getCause() instanceof IOException io) {
                throw InputStreams.failure(io, new Location(file, line, 0));
            }
            throw new InputException(
                    new Finding(
                            Finding.Kind.SYNTAX,
                            new Location(file, line, 0),
                            "no valid CSV after this line: " + Findings.show("" + e.getMessage())),
                    e);
        }
    }

    @Override
    public Optional<CrystalRecord> next() {
        Optional<CsvRecord> record = read();
        if (record.isEmpty() && row++ == 0) {
            throw InputException.of(Finding.Kind.EMPTY, Location.of(file), "table has a header but no rows");
        }
        return record.map(this::record);
    }

    private CrystalRecord record(CsvRecord record) {
        row++;
        Location where = new Location(file, line, 0);
        if (record.getFieldCount() != header.size()) {
            return CrystalRecord.Refused.of(
                    new Finding(
                            Finding.Kind.ROW_SHAPE,
                            where,
                            "row " + row + " has " + record.getFieldCount() + " fields, expected " + header.size()),
                    "row-" + row,
                    RowFields.NONE);
        }
        RowFields fields = fields(record);
        String named = idColumn < 0 ? "" : record.getField(idColumn).strip();
        String id = named.isEmpty() ? "row-" + row : named;
        try {
            return cifColumn >= 0
                    ? structure(record, id, where, fields)
                    : composition(record.getField(compositionColumn), id, where, fields);
        } catch (InputException e) {
            return CrystalRecord.Refused.of(e.finding(), id, fields);
        }
    }

    private RowFields fields(CsvRecord record) {
        List<String> values = record.getFields();
        if (cifColumn < 0) {
            return new RowFields(header, values);
        }
        // The structure is parsed already; keeping it would keep most of the file in memory.
        List<String> others = new java.util.ArrayList<>(values);
        others.set(cifColumn, "");
        return new RowFields(header, others);
    }

    private CrystalRecord structure(CsvRecord record, String id, Location where, RowFields fields) {
        int firstLine = line;
        for (int i = 0; i < cifColumn; i++) {
            String before = record.getField(i);
            firstLine += (int) before.chars().filter(c -> c == '\n').count();
        }
        String text = record.getField(cifColumn);
        if (text.isBlank()) {
            throw InputException.of(
                    Finding.Kind.EMPTY,
                    where,
                    "row " + row + " (" + id + ") has an empty " + header.get(cifColumn) + " field");
        }
        if (!isCif) {
            return objects.text(text, STRUCTURE, id, where, fields);
        }
        List<CifStructures.Outcome> outcomes = CifStructures.read(text, file, firstLine, plausibility);
        if (outcomes.size() > 1) {
            throw InputException.of(
                    Finding.Kind.ROW_SHAPE,
                    where,
                    "row " + row + " (" + id + ") holds " + outcomes.size() + " structures, expected one");
        }
        return CifRecords.record(outcomes.get(0), id, where, fields, List.of());
    }

    private CrystalRecord composition(String formula, String id, Location where, RowFields fields) {
        try {
            return new CrystalRecord.CompositionOnly(where, id, Composition.parse(formula), fields);
        } catch (IllegalArgumentException e) {
            throw InputException.of(Finding.Kind.COMPOSITION, where, "row " + row + " (" + id + "): " + e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }
}
