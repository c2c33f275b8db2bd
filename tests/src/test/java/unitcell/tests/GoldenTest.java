package unitcell.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.SafeTensorsFile;
import unitcell.engine.io.SafeTensorsWriter;
import unitcell.trainer.verify.Check;
import unitcell.trainer.verify.CheckReport;
import unitcell.trainer.verify.GoldenVerifier;

/** Modules and whole models against numbers that the original programs computed. */
class GoldenTest {
    private static final Path GOLDEN = ProjectFiles.root().resolve("tests/src/test/resources/golden");

    @TempDir
    Path folder;

    private static List<Check> verify(Path from, String name) throws IOException {
        try (Device oracle = Devices.open("cpu-scalar", 1);
                Device device = Devices.open(name, 2)) {
            PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
            CheckReport report = new CheckReport(nowhere);
            new GoldenVerifier(oracle, device, report).verify(from);
            return report.checks();
        }
    }

    private static void assertPassed(List<Check> checks, int atLeast) {
        List<Check> failed = checks.stream().filter(c -> !c.passed()).toList();
        assertEquals(List.of(), failed);
        assertTrue(checks.size() >= atLeast, "only " + checks.size() + " comparisons");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu-scalar"})
    void modulesAgreeWithTheOriginals(String device) throws IOException {
        assertPassed(verify(GOLDEN, device), 450);
    }

    @Test
    void aWrongNumberIsFound() throws IOException {
        String name = "d_gate_act_l2m2.safetensors";
        SafeTensorsWriter changed = new SafeTensorsWriter();
        try (SafeTensorsFile file = SafeTensorsFile.open(GOLDEN.resolve(name))) {
            for (String key : file.names()) {
                double[] values = file.doubles(key);
                values[0] += key.equals("out") ? 1e-4 : 0;
                changed.add(key, values, file.shape(key));
            }
        }
        changed.write(folder.resolve(name));
        List<Check> checks = verify(folder, "cpu");
        List<String> failed =
                checks.stream().filter(c -> !c.passed()).map(Check::quantity).toList();
        // Once: the oracle's row. Float32 is held to what plain float32 loses, which the wrong number makes more.
        assertEquals(List.of("out"), failed);
    }

    /** The whole model is too large to come with the sources; it lies beside a checkout, where somebody put it. */
    @Test
    void aWholeModelAgreesWithTheOriginal() throws IOException {
        String property = System.getProperty("unitcell.shared");
        Path shared = property == null ? ProjectFiles.root().resolveSibling("shared") : Path.of(property);
        Path golden = shared.resolve("golden");
        if (!Files.exists(golden.resolve("c_small_meta.json"))) {
            System.out.println("skipped: no " + golden + "/c_small_meta.json (set -Dunitcell.shared=FOLDER)");
            Assumptions.abort("no " + golden);
        }
        try (var files = Files.list(golden)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().startsWith("c_small")) {
                    Files.createSymbolicLink(folder.resolve(file.getFileName()), file.toAbsolutePath());
                }
            }
        }
        assertPassed(verify(folder, "cpu"), 100);
    }
}
