package unitcell.trainer.label;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;
import unitcell.net.Heads;
import unitcell.trainer.label.Task.Kind;
import unitcell.trainer.label.Task.Loss;
import unitcell.trainer.label.Task.Transform;

/** Tasks from and to JSON. */
final class TaskJson {
    private static final List<String> KEYS = List.of(
            "name",
            "title",
            "description",
            "kind",
            "columns",
            "unit",
            "transform",
            "loss",
            "pooling",
            "rules",
            "classes",
            "grid",
            "split",
            "inputs");

    private TaskJson() {}

    static Task read(JsonObject json) throws JsonException {
        Keys.requireKnown(json, KEYS);
        String name = json.getString("name");
        String title = json.getString("title", name);
        String description = json.getString("description", "");
        Kind kind = Keys.choice(json, "kind", Kind.values());
        List<String> columns = Keys.strings(json, "columns");
        String unit = json.getString("unit", "");
        Transform transform = Keys.choice(json, "transform", Transform.values(), Transform.NONE);
        Loss loss = Keys.choice(json, "loss", Loss.values());
        Heads.Pooling pooling = Keys.choice(json, "pooling", Heads.Pooling.values(), Heads.Pooling.MEAN);
        List<RowRule> rules = new ArrayList<>();
        if (json.has("rules")) {
            for (Json rule : json.getArray("rules").values()) {
                rules.add(RowRule.fromJson(rule.asObject()));
            }
        }
        Optional<ClassRule> classes =
                json.has("classes") ? Optional.of(ClassRule.fromJson(json.getObject("classes"))) : Optional.empty();
        Optional<SpectrumGrid> grid =
                json.has("grid") ? Optional.of(SpectrumGrid.fromJson(json.getObject("grid"))) : Optional.empty();
        SplitRule split = SplitRule.fromJson(json.getObject("split"));
        List<String> inputs = Keys.stringsOrNone(json, "inputs");
        return Keys.checked(
                json,
                () -> new Task(
                        name,
                        title,
                        description,
                        kind,
                        columns,
                        unit,
                        transform,
                        loss,
                        pooling,
                        rules,
                        classes,
                        grid,
                        split,
                        inputs));
    }

    static JsonObject write(Task task) {
        JsonObject.Builder json = JsonObject.builder().put("name", task.name()).put("title", task.title());
        if (!task.description().isEmpty()) {
            json.put("description", task.description());
        }
        json.put("kind", Keys.word(task.kind())).put("columns", JsonArray.ofStrings(task.columns()));
        if (!task.unit().isEmpty()) {
            json.put("unit", task.unit());
        }
        json.put("transform", Keys.word(task.transform()))
                .put("loss", Keys.word(task.loss()))
                .put("pooling", Keys.word(task.pooling()));
        if (!task.rules().isEmpty()) {
            json.put(
                    "rules",
                    JsonArray.of(task.rules().stream().map(RowRule::toJson).toList()));
        }
        task.classes().ifPresent(classes -> json.put("classes", classes.toJson()));
        task.grid().ifPresent(grid -> json.put("grid", grid.toJson()));
        json.put("split", task.split().toJson());
        if (!task.inputs().isEmpty()) {
            json.put("inputs", JsonArray.ofStrings(task.inputs()));
        }
        return json.build();
    }
}
