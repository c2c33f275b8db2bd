package unitcell.trainer.label;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.io.CifWriter;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.trainer.ExitCode;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.DataFilter;
import unitcell.trainer.data.DatasetReader.Skipped;
import unitcell.trainer.data.Exclusions;

/** Rows of small tables: which are read, which are refused, and for what. */
class LabelledReaderTest {
    private static final String DOS = """
        {"name": "dos", "kind": "spectrum", "columns": ["y"], "loss": "mse",
         "grid": {"start": 0, "step": 0.5, "bins": 3, "unit": "THz", "column": "x"},
         "split": {"by": "composition", "validation": 0, "test": 0.5}}
        """;

    @TempDir
    Path folder;

    private static String cif(int z) {
        return CifWriter.write(new Crystal("x", Lattice.cubic(3), new int[] {z}, new double[3]));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }

    /** A table of rows without their CIF, which is iron's. */
    private Path table(String name, String header, String... rows) throws IOException {
        StringBuilder text = new StringBuilder(header + ",cif\n");
        for (String row : rows) {
            text.append(row).append(',').append(quoted(cif(26))).append('\n');
        }
        return Files.writeString(folder.resolve(name), text);
    }

    private static LabelledReader.Result read(Task task, Path... inputs) {
        return LabelledReader.read(
                task, Arrays.stream(inputs).map(Path::toString).toList(), DataFilter.STANDARD);
    }

    private static double[] labels(LabelledReader.Result result) {
        return Arrays.stream(result.data().labels()).mapToDouble(l -> l[0]).toArray();
    }

    @Test
    void rowsAreRefusedByTheirReasons() throws IOException {
        Path file = table(
                "k.csv",
                "id,k_vrh,g_vrh",
                "a,100.5,50",
                "b,-469791598815.59,10",
                "c,20,",
                "d,,20",
                "e,600,1",
                "f,600.01,1",
                "g,7,nan",
                "h,7,-3",
                "a,8,2");
        LabelledReader.Result result = read(Task.named("bulk-modulus-mp"), file);
        assertArrayEquals(new double[] {100.5, 600, 8}, labels(result));
        assertEquals("a", result.data().crystals().id(2), "a second row of one id is a row");
        assertEquals(
                Map.of(
                        "k_vrh outside [1, 600]", 2,
                        "g_vrh outside [1, 600]", 1,
                        "g_vrh missing", 1,
                        "k_vrh missing", 1,
                        "g_vrh no number", 1),
                result.skippedByReason());
        Skipped first = result.skipped().get(0);
        assertEquals("b", first.id());
        assertEquals("k_vrh = -469791598815.59 outside [1, 600]", first.detail().replaceFirst(".*: ", ""));
        assertTrue(first.detail().startsWith(file + ":"), first.detail());
        assertEquals(9, result.data().size() + result.skipped().size());
    }

    @Test
    void numbersWithoutALogarithmAreRefused() throws IOException {
        Path file = table("k.csv", "k", "1", "0", "-1", "1e-3");
        Task task = Task.named("fermi").withColumns(List.of("k")).withTransform(Task.Transform.LOG10);
        LabelledReader.Result result = read(task, file);
        assertArrayEquals(new double[] {1, 1e-3}, labels(result));
        assertEquals(Map.of("k not positive", 2), result.skippedByReason());
        assertEquals(
                4, read(task.withTransform(Task.Transform.NONE), file).data().size());
    }

    @Test
    void severalColumnsAreAllNeeded() throws IOException {
        Path file = table("k.csv", "b,a", "1,2", "3,", "4,5");
        LabelledReader.Result result = read(Task.named("fermi").withColumns(List.of("a", "b")), file);
        assertArrayEquals(new double[][] {{2, 1}, {5, 4}}, result.data().labels());
    }

