package unitcell.tests.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CifWriter;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.cli.Main;
import unitcell.trainer.data.BundledCrystals;
import unitcell.trainer.run.MetricsLog;

/** Fine-tuning of every kind of task on the emulated GPU beside the same on the processor, and predictions across. */
class CudaFinetuneTest {
    private static final int STEPS = 8;

    /** What some updates make of float32 sums in another order. */
    private static final double TOLERANCE = 1e-3;

    private static final String SPLIT = "\"split\": {\"by\": \"composition\", \"validation\": 0.2, \"test\": 0.2}";

    private final Emulator emulator = Emulator.required();

    @TempDir
    Path folder;

    @BeforeEach
    void writeInputs() throws IOException {
        StringBuilder table = new StringBuilder("id,number,spectrum,cif\n");
        for (Crystal crystal : BundledCrystals.read().subList(0, 40)) {
            double mean = crystal.volumePerAtom() / 10;
            StringBuilder spectrum = new StringBuilder();
            for (int bin = 0; bin < 4; bin++) {
                double y = bin == (int) mean % 4 ? 1 : 0.2;
                spectrum.append(bin == 0 ? "[" : ", ").append(y);
            }
            table.append(String.format(
                    Locale.ROOT,
                    "%s,%.4f,\"%s]\",\"%s\"%n",
                    crystal.id(),
                    mean,
                    spectrum,
                    CifWriter.write(crystal).replace("\"", "\"\"")));
        }
        Files.writeString(folder.resolve("crystals.csv"), table);
        task(
                "number",
                "\"regression\", \"columns\": [\"number\"], \"transform\": \"standardise\", \"loss\": \"huber\"");
        task(
                "class",
                "\"classification\", \"columns\": [\"number\"], \"loss\": \"nll\","
                        + " \"classes\": {\"negative\": \"small\", \"positive\": \"large\", \"at_least\": 1.8}");
        task(
                "spectrum",
                "\"spectrum\", \"columns\": [\"spectrum\"], \"loss\": \"kl\","
                        + " \"grid\": {\"start\": 0, \"step\": 1, \"bins\": 4, \"unit\": \"THz\"}");
    }

    private void task(String name, String rest) throws IOException {
        String json = "{\"name\": \"" + name + "\", \"kind\": " + rest + ", " + SPLIT + "}";
        Files.writeString(folder.resolve(name + ".json"), json);
    }

    private static void run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ExitCode code = Main.run(
                List.of(words),
                new Console(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false));
        assertEquals(ExitCode.OK, code, err.toString(StandardCharsets.UTF_8));
    }

    /** The records of the steps. */
    private List<JsonObject> finetune(String task, String device) throws IOException {
        Path out = folder.resolve(task + "-" + device);
        run(
                "finetune",
                "--task",
                folder.resolve(task + ".json").toString(),
                "--input",
                folder.resolve("crystals.csv").toString(),
                "--preset",
                "tiny",
                "--out",
                out.toString(),
                "--repeats",
                "1",
                "--steps",
                String.valueOf(STEPS),
                "--warmup",
                "2",
                "--edges-per-batch",
                "400",
                "--device",
                device);
        return MetricsLog.read(out.resolve("models/scratch-s0-f0/metrics.jsonl")).stream()
                .filter(record -> record.has("gradient_norm"))
                .toList();
    }

    private List<NamedCsvRecord> predict(String model, String device) throws IOException {
        Path out = folder.resolve(device + ".csv");
        run(
                "predict",
                "--model",
                folder.resolve(model).toString(),
                "--input",
                folder.resolve("crystals.csv").toString(),
                "--out",
                out.toString(),
                "--device",
                device);
        try (CsvReader<NamedCsvRecord> csv = CsvReader.builder().ofNamedCsvRecord(out)) {
            return csv.stream().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"number", "class", "spectrum"})
    void lossesAndPredictionsAreThoseOfTheProcessor(String task) throws IOException {
        assertTrue(emulator.kernels().size() > 100);
        List<JsonObject> cpu = finetune(task, "cpu");
        List<JsonObject> cuda = finetune(task, "cuda");
        assertEquals(STEPS, cpu.size());
        assertEquals(STEPS, cuda.size());
        for (int i = 0; i < STEPS; i++) {
            double expected = cpu.get(i).getDouble("loss");
            double found = cuda.get(i).getDouble("loss");
            double allowed = (i == 0 ? 1e-5 : TOLERANCE) * Math.abs(expected);
            assertEquals(expected, found, allowed, "loss of step " + (i + 1));
        }
        List<NamedCsvRecord> expected = predict(task + "-cpu", "cpu");
        List<NamedCsvRecord> found = predict(task + "-cpu", "cuda");
        assertEquals(40, found.size());
        for (int i = 0; i < found.size(); i++) {
            assertEquals(expected.get(i).getField("id"), found.get(i).getField("id"));
            int last = found.get(i).getFieldCount() - 1;
            double value = Double.parseDouble(expected.get(i).getField(last));
            assertEquals(value, Double.parseDouble(found.get(i).getField(last)), 1e-4 * Math.max(1, Math.abs(value)));
        }
    }
}
