package unitcell.trainer.finetune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.finetune.FinetuneOptions.Looks;
import unitcell.trainer.finetune.FinetuneOptions.Plan;
import unitcell.trainer.label.LabelledCrystals;
import unitcell.trainer.label.Task;
import unitcell.trainer.learn.Budget;
import unitcell.trainer.learn.OptimiserOptions;
import unitcell.trainer.run.MetricsLog;

/** Runs are resumed without a trace, end when they should, and their files agree with each other. */
class FinetuneRunTest {
    @TempDir
    Path folder;

    private static List<NamedCsvRecord> predictions(Path out) throws IOException {
        try (CsvReader<NamedCsvRecord> csv =
                CsvReader.builder().ofNamedCsvRecord(out.resolve(FinetuneResults.PREDICTIONS))) {
            return csv.stream().toList();
        }
    }

    private static JsonObject row(Path out, String init) throws IOException {
        for (Json row : Json.parse(out.resolve(FinetuneResults.RESULTS))
                .asObject()
                .getArray("rows")
                .values()) {
            if (row.asObject().getString("init").equals(init)) {
                return row.asObject();
            }
        }
        throw new AssertionError("no row for " + init);
    }

    private static List<JsonObject> withoutTimes(Path fit) throws IOException {
        List<JsonObject> records = new ArrayList<>();
        for (JsonObject record : MetricsLog.read(fit.resolve("metrics.jsonl"))) {
            Map<String, Json> members = new LinkedHashMap<>(record.members());
            members.remove("time");
            records.add(new JsonObject(members, record.where()));
        }
        return records;
    }

    @Test
    void anInterruptedRunEndsBitForBitAsOneThatWasNot() throws IOException {
        Task task = TinyFits.task(TinyFits.NUMBER);
        LabelledCrystals data = TinyFits.data(task, 40);
        FinetuneOptions options = TinyFits.with(
                TinyFits.with(TinyFits.options(task, 12), new Plan(2, 1, OptionalInt.empty(), true)),
                TinyFits.model(0.1));
        Path straight = folder.resolve("straight");
        Path interrupted = folder.resolve("interrupted");
        TinyFits.run(options, Optional.empty(), data, straight, () -> false);
        assertTrue(TinyFits.run(options, Optional.empty(), data, interrupted, TinyFits.after(7))
                .stopped());
        JsonObject partial =
                Json.parse(interrupted.resolve(FinetuneResults.RESULTS)).asObject();
        assertFalse(partial.getBoolean("complete"));
        assertEquals(1, partial.getArray("rows").size(), "only the dummy is done");
        assertTrue(TinyFits.run(options, Optional.empty(), data, interrupted, TinyFits.after(10))
                .stopped());
        assertFalse(TinyFits.run(options, Optional.empty(), data, interrupted, () -> false)
                .stopped());
        assertArrayEquals(
                Files.readAllBytes(straight.resolve(FinetuneResults.PREDICTIONS)),
                Files.readAllBytes(interrupted.resolve(FinetuneResults.PREDICTIONS)));
        for (String fit : List.of("scratch-s7-f0", "scratch-s8-f0")) {
            Path a = straight.resolve("models").resolve(fit);
            Path b = interrupted.resolve("models").resolve(fit);
            assertEquals(withoutTimes(a), withoutTimes(b));
            for (String file : List.of("model", "ema", "optimizer")) {
                String name = "checkpoints/ckpt-00000012/" + file + ".safetensors";
                assertArrayEquals(Files.readAllBytes(a.resolve(name)), Files.readAllBytes(b.resolve(name)), name);
            }
        }
    }

