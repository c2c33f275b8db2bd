package unitcell.trainer.results.tuned;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.engine.io.JsonException;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.stats.Estimate;

/** Folders of fine-tuning runs, made by hand, and what follows from their numbers. */
class TunedRunTest {
    @TempDir
    Path folder;

    private static final String STABILITY = """
        {"name": "stability", "title": "Stability", "kind": "classification", "columns": ["e"], "loss": "nll",
         "classes": {"negative": "unstable", "positive": "stable", "at_most": 0.0},
         "split": {"by": "composition", "validation": 0.2, "test": 0.2, "train_systems": ["cubic"]}}\
        """;

    static final String FERMI = """
        {"name": "fermi", "title": "Fermi energy", "kind": "regression", "columns": ["efermi"], "unit": "eV",
         "loss": "l1", "split": {"by": "composition", "validation": 0.1, "test": 0.1}}\
        """;

    private static final String MODULUS =
            FERMI.replace("fermi", "bulk").replace("\"loss\"", "\"transform\": \"log10\", \"loss\"");

    private static final String SPECTRUM = """
        {"name": "phonon-dos", "title": "Phonons", "kind": "spectrum", "columns": ["dos"], "loss": "mse",
         "grid": {"start": 0.0, "step": 20.0, "bins": 3, "unit": "cm^-1"},
         "split": {"by": "composition", "validation": 0.1, "test": 0.1}}\
        """;

    private static String fit(String init, int seed, int fold, String metrics, String more) {
        return "{\"init\": \"" + init + "\", \"seed\": " + seed + ", \"fold\": " + fold
                + ", \"split\": \"test\", \"n\": 50, \"metrics\": {" + metrics + "}" + more + "}";
    }

    private Path write(String task, String... fits) throws IOException {
        Files.writeString(folder.resolve("task.json"), task);
        Files.writeString(
                folder.resolve("results.json"),
                "{\"task\": \"x\", \"complete\": true, \"rows\": [" + String.join(",", fits)
                        + "], \"summary\": [], \"data\": {\"rows\": 9}}");
        return folder;
    }

    @Test
    void seedsAndFoldsByHand() throws IOException {
        TunedRun run = TunedRun.read(write(
                FERMI,
                fit("pretrained", 0, 0, "\"mae\": 1.0, \"rmse\": 2, \"r2\": null", ""),
                fit("pretrained", 0, 1, "\"mae\": 3.0", ""),
                fit("pretrained", 1, 0, "\"mae\": 4.0", ""),
                fit("pretrained", 1, 1, "\"mae\": 4.0", ""),
                fit("scratch", 0, 0, "\"mae\": 5.0", ""),
                fit("scratch", 0, 1, "\"mae\": 5.0", ""),
                fit("scratch", 1, 0, "\"mae\": 7.0", ""),
                fit("scratch", 1, 1, "\"mae\": 9.0", ""),
                fit("dummy", 0, 0, "\"mae\": 9.5", ", \"intervals\": {\"mae\": {\"low\": 9, \"high\": 10}}")));
        assertEquals("mae", run.main().name());
        assertEquals(List.of("pretrained", "scratch", "dummy"), run.inits());
        // Seeds: (1 + 3) / 2 = 2 and 4; mean 3, standard deviation sqrt 2.
        Estimate pretrained = run.estimate("pretrained", "mae");
        assertArrayEquals(new double[] {2, 4}, pretrained.runs());
        assertEquals(3, pretrained.value());
        assertEquals(12.7062, pretrained.high() - 3, 1e-4);
        assertEquals(0, pretrained.low()); // no error is below 0
        // Differences by seed and fold: -4, -2 and -3, -5; seeds -3, -4.
        Estimate difference = run.difference("pretrained", "scratch", "mae");
        assertArrayEquals(new double[] {-3, -4}, difference.runs());
        assertEquals(-3.5, difference.value());
        // One fit: the interval that the run told.
        Estimate dummy = run.estimate("dummy", "mae");
        assertEquals(new Estimate(9.5, 9, 10, 50, Estimate.Kind.BOOTSTRAP, new double[] {9.5}), dummy);
        assertEquals(100, run.tested("pretrained"));
        assertTrue(Double.isNaN(run.estimate("pretrained", "r2").value()));
        Verdict verdict = Verdict.of(run);
        assertEquals(Verdict.Outcome.BETTER, verdict.outcome());
        assertFalse(verdict.certain());
        assertEquals(3 / 9.5, verdict.errorLeft(), 1e-15);
    }

    @Test
    void oneSeedHasItsFolds() throws IOException {
        TunedRun run = TunedRun.read(write(
                FERMI,
                fit("scratch", 3, 0, "\"mae\": 1.0", ""),
                fit("scratch", 3, 1, "\"mae\": 2.0", ""),
                fit("scratch", 3, 2, "\"mae\": 3.0", "")));
        assertArrayEquals(new double[] {1, 2, 3}, run.estimate("scratch", "mae").runs());
        assertEquals(150, run.tested("scratch"));
        assertEquals(Verdict.Outcome.UNKNOWN, Verdict.of(run).outcome());
        assertEquals(Estimate.NONE, run.estimate("pretrained", "mae"));
    }

