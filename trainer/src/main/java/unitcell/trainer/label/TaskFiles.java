package unitcell.trainer.label;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import unitcell.engine.io.Json;
import unitcell.trainer.Suggestions;
import unitcell.trainer.TrainerException;

/** The tasks that come with the program, and tasks in files. */
final class TaskFiles {
    /** In the order in which they are listed. */
    static final List<String> NAMES = List.of(
            "stability",
            "stability-cubic",
            "phonon-dos",
            "phonon-peak",
            "fermi",
            "bulk-modulus",
            "shear-modulus",
            "bulk-modulus-mp",
            "shear-modulus-mp");

    private TaskFiles() {}

    static Task named(String name) {
        if (!NAMES.contains(name)) {
            throw TrainerException.usage("no task is called '" + name + "', expected one of " + String.join(", ", NAMES)
                    + " or a file that ends in .json" + Suggestions.hint(name, NAMES, ""));
        }
        String resource = "tasks/" + name + ".json";
        try (InputStream in = TaskFiles.class.getResourceAsStream(resource)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Task.fromJson(Json.parse(resource, text).asObject());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Task read(Path file) throws IOException {
        return Task.fromJson(Json.parse(file).asObject());
    }
}