    @Test
    void aFinishedRunIsOnlyPredictedAgain() throws IOException {
        Task task = TinyFits.task(TinyFits.NUMBER);
        LabelledCrystals data = TinyFits.data(task, 40);
        TinyFits.run(TinyFits.options(task, 6), Optional.empty(), data, folder, () -> false);
        byte[] before = Files.readAllBytes(folder.resolve(FinetuneResults.PREDICTIONS));
        List<JsonObject> records = withoutTimes(folder.resolve("models/scratch-s7-f0"));
        TinyFits.run(TinyFits.options(task, 6), Optional.empty(), data, folder, TinyFits.after(0));
        assertArrayEquals(before, Files.readAllBytes(folder.resolve(FinetuneResults.PREDICTIONS)));
        assertEquals(records, withoutTimes(folder.resolve("models/scratch-s7-f0")));
    }

    @Test
    void refusesAFitWithOtherOptionsOrData() throws IOException {
        Task task = TinyFits.task(TinyFits.NUMBER);
        TinyFits.run(TinyFits.options(task, 6), Optional.empty(), TinyFits.data(task, 40), folder, () -> false);
        TrainerException other = assertThrows(
                TrainerException.class,
                () -> TinyFits.run(
                        TinyFits.with(TinyFits.options(task, 6), TinyFits.model(0.3)),
                        Optional.empty(),
                        TinyFits.data(task, 40),
                        folder,
                        () -> false));
        assertEquals(ExitCode.USAGE, other.exitCode());
        assertTrue(other.getMessage().contains("model.alpha_drop is 0.3, was 0.0"), other.getMessage());
        TrainerException data = assertThrows(
                TrainerException.class,
                () -> TinyFits.run(
                        TinyFits.options(task, 6), Optional.empty(), TinyFits.data(task, 41), folder, () -> false));
        assertTrue(data.getMessage().contains("fingerprint is "), data.getMessage());
    }

    @Test
    void endsEarlyAndPredictsWithItsBest() throws IOException {
        // A rate so high that validation gets worse soon.
        Task task = TinyFits.task(TinyFits.NUMBER);
        FinetuneOptions options = TinyFits.with(
                TinyFits.options(task, 2000),
                TinyFits.training(0, TrainedPart.ALL, 1),
                new Looks(OptionalLong.of(3), 4, Duration.ofHours(1)));
        TinyFits.run(options, Optional.empty(), TinyFits.data(task, 40), folder, () -> false);
        List<JsonObject> validations = withoutTimes(folder.resolve("models/scratch-s7-f0")).stream()
                .filter(r -> !r.has("rate"))
                .toList();
        double best = Double.POSITIVE_INFINITY;
        long bestStep = 0;
        for (JsonObject validation : validations) {
            if (validation.getDouble("loss") < best) {
                best = validation.getDouble("loss");
                bestStep = validation.getLong("step");
            }
        }
        JsonObject row = row(folder, "scratch");
        long last = validations.getLast().getLong("step");
        assertTrue(last < 2000, "it would have gone on to the end");
        assertEquals(bestStep + 12, last, "four validations, three steps apart, after the best");
        assertEquals(bestStep, row.getLong("best_step"));
        assertEquals(best, row.getDouble("validation_loss"));
        assertEquals(last, row.getLong("steps"));
    }

    @Test
    void everyCrystalTestsInOneFold() throws IOException {
        Task task = TinyFits.task(TinyFits.NUMBER);
        LabelledCrystals data = TinyFits.data(task, 40);
        FinetuneOptions options = TinyFits.with(TinyFits.options(task, 3), new Plan(1, 3, OptionalInt.empty(), true));
        TinyFits.run(options, Optional.empty(), data, folder, () -> false);
        Map<String, Set<String>> idsOfFold = new LinkedHashMap<>();
        for (NamedCsvRecord record : predictions(folder)) {
            if (record.getField("init").equals("scratch")) {
                idsOfFold
                        .computeIfAbsent(record.getField("fold"), f -> new LinkedHashSet<>())
                        .add(record.getField("id"));
            }
        }
        assertEquals(Set.of("0", "1", "2"), idsOfFold.keySet());
        Set<String> all = new LinkedHashSet<>();
        idsOfFold.values().forEach(all::addAll);
        assertEquals(40, all.size());
        assertEquals(40, idsOfFold.values().stream().mapToInt(Set::size).sum());

        Path one = folder.resolve("one");
        FinetuneOptions second = TinyFits.with(options, new Plan(1, 3, OptionalInt.of(1), true));
        TinyFits.run(second, Optional.empty(), data, one, () -> false);
        List<String> expected = lines(folder, ",1,test,");
        assertTrue(expected.size() > 5);
        assertEquals(expected, lines(one, ",1,test,"));
        assertEquals(expected.size(), lines(one, ",test,").size());
    }

