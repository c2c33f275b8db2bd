package unitcell.trainer.predict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CifWriter;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.net.GraphBatches;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.finetune.FineTunedModel;
import unitcell.trainer.finetune.TinyFits;
import unitcell.trainer.predict.PredictionRun.Environment;
import unitcell.trainer.predict.PredictionRun.Options;
import unitcell.trainer.predict.PredictionRun.Outcome;
import unitcell.trainer.run.Progress;
import unitcell.trainer.run.ProgressOutput;

/** Tables of predictions: what they hold, their uncertainty, and what becomes of input that cannot be used. */
class PredictionRunTest {
    @TempDir
    static Path trained;

    @TempDir
    Path folder;

    private List<Crystal> crystals;
    private Path input;
    private Path out;

    @BeforeAll
    static void train() throws IOException {
        TinyFits.train(TinyFits.NUMBER, 2, 0.2, trained.resolve("number"));
        TinyFits.train(TinyFits.CLASS, 2, 0, trained.resolve("class"));
        TinyFits.train(TinyFits.SPECTRUM, 1, 0, trained.resolve("spectrum"));
    }

    @BeforeEach
    void makeInput() throws IOException {
        crystals = CrystalsForTests.random(11, 9, 4);
        StringBuilder table = new StringBuilder("id,cif\n");
        for (Crystal crystal : crystals) {
            table.append(crystal.id())
                    .append(",\"")
                    .append(CifWriter.write(crystal).replace("\"", "\"\""))
                    .append("\"\n");
            if (crystal.id().equals("c-4")) {
                table.append("broken,\"data_broken\n_cell_length_a none\n\"\n");
            }
        }
        input = folder.resolve("input.csv");
        Files.writeString(input, table);
        out = folder.resolve("out/predictions.csv");
    }

    private static Path fit(String task, int seed) {
        return trained.resolve(task + "/models/scratch-s" + seed + "-f0");
    }

    private Outcome predict(List<Path> models, int passes, boolean strict, BooleanSupplier stop) throws IOException {
        try (CrystalRecords records = CrystalSource.of(input.toString()).open()) {
            return predict(models, passes, strict, stop, records);
        }
    }

    private Outcome predict(
            List<Path> models, int passes, boolean strict, BooleanSupplier stop, Iterator<CrystalRecord> records)
            throws IOException {
        ProgressOutput quiet =
                new ProgressOutput(new PrintStream(new ByteArrayOutputStream()), false, System::nanoTime);
        return predict(models, passes, strict, stop, records, quiet);
    }

    private Outcome predict(
            List<Path> models,
            int passes,
            boolean strict,
            BooleanSupplier stop,
            Iterator<CrystalRecord> records,
            ProgressOutput output)
            throws IOException {
        try (Device device = Devices.open("cpu", 1);
                Ensemble ensemble = Ensemble.open(models, device, passes, 3, line -> {});
                Progress progress = output.start("predict", "crystals", 0, -1)) {
            return new PredictionRun(ensemble, new Options(strict, 100), new Environment(progress, stop))
                    .run(records, out);
        }
    }

    private List<NamedCsvRecord> table() throws IOException {
        try (CsvReader<NamedCsvRecord> csv = CsvReader.builder().ofNamedCsvRecord(out)) {
            return csv.stream().toList();
        }
    }

    private static double number(NamedCsvRecord record, String column) {
        return Double.parseDouble(record.getField(column));
    }

    /** What a model says of each crystal alone. */
    private double[][] alone(Path model) throws IOException {
        double[][] values = new double[crystals.size()][];
        try (Device device = Devices.open("cpu", 1);
                FineTunedModel opened = FineTunedModel.open(model, device, line -> {})) {
            var rule = GraphBatches.rule(opened.network().metadata().config());
            for (int i = 0; i < values.length; i++) {
                values[i] = opened.predict(GraphBatches.of(List.of(crystals.get(i)), rule))[0];
            }
        }
        return values;
    }

    @Test
    void everyCrystalGetsARowAndTheRestIsListed() throws IOException {
        Outcome outcome = predict(List.of(fit("number", 7)), 0, false, () -> false);
        assertFalse(outcome.stopped());
        assertEquals(9, outcome.predicted());
        List<NamedCsvRecord> table = table();
        assertEquals(List.of("id", "z [e]"), table.get(0).getHeader());
        double[][] expected = alone(fit("number", 7));
        for (int i = 0; i < 9; i++) {
            assertEquals("c-" + i, table.get(i).getField("id"));
            assertEquals(expected[i][0], number(table.get(i), "z [e]"), 1e-5 * expected[i][0]);
        }
        List<String> skipped =
                Files.readAllLines(folder.resolve("out/predictions.skipped.csv"), StandardCharsets.UTF_8);
        assertEquals(2, skipped.size());
        assertTrue(skipped.get(1).startsWith("broken,refused,"), skipped.toString());
    }

    @Test
    void theSpreadOfAnEnsembleIsTheSampleDeviation() throws IOException {
        predict(List.of(fit("number", 7), fit("number", 8)), 0, false, () -> false);
        double[][] a = alone(fit("number", 7));
        double[][] b = alone(fit("number", 8));
        List<NamedCsvRecord> table = table();
        assertEquals(List.of("id", "z [e]", "sd of z [e]"), table.get(0).getHeader());
        for (int i = 0; i < 9; i++) {
            assertEquals((a[i][0] + b[i][0]) / 2, number(table.get(i), "z [e]"), 1e-5);
            // Of two numbers the sample standard deviation is their difference over the root of 2.
            double sd = Math.abs(a[i][0] - b[i][0]) / Math.sqrt(2);
            assertTrue(sd > 0);
            assertEquals(sd, number(table.get(i), "sd of z [e]"), 2e-5);
        }
    }

