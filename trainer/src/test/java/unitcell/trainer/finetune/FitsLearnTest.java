package unitcell.trainer.finetune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.label.Task;

/** Every kind of task, with every loss, is learned better than a dummy knows it: on crystals that did not train. */
class FitsLearnTest {
    @TempDir
    Path folder;

    private static double metric(Path out, String init, String name) throws IOException {
        for (Json json : Json.parse(out.resolve(FinetuneResults.RESULTS))
                .asObject()
                .getArray("rows")
                .values()) {
            JsonObject row = json.asObject();
            if (row.getString("init").equals(init)) {
                return row.getObject("metrics").getDouble(name);
            }
        }
        throw new AssertionError("no row for " + init);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mse", "l1", "huber"})
    void numbersAreLearned(String loss) throws IOException {
        Task task = TinyFits.task(TinyFits.NUMBER.replace("mse", loss));
        TinyFits.run(TinyFits.options(task, 80), Optional.empty(), TinyFits.data(task, 120), folder, () -> false);
        double dummy = metric(folder, "dummy", "mae_log10");
        double scratch = metric(folder, "scratch", "mae_log10");
        assertTrue(scratch < 0.5 * dummy, scratch + " against " + dummy);
    }

    @Test
    void classesAreLearned() throws IOException {
        Task task = TinyFits.task(TinyFits.CLASS);
        TinyFits.run(TinyFits.options(task, 80), Optional.empty(), TinyFits.data(task, 120), folder, () -> false);
        assertEquals(0.5, metric(folder, "dummy", "roc_auc"));
        assertTrue(metric(folder, "scratch", "roc_auc") > 0.85, "ROC " + metric(folder, "scratch", "roc_auc"));
        assertTrue(metric(folder, "scratch", "accuracy") > metric(folder, "dummy", "accuracy"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mse", "l1", "kl"})
    void spectraAreLearned(String loss) throws IOException {
        Task task = TinyFits.task(TinyFits.SPECTRUM.replace("mse", loss));
        TinyFits.run(TinyFits.options(task, 80), Optional.empty(), TinyFits.data(task, 120), folder, () -> false);
        double dummy = metric(folder, "dummy", "mae");
        double scratch = metric(folder, "scratch", "mae");
        assertTrue(scratch < 0.8 * dummy, scratch + " against " + dummy);
    }
}
