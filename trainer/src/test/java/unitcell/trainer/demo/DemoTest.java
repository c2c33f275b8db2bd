package unitcell.trainer.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CifWriter;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.data.Split;
import unitcell.trainer.pretrain.PretrainData;
import unitcell.trainer.pretrain.PretrainOptions;
import unitcell.trainer.pretrain.PretrainRun.Environment;
import unitcell.trainer.pretrain.TinyRun;
import unitcell.trainer.reconstruct.ReconstructionScore;
import unitcell.trainer.reconstruct.ReconstructionTrials;
import unitcell.trainer.run.ProgressOutput;

/** The demo on a few random crystals and with a tiny network. */
class DemoTest {
    @TempDir
    Path folder;

    private final List<Crystal> crystals = CrystalsForTests.random(1, 40, 8);
    private final List<String> messages = new ArrayList<>();
    private Path input;
    private Path out;

    @BeforeEach
    void writeCrystals() throws IOException {
        input = Files.createDirectory(folder.resolve("input"));
        out = folder.resolve("demo");
        for (Crystal crystal : crystals) {
            Files.writeString(input.resolve(crystal.id() + ".cif"), CifWriter.write(crystal));
        }
    }

    private Optional<ReconstructionScore> run(double rate, BooleanSupplier stop) throws IOException {
        PretrainOptions options = TinyRun.options(List.of(input.toString()), 4, rate);
        ProgressOutput quiet =
                new ProgressOutput(new PrintStream(new ByteArrayOutputStream()), false, System::nanoTime);
        try (Device device = Devices.open("cpu-scalar", 1)) {
            Environment environment = new Environment(device, 1, quiet, messages::add, stop, false);
            return new Demo(options, environment, out, "./unitcell demo --seed 11").run(System.nanoTime());
        }
    }

    private List<String> checkpoints(Path run) throws IOException {
        try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
            return files.map(f -> f.getFileName() + " " + f.toFile().lastModified())
                    .sorted()
                    .toList();
        }
    }

    private Document report() throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(out.resolve(Demo.REPORT).toFile());
    }

    @Test
    void completesEveryHeldOutCrystalAndReports() throws Exception {
        ReconstructionScore score = run(1e-2, () -> false).orElseThrow();
        CrystalStore read = PretrainData.read(
                        TinyRun.options(List.of(input.toString()), 4, 1e-2).data())
                .crystals();
        int heldOut = Split.byComposition(read, 0.2, 11).validation().length;
        assertEquals(ReconstructionTrials.STANDARD.stream().sorted().toList(), score.conditions());
        for (var condition : score.conditions()) {
            assertEquals(heldOut, score.row(condition).crystals());
            assertTrue(score.row(condition).before().mean() > 0);
        }
        Document report = report();
        assertEquals(4, report.getElementsByTagName("h2").getLength());
        assertEquals(3, report.getElementsByTagName("table").getLength());
        String text = report.getDocumentElement().getTextContent();
        assertTrue(text.contains("./unitcell demo --seed 11"));
        assertTrue(text.contains("original") && text.contains("spoilt") && text.contains("reconstructed"));
        assertEquals(0, report.getElementsByTagName("script").getLength());
        assertFalse(Files.readString(out.resolve(Demo.REPORT)).contains("src="), "something would be fetched");
    }

    @Test
    void aStoppedDemoGoesOnAndAFinishedOneIsNotTrainedAgain() throws Exception {
        int[] asked = new int[1];
        assertTrue(run(1e-2, () -> asked[0]++ >= 2).isEmpty());
        assertFalse(Files.exists(out.resolve(Demo.REPORT)));
        ReconstructionScore score = run(1e-2, () -> false).orElseThrow();
        assertTrue(messages.stream().anyMatch(m -> m.startsWith("resuming after step 2")), messages.toString());
        List<String> before = checkpoints(out);
        String report = Files.readString(out.resolve(Demo.REPORT));
        assertEquals(score.table(), run(1e-2, () -> false).orElseThrow().table());
        assertEquals(before, checkpoints(out));
        assertTrue(Files.readString(out.resolve(Demo.REPORT)).startsWith(report.substring(0, 100)));
    }

    @Test
    void aRunWithOtherOptionsIsMovedAside() throws IOException {
        run(1e-2, () -> false);
        List<String> before = checkpoints(out);
        run(2e-2, () -> false);
        assertEquals(before, checkpoints(folder.resolve("demo.1")));
        assertTrue(messages.stream().anyMatch(m -> m.contains("starting afresh")), messages.toString());
    }

    @Test
    void aStopWhileCompletingLeavesNoReport() throws IOException {
        int[] asked = new int[1];
        assertTrue(run(1e-2, () -> asked[0]++ >= 9).isEmpty());
        assertFalse(Files.exists(out.resolve(Demo.REPORT)));
        assertTrue(Files.exists(out.resolve("checkpoints/ckpt-00000004")));
    }
}
