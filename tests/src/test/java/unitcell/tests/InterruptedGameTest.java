package unitcell.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CifWriter;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.data.BundledCrystals;
import unitcell.trainer.run.MetricsLog;

/** Adversarial training through ./unitcell: pre-trained, stopped by a signal, started again. */
@EnabledOnOs(OS.LINUX)
class InterruptedGameTest {
    /** So many that the signal arrives long before the end. */
    private static final int STEPS = 60;

    private static final String MODEL = """
        {"num_layers": 1, "sphere_channels": 8, "attn_hidden_channels": 8, "num_heads": 2, "attn_alpha_channels": 4,
         "attn_value_channels": 4, "ffn_hidden_channels": 8, "edge_channels": 8, "lmax_list": [1], "mmax_list": [1],
         "grid_resolution": 6, "max_radius": 3.0, "max_neighbors": 0, "alpha_drop": 0.1, "drop_path_rate": 0.1}
        """;

    @TempDir
    Path folder;

    @BeforeEach
    void writeInputs() throws IOException, InterruptedException {
        Path crystals = Files.createDirectory(folder.resolve("crystals"));
        for (Crystal crystal : BundledCrystals.read().subList(0, 20)) {
            Files.writeString(crystals.resolve(crystal.id() + ".cif"), CifWriter.write(crystal));
        }
        Files.writeString(folder.resolve("model.json"), MODEL);
        Process pretrain = start(
                "pretrain",
                "pretrained",
                2,
                "--model-config",
                folder.resolve("model.json").toString());
        finish(pretrain, "pretrained", 0);
    }

    private Process start(String command, String out, int steps, String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                ProjectFiles.root().resolve("unitcell").toString(),
                command,
                "--data",
                folder.resolve("crystals").toString(),
                "--out",
                folder.resolve(out).toString(),
                "--steps",
                Integer.toString(steps),
                "--validate-every",
                "30",
                "--validation-fraction",
                "0.2",
                "--edges-per-batch",
                "150",
                "--device",
                "cpu",
                "--threads",
                "2"));
        words.addAll(Arrays.asList(more));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().put("UNITCELL_CLASSPATH", System.getProperty("java.class.path"));
        builder.environment()
                .put(
                        "UNITCELL_JAVA_OPTS",
                        "-Dunitcell.vector.bits=" + Integer.getInteger("unitcell.vector.bits", 0) + " -Xmx512m");
        return builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve(out + ".log").toFile())
                .start();
    }

    private Process game(String out) throws IOException {
        return start(
                "gan",
                out,
                STEPS,
                "--generator",
                folder.resolve("pretrained").toString(),
                "--loss",
                "critic",
                "--species",
                "gumbel",
                "--discriminator-every",
                "3",
                "--discriminator-dropout",
                "--discriminator-lr",
                "1e-3",
                "--guard",
                "0");
    }

    private String log(String out) throws IOException {
        return Files.readString(folder.resolve(out + ".log"), StandardCharsets.UTF_8);
    }

    private void finish(Process process, String out, int status) throws IOException, InterruptedException {
        boolean ended = process.waitFor(4, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly();
        }
        assertTrue(ended, log(out));
        assertEquals(status, process.exitValue(), log(out));
    }

    private List<JsonObject> metrics(String out) throws IOException {
        List<JsonObject> records = new ArrayList<>();
        for (JsonObject record : MetricsLog.read(folder.resolve(out).resolve("metrics.jsonl"))) {
            Map<String, Json> members = new LinkedHashMap<>(record.members());
            members.remove("time");
            records.add(new JsonObject(members, record.where()));
        }
        return records;
    }

    private void awaitRecords(Process process, String out, int count) throws IOException, InterruptedException {
        Path file = folder.resolve(out).resolve("metrics.jsonl");
        while (process.isAlive()) {
            if (Files.exists(file)) {
                try (Stream<String> lines = Files.lines(file)) {
                    if (lines.count() >= count) {
                        return;
                    }
                }
            }
            Thread.sleep(10);
        }
    }

    @Test
    void aGameStoppedBySigtermEndsAsOneThatWasNot() throws IOException, InterruptedException {
        finish(game("straight"), "straight", 0);
        Process first = game("interrupted");
        awaitRecords(first, "interrupted", 6);
        first.destroy(); // SIGTERM
        finish(first, "interrupted", 75);
        assertTrue(log("interrupted").contains("received SIGTERM"), log("interrupted"));
        int done = metrics("interrupted").size();
        assertTrue(done >= 6 && done < STEPS, done + " records");
        finish(game("interrupted"), "interrupted", 0);
        assertTrue(log("interrupted").contains("resuming after step"), log("interrupted"));
        assertEquals(metrics("straight"), metrics("interrupted"));
        String last = "checkpoints/ckpt-000000" + STEPS + "/";
        try (Stream<Path> files = Files.list(folder.resolve("straight").resolve(last))) {
            List<String> weights = files.map(f -> f.getFileName().toString())
                    .filter(f -> f.endsWith(".safetensors"))
                    .toList();
            assertTrue(weights.size() >= 5, weights.toString());
            for (String file : weights) {
                assertArrayEquals(
                        Files.readAllBytes(folder.resolve("straight").resolve(last + file)),
                        Files.readAllBytes(folder.resolve("interrupted").resolve(last + file)),
                        file);
            }
        }
    }
}