    private static List<String> lines(Path out, String part) throws IOException {
        try (Stream<String> lines = Files.lines(out.resolve(FinetuneResults.PREDICTIONS))) {
            return lines.filter(line -> line.contains(part)).toList();
        }
    }

    @Test
    void resultsFollowFromPredictions() throws IOException {
        Task task = TinyFits.task(TinyFits.NUMBER);
        LabelledCrystals data = TinyFits.data(task, 60);
        FinetuneOptions options = TinyFits.with(TinyFits.options(task, 10), new Plan(3, 1, OptionalInt.empty(), true));
        TinyFits.run(options, Optional.empty(), data, folder, () -> false);
        JsonObject results = Json.parse(folder.resolve(FinetuneResults.RESULTS)).asObject();
        assertEquals("mean-z", results.getString("task"));
        assertEquals("e", results.getString("unit"));
        assertTrue(results.getBoolean("complete"));
        assertEquals(2, results.getObject("data").getObject("skipped").getInt("refused"));
        assertEquals(60, results.getObject("data").getInt("rows"));
        List<NamedCsvRecord> predictions = predictions(folder);
        double sum = 0;
        for (Json json : results.getArray("rows").values()) {
            JsonObject row = json.asObject();
            List<NamedCsvRecord> own =
                    predictions.stream().filter(p -> sameFit(p, row)).toList();
            assertEquals(own.size(), row.getInt("n"));
            assertTrue(own.size() > 8);
            double mae = absolute(own);
            assertEquals(mae, row.getObject("metrics").getDouble("mae"), 1e-12);
            List<NamedCsvRecord> monoclinic = own.stream()
                    .filter(p -> p.getField("system").equals("monoclinic"))
                    .toList();
            JsonObject system = row.getObject("by_system").getObject("monoclinic");
            assertEquals(monoclinic.size(), system.getInt("n"));
            assertEquals(absolute(monoclinic), system.getObject("metrics").getDouble("mae"), 1e-12);
            JsonObject interval = row.getObject("intervals").getObject("mae");
            assertTrue(interval.getDouble("low") <= mae && mae <= interval.getDouble("high"));
            if (row.getString("init").equals("scratch")) {
                sum += mae;
            }
        }
        for (Json json : results.getArray("summary").values()) {
            JsonObject summary = json.asObject();
            if (summary.getString("init").equals("scratch")
                    && summary.getString("metric").equals("mae")) {
                assertEquals(3, summary.getInt("n"));
                assertEquals(sum / 3, summary.getDouble("mean"), 1e-12);
                double half = (summary.getDouble("high") - summary.getDouble("low")) / 2;
                assertEquals(4.302653 * summary.getDouble("sd") / Math.sqrt(3), half, 1e-6 * half);
            }
        }
        for (NamedCsvRecord prediction : predictions) {
            int row = Integer.parseInt(prediction.getField("id").substring(2)); // ids are c-0, c-1, ...
            assertEquals(data.labels()[row][0], Double.parseDouble(prediction.getField("true")));
        }
    }

