package unitcell.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.autograd.Parameter;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CifWriter;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.engine.io.SafeTensorsFile;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.finetune.FineTunedModel;
import unitcell.trainer.finetune.TinyFits;
import unitcell.trainer.pretrain.TinyRun;

/** What {@code gan} says and how it ends. */
class GanCommandTest {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private record Result(ExitCode code, String out, String err) {
        /** The last line of standard error: before it, progress may have been told. */
        String error() {
            return err.lines().reduce("", (a, b) -> b);
        }
    }

    @BeforeAll
    static void train() throws IOException {
        List<Crystal> crystals = CrystalsForTests.random(1, 24, 4);
        TinyRun.train(crystals, 2, generator());
        Path cifs = Files.createDirectory(shared.resolve("cifs"));
        for (Crystal crystal : crystals) {
            Files.writeString(cifs.resolve(crystal.id() + ".cif"), CifWriter.write(crystal));
        }
    }

    private static Path generator() {
        return shared.resolve("pretrained");
    }

    private Result gan(Path generator, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "gan",
                "--generator",
                generator.toString(),
                "--out",
                folder.resolve("run").toString()));
        words.addAll(List.of("--threads", "1", "--validation-fraction", "0.4", "--edges-per-batch", "300"));
        words.addAll(List.of(more));
        if (!words.contains("--data")) {
            words.addAll(List.of("--data", shared.resolve("cifs").toString()));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ExitCode code = Main.run(
                words,
                new Console(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false));
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static void refused(Result result, ExitCode code, String... parts) {
        assertEquals(code, result.code(), result.err());
        for (String part : parts) {
            assertTrue(result.error().contains(part), result.err());
        }
        assertTrue(result.error().startsWith("unitcell: "), result.err());
        assertTrue(result.err().lines().noneMatch(line -> line.startsWith("\tat ")), result.err());
    }

    @Test
    void tellsHowTheGameStands() throws IOException {
        Path json = folder.resolve("result.json");
        Result result = gan(generator(), "--steps", "2", "--loss", "critic", "--json", json.toString());
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(result.out().contains("discriminator with the generator's backbone"), result.out());
        String told = result.out() + result.err();
        assertTrue(told.contains("step 0, validation: loss "), told);
        assertTrue(told.contains("; discriminator right about "), told);
        JsonObject outcome = Json.parse(json).asObject();
        assertEquals(2, outcome.getInt("steps"));
        assertTrue(outcome.getDouble("validation_accuracy_fake") >= 0);
        JsonObject config = Json.parse(folder.resolve("run/config.json")).asObject();
        assertEquals("spectral", config.getObject("discriminator").getString("lipschitz"));
        assertEquals(0.2, config.getObject("corruption").getDouble("sigma"));
        assertEquals(0.5, config.getObject("discriminator").getDouble("beta1"));
        learnsAt(config, 1e-4, 2);
        assertEquals(1e-4, config.getObject("optimiser").getDouble("learning_rate"));
        Result on = gan(generator(), "--steps", "3", "--loss", "critic");
        assertTrue(on.out().contains("resuming after step 2 from "), on.out());
    }

    @Test
    void paperFaithfulIsWhatThePublishedCodeDoes() throws IOException {
        Result result = gan(generator(), "--steps", "1", "--paper-faithful");
        assertEquals(ExitCode.OK, result.code(), result.err());
        JsonObject config = Json.parse(folder.resolve("run/config.json")).asObject();
        assertEquals(false, config.getObject("adversarial").getBoolean("enabled", true));
        assertEquals("released_code", config.getObject("corruption").getString("rules"));
        assertEquals(0, config.getObject("optimiser").getDouble("average_decay"));
        assertEquals("none", config.getObject("discriminator").getString("lipschitz"));
        learnsAt(config, 1e-5, 10);
    }

    private static void learnsAt(JsonObject config, double rate, int every) throws IOException {
        JsonObject discriminator = config.getObject("discriminator");
        assertEquals(every, discriminator.getInt("every"));
        assertEquals(rate, discriminator.getObject("optimiser").getDouble("learning_rate"));
    }

    @Test
    void aDryRunSaysWhatAStepNeedsAndWritesNothing() {
        Result result = gan(generator(), "--dry-run");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(result.out().contains("one step of both networks took "), result.out());
        assertTrue(Files.notExists(folder.resolve("run")));
    }

    @Test
    void aGeneratorThatIsNone() throws IOException {
        Path nowhere = folder.resolve("nowhere");
        refused(gan(nowhere), ExitCode.INPUT, "no checkpoint at " + nowhere + ": no such folder");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        refused(gan(empty), ExitCode.INPUT, empty + ": holds no checkpoint");
    }

    @Test
    void aDamagedGeneratorIsNamed() throws IOException {
        Path copy = folder.resolve("copy");
        Path checkpoint = copyOf(generator().resolve("checkpoints/ckpt-00000002"), copy.resolve("ckpt-00000002"));
        Path weights = checkpoint.resolve("ema.safetensors");
        Files.write(weights, Arrays.copyOf(Files.readAllBytes(weights), 100));
        refused(gan(checkpoint), ExitCode.INPUT, "ema.safetensors");
    }

    private static Path copyOf(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }

    @Test
    void aDiscriminatorThatIsNone() {
        refused(
                gan(generator(), "--discriminator", folder.resolve("nowhere").toString()),
                ExitCode.INPUT,
                "no checkpoint at " + folder.resolve("nowhere"));
    }

    @Test
    void aClassifierBeginsAsTheDiscriminatorItWas() throws IOException {
        Path classifier = folder.resolve("classifier");
        TinyFits.train(TinyFits.CLASS, 1, 0, classifier);
        Result result = gan(generator(), "--steps", "1", "--discriminator", classifier.toString());
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(result.out().contains("; discriminator " + classifier + "/models/"), result.out());
        learnsAt(Json.parse(folder.resolve("run/config.json")).asObject(), 1e-5, 10);
        // At the first step the learning rate of the discriminator is a fifth of 1e-5: it moves by next to nothing.
        Path now = folder.resolve("run/checkpoints/ckpt-00000001/discriminator.model.safetensors");
        try (Device device = Devices.open("cpu-scalar", 1);
                FineTunedModel model = FineTunedModel.open(classifier, device, line -> {});
                SafeTensorsFile file = SafeTensorsFile.open(now)) {
            for (Parameter p : model.network().store().parameters()) {
                assertArrayEquals(
                        model.network().store().get(p.name()).value().toDoubles(),
                        file.doubles(p.name()),
                        1e-5,
                        p.name());
            }
        }
    }

    @Test
    void aModelOfNumbersIsNoDiscriminator() throws IOException {
        Path numbers = folder.resolve("numbers");
        TinyFits.train(TinyFits.NUMBER, 1, 0, numbers);
        refused(
                gan(generator(), "--discriminator", numbers.toString()),
                ExitCode.INPUT,
                "expected a classifier with two classes");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --gumbel-temperature 2              | --gumbel-temperature is given with --species soft
        --lipschitz-limit 2                 | --lipschitz-limit is given with --lipschitz none
        --loss wgan                         | --loss wgan: expected one of paper, critic
        --species hard                      | --species hard: expected one of soft, straight-through
        --adversarial yes                   | --adversarial yes: expected one of on, off
        --discriminator-every 0             | --discriminator-every 0: expected a whole number of 1 or more
        """)
    void optionsThatMakeNoSense(String given, String line) {
        refused(gan(generator(), given.split(" ")), ExitCode.USAGE, line);
    }

    @Test
    void labelsSayWhichCrystalsCountAsReal() throws IOException {
        StringBuilder table = new StringBuilder("material_id,e_above_hull,cif\n");
        int k = 0;
        for (Crystal crystal : CrystalsForTests.random(1, 24, 4)) {
            String label = k % 7 == 6 ? "" : k % 2 == 0 ? "0" : "0.2";
            String cif = CifWriter.write(crystal).replace("\"", "\"\"");
            table.append(crystal.id())
                    .append(',')
                    .append(label)
                    .append(",\"")
                    .append(cif)
                    .append("\"\n");
            k++;
        }
        Path data = Files.writeString(folder.resolve("table.csv"), table);
        Result result =
                gan(generator(), "--data", data.toString(), "--labels", "stability", "--steps", "1", "--dry-run");
        assertEquals(ExitCode.OK, result.code(), result.err());
        assertTrue(result.out().contains("data: 19 rows with labels; left out: {"), result.out());
        int train = counted(result.out(), "train_counted_as_fake");
        int validation = counted(result.out(), "validation_counted_as_fake");
        assertTrue(train > 0 && train + validation <= 11, result.out());
        refused(
                gan(generator(), "--data", data.toString(), "--labels", "fermi"),
                ExitCode.USAGE,
                "--labels: task fermi has numbers for labels");
    }

    private static int counted(String out, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\": (\\d+)").matcher(out);
        assertTrue(matcher.find(), out);
        return Integer.parseInt(matcher.group(1));
    }

    @Test
    void aGameDoesNotGoOnFromAnotherGenerator() throws IOException {
        assertEquals(ExitCode.OK, gan(generator(), "--steps", "1").code());
        Path other = folder.resolve("other");
        TinyRun.train(CrystalsForTests.random(2, 14, 4), 1, other);
        refused(gan(other, "--steps", "2"), ExitCode.USAGE, "starts.generator is ");
    }
}
