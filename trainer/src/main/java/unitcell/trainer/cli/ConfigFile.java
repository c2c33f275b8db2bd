package unitcell.trainer.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import unitcell.engine.io.FileFault;
import unitcell.trainer.Suggestions;
import unitcell.trainer.TrainerException;

/**
 * Reads a {@code --config} file: one JSON object from option names, without dashes, to values. Numbers and texts are
 * read exactly as on the command line; flags take {@code true} or {@code false}; a list of values may be a JSON array;
 * {@code null} leaves an option at its default.
 */
final class ConfigFile {
    private static final long MAX_BYTES = 1 << 20;

    private ConfigFile() {}

    /**
     * @param parser knows the command's options
     * @return settings by option name
     * @throws TrainerException with {@code file:line:column} where the content is refused
     */
    static Map<String, Arguments.Setting> read(Path file, ArgumentParser parser) throws IOException {
        byte[] bytes;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw TrainerException.usage(file + ": larger than 1 MiB, expected a JSON object of options");
            }
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw FileFault.of("read", file, e);
        }
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try (JsonParser json = factory.createParser(bytes)) {
            return object(file, json, parser);
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : ":" + e.getLocation().getLineNr() + ":" + e.getLocation().getColumnNr();
            throw TrainerException.usage(file + where + ": not valid JSON: " + e.getOriginalMessage());
        }
    }

    private static Map<String, Arguments.Setting> object(Path file, JsonParser json, ArgumentParser parser)
            throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw refused(file, json, "found " + describe(json) + ", expected a JSON object of options");
        }
        Map<String, Arguments.Setting> settings = new HashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            CommandOption<?> option = parser.option(key)
                    .filter(o -> !o.equals(SharedOptions.CONFIG) && !o.equals(SharedOptions.HELP))
                    .orElseThrow(() -> refused(
                            file, json, "unknown option \"" + key + "\"" + Suggestions.hint(key, parser.names(), "")));
            json.nextToken();
            if (json.currentToken() == JsonToken.VALUE_NULL) {
                continue;
            }
            String text = text(file, json, key, option.repeatable() ? "\n" : ",");
            Object value = ArgumentParser.read(option, text)
                    .orElseThrow(() -> refused(
                            file,
                            json,
                            "\"" + key + "\": found " + text + ", expected " + ArgumentParser.expected(option)));
            Arguments.Setting setting = new Arguments.Setting(value, text, Arguments.Origin.CONFIG);
            if (settings.put(option.name(), setting) != null) {
                throw refused(file, json, "\"" + option.name() + "\" is given twice, under both its names");
            }
        }
        if (json.nextToken() != null) {
            throw refused(file, json, "found " + describe(json) + " after the object, expected the end of the file");
        }
        return settings;
    }

    private static String text(Path file, JsonParser json, String key, String between) throws IOException {
        if (json.currentToken() == JsonToken.START_ARRAY) {
            List<String> parts = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                parts.add(scalar(file, json, key));
            }
            return String.join(between, parts);
        }
        return scalar(file, json, key);
    }

    private static String scalar(Path file, JsonParser json, String key) throws IOException {
        if (json.currentToken() == null || !json.currentToken().isScalarValue()) {
            throw refused(file, json, "\"" + key + "\": found " + describe(json) + ", expected a number, text or flag");
        }
        return json.getText();
    }

    private static String describe(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case null -> "the end of the file";
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            default -> json.getText();
        };
    }

    private static TrainerException refused(Path file, JsonParser json, String message) {
        var at = json.currentTokenLocation();
        return TrainerException.usage(file + ":" + at.getLineNr() + ":" + at.getColumnNr() + ": " + message);
    }
}
