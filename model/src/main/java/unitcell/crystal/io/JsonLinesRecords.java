package unitcell.crystal.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Crystals as JSON objects, one a line, as {@link ObjectRecords} reads them. A line that is no such object is refused. */
final class JsonLinesRecords implements RecordReader {
    private final String file;
    private final ObjectRecords objects;
    private final BufferedReader reader;
    private int line;
    private boolean empty = true;

    JsonLinesRecords(Path path, Plausibility plausibility) {
        file = path.toString();
        objects = new ObjectRecords(file, plausibility);
        reader = InputStreams.text(path);
    }

    @Override
    public Optional<CrystalRecord> next() {
        try {
            while (true) {
                String text = readLine();
                if (text == null) {
                    if (empty) {
                        empty = false;
                        throw InputException.of(Finding.Kind.EMPTY, Location.of(file), "file holds no JSON objects");
                    }
                    return Optional.empty();
                }
                if (!text.isBlank()) {
                    empty = false;
                    return Optional.of(record(text));
                }
            }
        } catch (IOException e) {
            throw InputStreams.failure(e, new Location(file, line, 0));
        }
    }

    // As BufferedReader.readLine, but bounded.
    private String readLine() throws IOException {
        line++;
        StringBuilder text = null;
        int c;
        while ((c = reader.read()) >= 0 && c != '\n') {
            if (text == null) {
                text = new StringBuilder(1024);
            }
            text.append((char) c);
            if (text.length() > InputLimits.MAX_JSON_LINE) {
                throw InputException.of(
                        Finding.Kind.TOO_LARGE,
                        new Location(file, line, 0),
                        "line is longer than " + InputLimits.MAX_JSON_LINE + " characters");
            }
        }
        if (text == null) {
            return c < 0 ? null : "";
        }
        return text.toString();
    }

    private CrystalRecord record(String text) {
        String id = "row-" + line;
        try (JsonData json = JsonData.ofLine(text, file, line)) {
            try {
                return objects.record(object(json), id, new Location(file, line, 0));
            } catch (JsonProcessingException e) {
                return CrystalRecord.Refused.of(json.notJson(e), id, RowFields.NONE);
            }
        } catch (InputException e) {
            return CrystalRecord.Refused.of(e.finding(), id, RowFields.NONE);
        } catch (IOException e) {
            throw InputStreams.failure(e, new Location(file, line, 0));
        }
    }

    private Datum.Members object(JsonData json) throws IOException {
        json.next();
        Datum value = json.value(DatumBudget.ofRecord());
        if (!(value instanceof Datum.Members object)) {
            throw InputException.of(
                    Finding.Kind.SYNTAX, json.where(), "found " + value.show() + ", expected an object");
        }
        JsonToken after = json.next();
        if (after != null) {
            throw InputException.of(
                    Finding.Kind.SYNTAX, json.where(), "found more after the object, expected the end of the line");
        }
        return object;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