    @Test
    void accuracyByCrystalSystem() throws IOException {
        String systems = ", \"by_system\": {\"cubic\": {\"n\": 10, \"metrics\": {\"accuracy\": 0.9}},"
                + " \"trigonal\": {\"n\": 4, \"metrics\": {\"accuracy\": 0.5}}}";
        TunedRun run = TunedRun.read(write(
                STABILITY,
                fit("pretrained", 0, 0, "\"accuracy\": 0.8", systems),
                fit("scratch", 0, 0, "\"accuracy\": 0.7", systems),
                fit("scratch", 1, 0, "\"accuracy\": 0.9", systems.replace("0.5", "0.75"))));
        assertEquals(Set.of(CrystalSystem.CUBIC, CrystalSystem.TRIGONAL), run.systems());
        Estimate cubic = run.estimate("pretrained", CrystalSystem.CUBIC, "accuracy");
        assertEquals(Estimate.share(0.9, 10), cubic);
        Estimate trigonal = run.estimate("scratch", CrystalSystem.TRIGONAL, "accuracy");
        assertArrayEquals(new double[] {0.5, 0.75}, trigonal.runs());
        assertEquals(4, run.tested("pretrained", CrystalSystem.TRIGONAL));
        assertEquals(Estimate.NONE, run.estimate("pretrained", CrystalSystem.HEXAGONAL, "accuracy"));
        // More is better here.
        assertEquals(Verdict.Outcome.EVEN, Verdict.of(run).outcome());
        assertTrue(Double.isNaN(Verdict.of(run).errorLeft()));
        TunedRun guessed = TunedRun.read(write(
                STABILITY,
                fit("pretrained", 0, 0, "\"accuracy\": 0.8", ""),
                fit("scratch", 0, 0, "\"accuracy\": 0.7", ""),
                fit("dummy", 0, 0, "\"accuracy\": 0.6", "")));
        assertEquals(0.5, Verdict.of(guessed).errorLeft(), 1e-15); // 20 % wrong of 40 %
    }

    @Test
    void verdictsAreWhatTheNumbersSay() throws IOException {
        List<Verdict> verdicts = new ArrayList<>();
        String[][] maes = {{"1", "2"}, {"3", "2"}, {"2", "2"}, {"1", "9"}};
        for (int task = 0; task < maes.length; task++) {
            List<String> fits = new ArrayList<>();
            for (int seed = 0; seed < 3; seed++) {
                fits.add(fit("pretrained", seed, 0, "\"mae\": " + maes[task][0] + "." + seed, ""));
                fits.add(fit("scratch", seed, 0, "\"mae\": " + maes[task][1] + (seed == 1 ? ".2" : "." + seed), ""));
            }
            fits.add(fit("dummy", 0, 0, "\"mae\": 2.5", ""));
            String title = FERMI.replace("Fermi energy", "T" + task);
            verdicts.add(Verdict.of(TunedRun.read(write(title, fits.toArray(String[]::new)))));
        }
        assertEquals(
                "Pre-trained beats scratch on 3 of 4 tasks (T0; T2; T3). The 95 % interval of the difference leaves"
                        + " out 0 on 2 of these (T0; T3). Scratch is better on 1 (T1); the interval leaves out 0 on 1. The"
                        + " pre-trained fit beats a guess without a network by a wide margin, leaving at most two thirds"
                        + " of its error, on 2 of 4 (T0; T3). The margin is narrow on 1 (T2). It does not beat the guess"
                        + " on 1 (T1).",
                Verdict.sentences(verdicts));
        assertTrue(Verdict.sentences(List.of()).contains("nothing can be said"));
    }

    @Test
    void quartersOfSpectraByHand() throws IOException {
        write(SPECTRUM, fit("pretrained", 2, 0, "\"mae\": 0.1", ""), fit("dummy", 0, 0, "\"mae\": 0.3", ""));
        StringBuilder csv = new StringBuilder(
                "id,init,seed,fold,split,system,true_0,true_1,true_2,predicted_0,predicted_1,predicted_2\n");
        double[] errors = {0.5, 0.1, 0.7, 0.3, 0.2, 0.8, 0.4, 0.6};
        for (int i = 0; i < errors.length; i++) {
            csv.append("c" + i + ",pretrained,2,0,test,,1,0,0," + (1 - errors[i]) + ",0," + 2 * errors[i] + "\n");
            csv.append("c" + i + ",dummy,0,0,test,,1,0,0,0,0,0\n");
        }
        Files.writeString(folder.resolve("predictions.csv"), csv);
        List<SpectrumQuartiles> all = SpectrumQuartiles.read(TunedRun.read(folder), 1);
        assertEquals(1, all.size());
        List<SpectrumQuartiles.Quarter> quarters = all.get(0).quarters();
        // The mean absolute error of a row is (e + 2 e) / 3 = e. Sorted: c1 c4 | c3 c6 | c0 c7 | c2 c5.
        assertEquals(4, quarters.size());
        for (int q = 0; q < 4; q++) {
            assertEquals(2, quarters.get(q).count());
            assertEquals(0.1 + 0.2 * q, quarters.get(q).low(), 1e-12);
            assertEquals(0.2 + 0.2 * q, quarters.get(q).high(), 1e-12);
        }
        assertEquals(
                List.of("c4", "c6", "c7", "c5"),
                quarters.stream().map(q -> q.shown().get(0).id()).toList());
        assertArrayEquals(
                new double[] {0.8, 0, 0.4}, quarters.get(0).shown().get(0).predicted(), 1e-12);
        // More panels than spectra: all of them, once.
        assertEquals(
                List.of("c1", "c4"),
                SpectrumQuartiles.read(TunedRun.read(folder), 9).get(0).quarters().get(0).shown().stream()
                        .map(SpectrumQuartiles.Shown::id)
                        .toList());
    }

