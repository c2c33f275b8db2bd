package unitcell.crystal.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.Lattice;

/**
 * Crystals as JSON objects, one a line: {@code cell} (six parameters in angstrom and degrees, or nine numbers or three
 * rows of a matrix), {@code species} (symbols or atomic numbers) and {@code frac} (rows of three). The id comes from
 * {@code id}, {@code material_id} or {@code i}; other values that are no objects or arrays become fields of the record.
 */
final class JsonLinesRecords implements RecordReader {
    private static final int MAX_NUMBERS = 3 * InputLimits.MAX_ATOMS;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // What Python writes for numbers that are none: bad coordinates, but understood.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(32)
                    .maxNumberLength(100)
                    .build())
            .build();

    private final String file;
    private final Plausibility plausibility;
    private final BufferedReader reader;
    private int line;
    private boolean empty = true;

    // The object being read.
    private double[] cell;
    private int[] species;
    private double[] frac;
    private String id;
    private List<String> names;
    private List<String> values;

    JsonLinesRecords(Path path, Plausibility plausibility) {
        file = path.toString();
        this.plausibility = plausibility;
        reader = new BufferedReader(
                new InputStreamReader(
                        InputStreams.open(path),
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .onMalformedInput(CodingErrorAction.REPORT)
                                .onUnmappableCharacter(CodingErrorAction.REPORT)),
                1 << 16);
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
        cell = null;
        species = null;
        frac = null;
        id = "row-" + line;
        names = new ArrayList<>();
        values = new ArrayList<>();
        Location where = new Location(file, line, 0);
        try (JsonParser json = JSON.createParser(text)) {
            object(json);
            return crystal(where, new RowFields(List.copyOf(names), List.copyOf(values)));
        } catch (InputException e) {
            return CrystalRecord.Refused.of(e.finding(), id, RowFields.NONE);
        } catch (JsonProcessingException e) {
            int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
            Finding finding = new Finding(
                    Finding.Kind.SYNTAX,
                    new Location(file, line, column),
                    "not valid JSON: " + Findings.show(e.getOriginalMessage()));
            return CrystalRecord.Refused.of(finding, id, RowFields.NONE);
        } catch (IOException e) {
            throw InputStreams.failure(e, where);
        }
    }

    private CrystalRecord crystal(Location where, RowFields fields) {
        if (cell == null || species == null || frac == null) {
            String missing = cell == null ? "cell" : species == null ? "species" : "frac";
            throw InputException.of(Finding.Kind.COLUMN_MISSING, where, "object has no '" + missing + "'");
        }
        if (species.length == 0 || frac.length != 3 * species.length) {
            throw InputException.of(
                    Finding.Kind.ROW_SHAPE,
                    where,
                    "object has " + species.length + " species and " + frac.length
                            + " coordinates, expected three each");
        }
        Findings findings = new Findings(file, plausibility);
        requireFinite(findings, where);
        Optional<Lattice> lattice = findings.hasError() ? Optional.empty() : lattice(findings, where);
        if (lattice.isEmpty()) {
            Optional<Composition> atoms =
                    findings.mayTellAtoms() ? Optional.of(Composition.ofSpecies(species)) : Optional.empty();
            return new CrystalRecord.Refused(where, id, fields, findings.list(), atoms);
        }
        Crystal crystal = new Crystal(id, lattice.get(), species, frac);
        if (plausibility == Plausibility.REQUIRED) {
            CifStructures.checkDistances(crystal, where, findings);
        }
        return new CrystalRecord.Accepted(where, crystal, fields, findings.list());
    }

    private Optional<Lattice> lattice(Findings findings, Location where) {
        if (cell.length == 9) {
            return CellChecks.latticeOfRows(cell, findings, where);
        }
        if (cell.length != 6) {
            throw InputException.of(
                    Finding.Kind.ROW_SHAPE, where, "'cell' has " + cell.length + " numbers, expected 6 or 9");
        }
        for (int i = 0; i < 6; i++) {
            CellChecks.range(i, cell[i]).ifPresent(c -> findings.addImplausible(Finding.Kind.CELL_RANGE, where, c));
        }
        return findings.hasError() ? Optional.empty() : CellChecks.lattice(cell, findings, where);
    }

    private void requireFinite(Findings findings, Location where) {
        for (double x : cell) {
            if (!Double.isFinite(x)) {
                findings.add(Finding.Kind.NUMBER, where, "'cell' holds " + x + ", expected finite numbers");
            }
        }
        for (int i = 0; i < frac.length; i++) {
            if (!(Math.abs(frac[i]) < 1e6)) {
                findings.add(
                        Finding.Kind.NUMBER,
                        where,
                        "atom " + i / 3 + " has coordinate " + frac[i] + ", expected a number below a million");
            }
        }
    }

    private void object(JsonParser json) throws IOException {
        require(json, json.nextToken() == JsonToken.START_OBJECT, "an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "cell", "lattice" -> cell = numbers(json);
                case "frac", "frac_coords" -> frac = numbers(json);
                case "species", "atom_types" -> species = species(json);
                default -> scalar(json, name, value);
            }
        }
        require(json, json.nextToken() == null, "the end of the line");
    }

    private void scalar(JsonParser json, String name, JsonToken value) throws IOException {
        if (value == JsonToken.START_ARRAY || value == JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        String text = value == JsonToken.VALUE_NULL ? "" : json.getText();
        names.add(name);
        values.add(text);
        if (name.equals("id") || name.equals("material_id") || name.equals("i")) {
            id = text;
        }
    }

    // All numbers of an array, nested or not.
    private double[] numbers(JsonParser json) throws IOException {
        require(json, json.currentToken() == JsonToken.START_ARRAY, "an array of numbers");
        double[] out = new double[16];
        int count = 0;
        int depth = 1;
        while (depth > 0) {
            switch (json.nextToken()) {
                case START_ARRAY -> depth++;
                case END_ARRAY -> depth--;
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                    double value = json.getDoubleValue();
                    require(json, count < MAX_NUMBERS, "at most " + InputLimits.MAX_ATOMS + " atoms");
                    out = count < out.length ? out : java.util.Arrays.copyOf(out, 2 * count);
                    out[count++] = value;
                }
                case null, default -> require(json, false, "a number");
            }
        }
        return java.util.Arrays.copyOf(out, count);
    }

    private int[] species(JsonParser json) throws IOException {
        require(json, json.currentToken() == JsonToken.START_ARRAY, "an array of element symbols");
        List<Integer> out = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            require(json, out.size() < InputLimits.MAX_ATOMS, "at most " + InputLimits.MAX_ATOMS + " atoms");
            if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                int z = json.getIntValue();
                require(json, z >= 0 && z <= Element.MAX_Z, "an atomic number up to " + Element.MAX_Z);
                out.add(z);
            } else {
                require(json, json.currentToken() == JsonToken.VALUE_STRING, "an element symbol");
                Optional<Element> element = Element.ofSymbol(json.getText());
                require(json, element.isPresent(), "an element symbol");
                out.add(element.orElseThrow().z());
            }
        }
        return out.stream().mapToInt(Integer::intValue).toArray();
    }

    private void require(JsonParser json, boolean condition, String expected) throws IOException {
        if (!condition) {
            int column = json.currentTokenLocation().getColumnNr();
            String found = json.currentToken() == null ? "the end" : "'" + Findings.show("" + json.getText()) + "'";
            throw InputException.of(
                    Finding.Kind.SYNTAX,
                    new Location(file, line, Math.max(column, 0)),
                    "found " + found + ", expected " + expected);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
