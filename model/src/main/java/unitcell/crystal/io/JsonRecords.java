package unitcell.crystal.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import unitcell.crystal.io.Datum.Items;
import unitcell.crystal.io.Datum.Members;
import unitcell.crystal.io.Datum.Scalar;

/**
 * Crystals in a JSON file, in one of these layouts, told apart by what the file begins with; objects as
 * {@link ObjectRecords} reads them:
 *
 * <ul>
 *   <li>an array of objects, read one at a time;
 *   <li>pandas' {@code split}: {@code columns} and, if anywhere, {@code index} before {@code data}, whose rows are read one
 *       at a time;
 *   <li>pandas' {@code columns}: an object of columns, each an object of values by row, held in memory as a whole because
 *       a row is complete only at the end;
 *   <li>a single object.
 * </ul>
 */
final class JsonRecords implements RecordReader {
    private final String file;
    private final ObjectRecords objects;
    private final JsonData json;
    private List<String> columns; // of pandas' split, whose rows are arrays; null where rows are objects
    private List<Datum> index = List.of();
    private List<CrystalRecord> whole; // records of a file read as a whole; null while rows are streamed
    private int row;

    JsonRecords(Path path, Plausibility plausibility) {
        file = path.toString();
        objects = new ObjectRecords(file, plausibility);
        var reader = InputStreams.text(path);
        try {
            json = JsonData.of(reader, file);
            begin();
        } catch (IOException e) {
            InputException failure = failure(e);
            closeAfter(reader, failure);
            throw failure;
        } catch (InputException e) {
            closeAfter(reader, e);
            throw e;
        }
    }

    private static void closeAfter(java.io.Closeable reader, InputException e) {
        try {
            reader.close();
        } catch (IOException suppressed) {
            e.addSuppressed(suppressed);
        }
    }

    private InputException failure(IOException e) {
        return e instanceof JsonProcessingException syntax && json != null
                ? new InputException(json.notJson(syntax), e)
                : InputStreams.failure(e, json == null ? Location.of(file) : json.where());
    }

    private void begin() throws IOException {
        JsonToken first = json.next();
        if (first == JsonToken.START_ARRAY) {
            return;
        }
        if (first != JsonToken.START_OBJECT) {
            throw InputException.of(
                    first == null ? Finding.Kind.EMPTY : Finding.Kind.SYNTAX,
                    json.where(),
                    "found " + (first == null ? "nothing" : "a single value") + ", expected an array or an object");
        }
        Location where = json.where();
        Map<String, Datum> members = new LinkedHashMap<>();
        DatumBudget budget = DatumBudget.ofFile();
        while (json.next() != JsonToken.END_OBJECT) {
            String key = json.name();
            JsonToken value = json.next();
            if (key.equals("data") && value == JsonToken.START_ARRAY && members.containsKey("columns")) {
                columns = columns(members.get("columns"));
                index = members.get("index") instanceof Items list ? list.values() : List.of();
                return;
            }
            members.put(key, json.value(budget));
        }
        requireEnd();
        whole(new Members(members, where.line(), where.column()), where);
    }

    private List<String> columns(Datum value) {
        List<String> names = new ArrayList<>();
        if (value instanceof Items list) {
            for (Datum name : list.values()) {
                if (name instanceof Scalar s && !names.contains(s.text())) {
                    names.add(s.text());
                }
            }
            if (!names.isEmpty() && names.size() == list.values().size()) {
                return List.copyOf(names);
            }
        }
        throw InputException.of(
                Finding.Kind.SYNTAX,
                new Location(file, value.line(), value.column()),
                "'columns' is " + value.show() + ", expected a list of different names");
    }

    private void whole(Members object, Location where) {
        whole = new ArrayList<>();
        boolean columnwise = !object.values().isEmpty()
                && !StructureData.isStructure(object)
                && object.values().values().stream().allMatch(Members.class::isInstance);
        if (columnwise && !(object.get("structure") instanceof Members s && StructureData.isStructure(s))) {
            columnwise(object);
        } else if (ObjectRecords.isRecord(object)) {
            whole.add(objects.record(object, stem(), where));
        } else {
            throw InputException.of(
                    Finding.Kind.COLUMN_MISSING,
                    where,
                    "neither a structure nor a table: the keys are "
                            + Findings.show(String.join(", ", object.values().keySet()))
                            + "; expected an array of objects, 'columns' and 'data', or columns with one named 'cif' or"
                            + " 'structure'");
        }
    }

    private String stem() {
        return CifRecords.stem(Path.of(file));
    }

    private void columnwise(Members table) {
        Members first = (Members) table.values().values().iterator().next();
        for (String key : first.values().keySet()) {
            Map<String, Datum> cells = new LinkedHashMap<>();
            table.values().forEach((name, column) -> {
                Datum cell = ((Members) column).get(key);
                if (cell != null) {
                    cells.put(name, cell);
                }
            });
            row++;
            Datum place = first.get(key);
            Members object = new Members(cells, place.line(), place.column());
            whole.add(objects.record(object, name(key), new Location(file, place.line(), place.column())));
        }
        row = 0;
    }

    // Numbers that count rows make no name.
    private String name(String key) {
        return key.isBlank() || key.matches("[0-9]+") ? "row-" + row : key.strip();
    }

    @Override
    public Optional<CrystalRecord> next() {
        if (whole != null) {
            Optional<CrystalRecord> record = row < whole.size() ? Optional.of(whole.get(row)) : Optional.empty();
            if (record.isPresent()) {
                whole.set(row++, null);
            } else if (row == 0) {
                throw empty();
            }
            return record;
        }
        try {
            if (json.next() != JsonToken.END_ARRAY) {
                row++;
                return Optional.of(streamed());
            }
            finish();
        } catch (IOException e) {
            throw failure(e);
        }
        if (row == 0) {
            throw empty();
        }
        whole = List.of();
        return Optional.empty();
    }

    private InputException empty() {
        return InputException.of(Finding.Kind.EMPTY, Location.of(file), "file holds no rows");
    }

    // What follows the rows of pandas' split says nothing more, but must be JSON.
    private void finish() throws IOException {
        if (columns != null) {
            while (json.next() != JsonToken.END_OBJECT) {
                json.next();
                json.value(DatumBudget.ofFile());
            }
        }
        requireEnd();
    }

    private void requireEnd() throws IOException {
        if (json.next() != null) {
            throw InputException.of(
                    Finding.Kind.SYNTAX, json.where(), "found more after the value, expected the end of the file");
        }
    }

    private CrystalRecord streamed() throws IOException {
        Location where = json.where();
        Datum value = json.value(DatumBudget.ofRecord());
        String unnamed = row <= index.size() && index.get(row - 1) instanceof Scalar s ? name(s.text()) : "row-" + row;
        if (columns == null) {
            return value instanceof Members object
                    ? objects.record(object, unnamed, where)
                    : refused(where, unnamed, "found " + value.show() + ", expected an object");
        }
        if (!(value instanceof Items cells) || cells.values().size() != columns.size()) {
            return refused(
                    where, unnamed, "row " + row + " is " + value.show() + ", expected a list of " + columns.size());
        }
        Map<String, Datum> members = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            members.put(columns.get(i), cells.values().get(i));
        }
        return objects.record(new Members(members, where.line(), where.column()), unnamed, where);
    }

    private static CrystalRecord refused(Location where, String id, String message) {
        return CrystalRecord.Refused.of(new Finding(Finding.Kind.ROW_SHAPE, where, message), id, RowFields.NONE);
    }

    @Override
    public void close() throws IOException {
        json.close();
    }
}