    @Test
    void passesWithDropoutDiffer() throws IOException {
        predict(List.of(fit("number", 7)), 8, false, () -> false);
        List<NamedCsvRecord> first = table();
        double[][] without = alone(fit("number", 7));
        for (int i = 0; i < 9; i++) {
            double sd = number(first.get(i), "sd of z [e]");
            assertTrue(sd > 0, first.get(i).toString());
            assertEquals(without[i][0], number(first.get(i), "z [e]"), 10 * sd);
        }
        predict(List.of(fit("number", 7)), 8, false, () -> false);
        assertEquals(
                first.stream().map(NamedCsvRecord::getFields).toList(),
                table().stream().map(NamedCsvRecord::getFields).toList());
        TrainerException e =
                assertThrows(TrainerException.class, () -> predict(List.of(fit("class", 7)), 8, false, () -> false));
        assertEquals(ExitCode.USAGE, e.exitCode());
        assertTrue(e.getMessage().contains("was trained without dropout"), e.getMessage());
    }

    @Test
    void classesAndSpectra() throws IOException {
        predict(List.of(fit("class", 7), fit("class", 8)), 0, false, () -> false);
        assertEquals(
                List.of("id", "class", "probability of heavy", "sd of probability of heavy"),
                table().get(0).getHeader());
        for (NamedCsvRecord record : table()) {
            assertEquals(number(record, "probability of heavy") >= 0.5 ? "heavy" : "light", record.getField("class"));
        }
        predict(List.of(trained.resolve("spectrum")), 0, false, () -> false);
        List<String> header = table().get(0).getHeader();
        assertEquals(9, header.size());
        assertEquals("y at 0 cm^-1", header.get(1));
        assertEquals("y at 140 cm^-1", header.get(8));
    }

    @Test
    void modelsOfDifferentTasksAreNotAveraged() {
        TrainerException e = assertThrows(
                TrainerException.class,
                () -> predict(List.of(fit("number", 7), fit("class", 7)), 0, false, () -> false));
        assertEquals(ExitCode.USAGE, e.exitCode());
        assertTrue(e.getMessage().contains("must predict the same"), e.getMessage());
    }

    @Test
    void strictlyTheFirstBadCrystalEndsIt() throws IOException {
        TrainerException e =
                assertThrows(TrainerException.class, () -> predict(List.of(fit("number", 7)), 0, true, () -> false));
        assertEquals(ExitCode.INPUT, e.exitCode());
        assertTrue(e.getMessage().contains("input.csv:"), e.getMessage());
        assertEquals(List.of("c-0", "c-1", "c-2", "c-3", "c-4"), ids());
    }

    private List<String> ids() throws IOException {
        return table().stream().map(r -> r.getField("id")).toList();
    }

    @Test
    void aStopLeavesACompletePart() throws IOException {
        int[] asked = new int[1];
        Outcome outcome = predict(List.of(fit("number", 7)), 0, false, () -> asked[0]++ >= 4);
        assertTrue(outcome.stopped());
        assertEquals(List.of("c-0", "c-1", "c-2", "c-3"), ids());
    }

    /** As many records as one likes, made when they are asked for. */
    private static final class Endless implements Iterator<CrystalRecord> {
        private final List<CrystalRecord> few = new ArrayList<>();
        private final int count;
        private int given;

        Endless(Path input, int count) {
            this.count = count;
            try (CrystalRecords records = CrystalSource.of(input.toString()).open()) {
                records.forEachRemaining(few::add);
            }
        }

        @Override
        public boolean hasNext() {
            return given < count;
        }

        @Override
        public CrystalRecord next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return few.get(given++ % few.size());
        }
    }

    @Test
    void crystalsAreWrittenLongBeforeTheLastIsRead() throws IOException {
        Endless records = new Endless(input, 800);
        List<Integer> waiting = new ArrayList<>();
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        long[] clock = new long[1];
        // On a clock that leaps a minute whenever it is read, every batch gets its line.
        ProgressOutput each = new ProgressOutput(
                new PrintStream(lines, true, StandardCharsets.UTF_8), false, () -> clock[0] += 60_000_000_000L);
        BooleanSupplier watching = () -> {
            Matcher written =
                    Pattern.compile("predict: ([0-9]+) crystals").matcher(lines.toString(StandardCharsets.UTF_8));
            int last = written.results().map(r -> Integer.parseInt(r.group(1))).reduce(0, (a, b) -> b);
            waiting.add(records.given - last);
            return false;
        };
        Outcome outcome = predict(List.of(fit("number", 7)), 0, false, watching, records, each);
        assertEquals(720, outcome.predicted());
        assertEquals(80, outcome.skipped().size());
        assertEquals(720, table().size());
        // A batch of 100 edges and atoms holds no more than 20 of these; one in ten is skipped.
        int most = Collections.max(waiting.subList(0, 100));
        assertTrue(most < 40, most + " crystals were read and not yet written");
    }
}
