package unitcell.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.trainer.Console;
import unitcell.trainer.ExitCode;

/** What {@code pretrain} says and how it ends on input that is missing, damaged or useless. */
class PretrainFaultsTest {
    private static final String CHLORIDE = """
            data_%1$s
            _cell_length_a %2$s
            _cell_length_b %2$s
            _cell_length_c %2$s
            _cell_angle_alpha 90
            _cell_angle_beta 90
            _cell_angle_gamma 90
            loop_
            _atom_site_type_symbol
            _atom_site_fract_x
            _atom_site_fract_y
            _atom_site_fract_z
            %1$s 0 0 0
            Cl 0.5 0.5 0.5
            """;

    @TempDir
    Path folder;

    private Path data;

    private record Result(ExitCode code, String out, String err) {
        /** The last line of standard error: before it, progress may have been told. */
        String error() {
            return err.lines().reduce("", (a, b) -> b);
        }
    }

    @BeforeEach
    void crystals() throws IOException {
        data = Files.createDirectories(folder.resolve("data"));
        int k = 0;
        for (String metal : List.of("Na", "K", "Li", "Rb")) {
            Files.writeString(data.resolve("salt" + k++ + ".cif"), CHLORIDE.formatted(metal, 4.2));
        }
    }

    private Result pretrain(Path input, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "pretrain",
                "--data",
                input.toString(),
                "--preset",
                "tiny",
                "--out",
                folder.resolve("run").toString()));
        words.addAll(List.of("--threads", "1", "--validation-fraction", "0"));
        words.addAll(List.of(more));
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

    private void refused(Result result, String line) {
        assertEquals(ExitCode.INPUT, result.code(), result.err());
        assertEquals("unitcell: " + line, result.err().strip());
    }

    @Test
    void inputThatIsMissingEmptyOrNoText() throws IOException {
        Path missing = folder.resolve("nowhere");
        refused(pretrain(missing), missing + ": no such file or folder");
        Path empty = Files.createFile(folder.resolve("empty.cif"));
        refused(pretrain(empty), empty + ": file is empty");
        Path binary = Files.write(folder.resolve("binary.cif"), new byte[] {'d', 'a', 0x14});
        refused(pretrain(binary), binary + ":1:3: found control character 0x14, expected text");
    }

    @Test
    void dataOfWhichNothingIsFitForTrainingSayWhy() throws IOException {
        Path large = Files.writeString(folder.resolve("large.cif"), CHLORIDE.formatted("Na", 9.9));
        Result result = pretrain(large);
        assertEquals(ExitCode.INPUT, result.code(), result.err());
        assertTrue(result.error().contains("{volume per atom=1}"), result.err());
    }

    @Test
    void brokenFilesAmongGoodOnesAreSkippedAndListedOrEndAStrictRun() throws IOException {
        Path broken = Files.writeString(
                data.resolve("broken.cif"), CHLORIDE.formatted("Na", 4.2).substring(0, 90));
        Result strict = pretrain(data, "--strict", "--steps", "1");
        assertEquals(ExitCode.INPUT, strict.code(), strict.err());
        assertTrue(strict.error().startsWith("unitcell: " + broken + ":"), strict.err());
        Result lenient = pretrain(data, "--steps", "1");
        assertEquals(ExitCode.OK, lenient.code(), lenient.err());
        assertTrue(lenient.out().contains("left out: {refused=1}"), lenient.out());
        assertTrue(Files.readString(folder.resolve("run/skipped.csv")).contains("broken,refused,"));
    }

    @Test
    void aCheckpointCutInHalfIsPassedOverForTheOneBefore() throws IOException {
        Result whole = pretrain(data, "--steps", "2", "--validate-every", "1");
        assertEquals(ExitCode.OK, whole.code(), whole.err());
        Path newest = folder.resolve("run/checkpoints/ckpt-00000002/model.safetensors");
        byte[] weights = Files.readAllBytes(newest);
        Files.write(newest, java.util.Arrays.copyOf(weights, weights.length / 2));
        Result resumed = pretrain(data, "--steps", "3", "--validate-every", "1");
        assertEquals(ExitCode.OK, resumed.code(), resumed.err());
        String told = resumed.out() + resumed.err();
        assertTrue(told.contains("resuming after step 1 from "), told);
        assertTrue(told.contains("ckpt-00000002"), told);
        Result named =
                pretrain(data, "--steps", "4", "--resume", newest.getParent().toString());
        assertEquals(ExitCode.OK, named.code(), "the damaged checkpoint was replaced on the way: " + named.err());
    }

    @Test
    void aDamagedCheckpointThatIsNamedIsRefused() throws IOException {
        pretrain(data, "--steps", "1");
        Path only = folder.resolve("run/checkpoints/ckpt-00000001");
        try (Stream<Path> files = Files.list(only)) {
            Path moments = files.filter(f -> f.toString().endsWith("optimizer.safetensors"))
                    .findFirst()
                    .orElseThrow();
            Files.write(moments, java.util.Arrays.copyOf(Files.readAllBytes(moments), 100));
        }
        Result result = pretrain(data, "--steps", "2", "--resume", only.toString());
        assertEquals(ExitCode.INPUT, result.code(), result.err());
        assertTrue(result.error().contains("optimizer.safetensors"), result.err());
        assertTrue(Files.exists(only.resolve("state.json")), "nothing of the damaged checkpoint was removed");
    }

    @Test
    void aRunIsNotMixedWithAnother() {
        pretrain(data, "--steps", "1");
        Result result = pretrain(data, "--steps", "2", "--seed", "7");
        assertEquals(ExitCode.USAGE, result.code(), result.err());
        assertTrue(result.error().contains("seed"), result.err());
    }
}