    @Test
    void parityByHand() throws IOException {
        write(FERMI, fit("pretrained", 0, 0, "\"mae\": 1", ""), fit("pretrained", 1, 0, "\"mae\": 1", ""));
        Files.writeString(folder.resolve("predictions.csv"), """
            id,init,seed,fold,split,system,true,predicted
            a,pretrained,0,0,test,,1,2
            b,pretrained,0,0,test,,2,2
            c,pretrained,0,0,test,,3,2.5
            d,pretrained,0,0,test,,6,6
            a,pretrained,1,0,test,,1,100
            e,pretrained,0,0,train,,1,50
            """);
        List<Parity> all = Parity.read(TunedRun.read(folder), 0);
        assertEquals(1, all.size());
        Parity parity = all.get(0);
        assertEquals(4, parity.count());
        assertEquals(1.5 / 4, parity.mae().value(), 1e-12);
        // Mean 3, squares 4 + 1 + 0 + 9 = 14; residuals 1 + 0.25.
        assertEquals(1 - 1.25 / 14, parity.r2().value(), 1e-12);
        assertTrue(parity.mae().hasInterval());
        assertArrayEquals(new double[] {1, 2, 3, 6}, parity.truth());
        assertArrayEquals(new double[] {2, 2, 2.5, 6}, parity.predicted());
    }

    @Test
    void logarithmsAreJudgedWhereTheyAreLearned() throws IOException {
        write(MODULUS, fit("scratch", 0, 0, "\"mae_log10\": 1", ""));
        Files.writeString(folder.resolve("predictions.csv"), """
            id,init,seed,fold,split,system,true,predicted
            a,scratch,0,0,test,,10,100
            b,scratch,0,0,test,,1000,1000
            """);
        Parity parity = Parity.read(TunedRun.read(folder), 0).get(0);
        assertTrue(parity.logarithmic());
        assertEquals(0.5, parity.mae().value(), 1e-12);
        assertEquals(1 - 0.5 / 1, parity.r2().value(), 1e-12); // logarithms 1 and 3: variance 1, residual 1/2
    }

    @Test
    void faultsAreOneLine() throws IOException {
        input("no such folder", () -> TunedRun.read(folder.resolve("absent")));
        input("holds no task.json", () -> TunedRun.read(folder));
        write(FERMI);
        input("no fit was tested yet", () -> TunedRun.read(folder));
        Files.writeString(folder.resolve("results.json"), "{\"rows\": [{\"init\": 3}]}");
        JsonException typed = assertThrows(JsonException.class, () -> TunedRun.read(folder));
        assertTrue(typed.getMessage().contains("results.json:1:"), typed.getMessage());
        write(FERMI, fit("scratch", 0, 0, "\"mae\": 1", ", \"by_system\": {\"round\": {}}"));
        assertTrue(assertThrows(JsonException.class, () -> TunedRun.read(folder))
                .getMessage()
                .contains("'round' is no crystal system"));
        write(FERMI, fit("scratch", 0, 0, "\"mae\": 1", ""));
        TunedRun run = TunedRun.read(folder);
        assertEquals(List.of(), Parity.read(run, 0)); // no predictions, nothing to draw
        predictions("id,init,seed,fold,split,system,true\n", "0 columns 'predicted', expected 1");
        predictions("id,init,fold,split,system,true,predicted\n", "no column 'seed'");
        String header = "id,init,seed,fold,split,system,true,predicted\n";
        predictions(header + "a,scratch,0,0,test,,1,x\n", "predictions.csv:2: 'x' in column 'predicted'");
        predictions(header + "a,scratch,0,0,test,,1\n", "predictions.csv:2: 7 fields, expected 8");
        predictions("", "expected a header row");
    }

    private void predictions(String csv, String complaint) throws IOException {
        Files.writeString(folder.resolve("predictions.csv"), csv);
        TunedRun run = TunedRun.read(folder);
        input(complaint, () -> Parity.read(run, 0));
    }

    private static void input(String complaint, org.junit.jupiter.api.function.Executable reading) {
        TrainerException e = assertThrows(TrainerException.class, reading);
        assertEquals(ExitCode.INPUT, e.exitCode());
        assertTrue(e.getMessage().contains(complaint), e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
    }
}