    private static boolean sameFit(NamedCsvRecord prediction, JsonObject row) {
        try {
            return prediction.getField("init").equals(row.getString("init"))
                    && Long.parseLong(prediction.getField("seed")) == row.getLong("seed")
                    && Integer.parseInt(prediction.getField("fold")) == row.getInt("fold");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static double absolute(List<NamedCsvRecord> records) {
        return records.stream()
                .mapToDouble(r ->
                        Math.abs(Double.parseDouble(r.getField("true")) - Double.parseDouble(r.getField("predicted"))))
                .average()
                .orElseThrow();
    }

    @Test
    void classesAndSpectraHaveTheirColumns() throws IOException {
        Task heavy = TinyFits.task(TinyFits.CLASS);
        TinyFits.run(TinyFits.options(heavy, 3), Optional.empty(), TinyFits.data(heavy, 40), folder, () -> false);
        for (NamedCsvRecord record : predictions(folder)) {
            double probability = Double.parseDouble(record.getField("probability"));
            assertEquals(probability >= 0.5 ? "1" : "0", record.getField("predicted"));
            assertTrue(Set.of("0", "1").contains(record.getField("true")));
        }
        Path spectra = folder.resolve("spectra");
        Task peak = TinyFits.task(TinyFits.SPECTRUM);
        TinyFits.run(TinyFits.options(peak, 3), Optional.empty(), TinyFits.data(peak, 40), spectra, () -> false);
        List<String> header = predictions(spectra).get(0).getHeader();
        assertEquals(6 + 2 * 8, header.size());
        assertEquals("true_0", header.get(6));
        assertEquals("predicted_7", header.getLast());
    }

    @Test
    void aTimeLimitEndsEveryFitAndWarmingUpLeavesNoTrace() throws IOException {
        Task task = TinyFits.task(TinyFits.NUMBER);
        FinetuneOptions o = TinyFits.with(TinyFits.options(task, 3), new Plan(2, 1, OptionalInt.empty(), true));
        FinetuneOptions timed = new FinetuneOptions(
                task,
                o.inputs(),
                o.filter(),
                o.model(),
                o.plan(),
                o.pretrained(),
                o.scratch(),
                new Budget(OptionalLong.empty(), OptionalLong.empty(), Optional.of(Duration.ofMillis(300))),
                o.looks(),
                o.edgesPerBatch(),
                o.seed());
        TinyFits.run(timed, Optional.empty(), TinyFits.data(task, 40), folder, () -> false);
        JsonObject row = row(folder, "scratch");
        assertTrue(row.getLong("steps") >= 1);
        List<JsonObject> steps = withoutTimes(folder.resolve("models/scratch-s7-f0")).stream()
                .filter(r -> r.has("rate"))
                .toList();
        assertEquals(row.getLong("steps"), steps.size());
        assertEquals(1, steps.get(0).getLong("step"));
        try (Stream<Path> fits = Files.list(folder.resolve("models"))) {
            assertEquals(
                    List.of("scratch-s7-f0", "scratch-s8-f0"),
                    fits.map(fit -> fit.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void aLossThatIsNotFiniteEndsTheRun() {
        Task task = TinyFits.task(TinyFits.NUMBER);
        FinetuneOptions o = TinyFits.options(task, 200);
        FinetuneOptions wild = new FinetuneOptions(
                task,
                o.inputs(),
                o.filter(),
                o.model(),
                o.plan(),
                o.pretrained(),
                new FinetuneOptions.Training(
                        new OptimiserOptions(1e30, 0, 0, 1, Double.POSITIVE_INFINITY, 0, 2), TrainedPart.ALL, 1),
                o.budget(),
                o.looks(),
                o.edgesPerBatch(),
                o.seed());
        TrainerException e = assertThrows(
                TrainerException.class,
                () -> TinyFits.run(wild, Optional.empty(), TinyFits.data(task, 40), folder, () -> false));
        assertEquals(ExitCode.NON_FINITE, e.exitCode());
        assertTrue(e.getMessage().contains("2 steps in a row"), e.getMessage());
    }
}