    @Test
    void classesByThresholdAndByWord() throws IOException {
        Path file = table("s.csv", "e_above_hull,is_metal", "0,True", "-0.1,False", "1e-9,true", ",True");
        LabelledReader.Result hull = read(Task.named("stability"), file);
        assertArrayEquals(new double[] {1, 1, 0}, labels(hull));
        assertEquals(Map.of("e_above_hull missing", 1), hull.skippedByReason());
        Path task = Files.writeString(folder.resolve("metal.json"), """
            {"name": "metal", "kind": "classification", "columns": ["is_metal"], "loss": "nll",
             "classes": {"negative": "insulator", "positive": "metal", "values": ["True"]},
             "split": {"by": "composition", "validation": 0, "test": 0.5}}
            """);
        assertArrayEquals(new double[] {1, 0, 0, 1}, labels(read(Task.read(task), file)));
        String least = Files.readString(task).replace("\"values\": [\"True\"]", "\"at_least\": 0.5");
        Files.writeString(task, least.replace("is_metal", "k"));
        assertArrayEquals(new double[] {1, 0}, labels(read(Task.read(task), table("k.csv", "k", "0.5", "0.49"))));
    }

    @Test
    void spectra() throws IOException {
        Task task = Task.read(Files.writeString(folder.resolve("dos.json"), DOS));
        Path file = table(
                "d.csv",
                "x;y".replace(';', ','),
                "\"[0, 0.5, 1.0]\",\"[0.0, 2, 1e0]\"",
                "\"[0, 0.5, 1.1]\",\"[0, 2, 1]\"",
                "\"[0, 0.5, 1]\",\"[0, 2]\"",
                "\"[0, 0.5, 1]\",\"[0, -2, 1]\"",
                "\"[0, 0.5, 1]\",\"[0, nan, 1]\"",
                "\"[0, 0.5, 1]\",\"[0, 0, 0]\"",
                "\"[0, 0.5, 1]\",",
                ",\"[0, 2, 1]\"");
        LabelledReader.Result result = read(task, file);
        assertArrayEquals(new double[][] {{0, 1, 0.5}}, result.data().labels());
        assertEquals(
                Map.of(
                        "x off the grid", 1,
                        "y of another length", 1,
                        "y negative", 1,
                        "y no list of numbers", 1,
                        "y zero everywhere", 1,
                        "y missing", 1,
                        "x missing", 1),
                result.skippedByReason());
        Path json = Files.writeString(folder.resolve("d.json"), """
            [{"structure": {"cell": [3, 3, 3, 90, 90, 90], "species": ["Fe"], "frac": [0, 0, 0]},
              "x": [0, 0.5, 1], "y": [0.5, 0.25, 0]}]
            """);
        assertArrayEquals(new double[][] {{1, 0.5, 0}}, read(task, json).data().labels());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        1, 2        | found '1, 2', expected a list of numbers in brackets
        [1; 2]      | entry 0 is '1; 2', expected a finite number
        [1, , 2]    | entry 1 is '', expected a finite number
        [1, 2,]     | entry 2 is '', expected a finite number
        [0x1p3]     | entry 0 is '0x1p3', expected a finite number
        [1, 1d]     | entry 1 is '1d', expected a finite number
        [1, 1e999]  | entry 1 is '1e999', expected a finite number
        [1, 1e]     | entry 1 is '1e', expected a finite number
        [[1], 2]    | entry 0 is '[1]', expected a finite number
        """)
    void listsThatAreNone(String text, String complaint) {
        assertEquals(
                complaint,
                assertThrows(IllegalArgumentException.class, () -> NumberList.parse(text))
                        .getMessage());
        assertArrayEquals(new double[] {-1.5, 2e3, 0.25}, NumberList.parse(" [-1.5,\n2e3 , .25]"));
        assertArrayEquals(new double[0], NumberList.parse("[ ]"));
    }

    @Test
    void cgcnnFoldersByTheOrderOfColumns() throws IOException {
        Files.writeString(folder.resolve("id_prop.csv"), "one,1.5,7\ntwo,2.5,8\nthree,3.5\n");
        for (String id : List.of("one", "two", "three")) {
            Files.writeString(folder.resolve(id + ".cif"), cif(26));
        }
        assertArrayEquals(new double[] {1.5, 2.5, 3.5}, labels(read(Task.named("fermi"), folder)));
        LabelledReader.Result two = read(Task.named("fermi").withColumns(List.of("k", "g")), folder);
        assertArrayEquals(new double[][] {{1.5, 7}, {2.5, 8}}, two.data().labels());
        assertEquals(Map.of("too few values", 1), two.skippedByReason());
    }

    @Test
    void crystalSystemsAndWordsOfTheSplit() throws IOException {
        Path file = table(
                "s.csv",
                "k,crystal_system,spacegroup.number,part",
                "1,Cubic,1, a ",
                "2,,62,b",
                "3,unheard,231,",
                "4,,,a");
        Task task = Task.named("fermi").withColumns(List.of("k"));
        LabelledCrystals plain = read(task, file).data();
        assertEquals(Optional.of(CrystalSystem.CUBIC), plain.system(0));
        assertEquals(Optional.of(CrystalSystem.ORTHORHOMBIC), plain.system(1));
        assertEquals(Optional.of(CrystalSystem.CUBIC), plain.system(2), "of no such words: by its atoms");
        assertEquals(Optional.of(CrystalSystem.CUBIC), plain.system(3));
        assertNull(plain.words()[0], "the split names no column");
        SplitRule split = SplitRule.column("part", List.of("a"), List.of(), List.of("b"));
        LabelledCrystals data = read(task.withSplit(split), file).data();
        assertArrayEquals(new String[] {"a", "b", null, "a"}, data.words());
        LabelledCrystals some = data.subset(new int[] {3, 1});
        assertArrayEquals(new double[][] {{4}, {2}}, some.labels());
        assertArrayEquals(new String[] {"a", "b"}, some.words());
        assertEquals(CrystalSystem.ORTHORHOMBIC, some.systems()[1]);
    }

    @Test
    void whatCannotBeReadOrIsUnfitOrExcluded() throws IOException {
        String far = CifWriter.write(new Crystal("x", Lattice.cubic(20), new int[] {26}, new double[3]));
        Path file = Files.writeString(
                folder.resolve("k.csv"),
                "id,efermi,cif\nfe,1," + quoted(cif(26)) + "\nbad,2,data_x\nfar,3," + quoted(far) + "\nco,4,"
                        + quoted(cif(27)) + "\n");
        LabelledReader.Result result = read(Task.named("fermi"), file);
        assertArrayEquals(new double[] {1, 4}, labels(result));
        assertEquals(Map.of("refused", 1, "volume per atom", 1), result.skippedByReason());
        LabelledReader.Result without = LabelledReader.read(
                Task.named("fermi"),
                List.of(file.toString()),
                DataFilter.STANDARD,
                new Exclusions(Set.of(), Set.of("Co")));
        assertArrayEquals(new double[] {1}, labels(without));
        assertEquals(1, without.skippedByReason().get("excluded"));
        assertTrue(without.summary().startsWith("1 rows with labels; left out: {excluded=1"), without.summary());
    }

    @Test
    void aTableWithoutTheColumn() throws IOException {
        Path file = table("k.csv", "id,fermi_energy", "a,1", "b,2");
        TrainerException e = assertThrows(TrainerException.class, () -> read(Task.named("fermi"), file));
        assertEquals(ExitCode.INPUT, e.exitCode());
        assertEquals(
                "no row of k.csv has labels for task fermi: 2 rows: no column 'efermi'; the first: k.csv:2: no column"
                        + " 'efermi', the columns are id, fermi_energy, cif",
                e.getMessage().replace(folder + "/", ""));
        Path cif = Files.writeString(folder.resolve("a.cif"), cif(26));
        TrainerException none = assertThrows(TrainerException.class, () -> read(Task.named("fermi"), cif));
        assertTrue(none.getMessage().endsWith("no column 'efermi', the input has none"), none.getMessage());
    }
}
