package unitcell.crystal.io;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import unitcell.crystal.RandomCells;
import unitcell.crystal.validity.OxidationStates;
import unitcell.crystal.validity.ValidityRules;

/** Mutated input is read or refused with the named exception, quickly, and never anything else. */
class CifFuzzTest {
    private static final String[] FRAGMENTS = {
        "loop_",
        "data_",
        "\n;",
        ";\n",
        "'",
        "\"",
        "?",
        ".",
        "1e999",
        "-1",
        "(",
        ")",
        "_",
        "_atom_site_fract_x",
        "#",
        "\0",
        "\r",
        "\n",
        " ",
        "[",
        "]",
        "nan",
        "0.3333",
        "x,y,z",
        "1/0",
        "9999999999999999999",
        "$",
        "save_",
        "\u00e9",
        "\u2028",
        "1e-300",
        "1(1)",
        "-x",
        "+1/2,",
        "0",
        "500",
        "174.9",
        "5.1",
        "Na",
        "X",
        "data_x\n",
        "_cell_length_a 1\n"
    };

    // Whatever is read can be judged.
    private static final ValidityRules RULES = ValidityRules.of(OxidationStates.SMACT14);

    private static byte[] mutate(byte[] seed, byte[] other, RandomGenerator random) {
        byte[] bytes = seed;
        int edits = 1 + random.nextInt(4);
        for (int e = 0; e < edits; e++) {
            int at = random.nextInt(bytes.length + 1);
            int length = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 4 : 60));
            byte[] insert = switch (random.nextInt(6)) {
                case 0 -> new byte[] {(byte) random.nextInt(256)};
                case 1 -> FRAGMENTS[random.nextInt(FRAGMENTS.length)].getBytes(StandardCharsets.UTF_8);
                case 2 -> slice(bytes, random);
                case 3 -> slice(other, random);
                default -> new byte[0];
            };
            int removed = random.nextBoolean() ? length : 0;
            byte[] next = new byte[bytes.length - removed + insert.length];
            System.arraycopy(bytes, 0, next, 0, at);
            System.arraycopy(insert, 0, next, at, insert.length);
            System.arraycopy(bytes, at + removed, next, at + insert.length, bytes.length - at - removed);
            bytes = next;
        }
        return bytes;
    }

    private static byte[] slice(byte[] from, RandomGenerator random) {
        if (from.length == 0) {
            return from;
        }
        int start = random.nextInt(from.length);
        int end = Math.min(from.length, start + 1 + random.nextInt(120));
        return java.util.Arrays.copyOfRange(from, start, end);
    }

    private static byte[] anySeed(RandomGenerator random) {
        return SeedCifs.ALL.get(random.nextInt(SeedCifs.ALL.size())).getBytes(StandardCharsets.UTF_8);
    }

    private static Plausibility plausibility(int trial) {
        return trial % 2 == 0 ? Plausibility.REQUIRED : Plausibility.REPORTED;
    }

    @Test
    void mutatedCifs() {
        RandomGenerator random = RandomCells.generator(20260101);
        int read = 0;
        int refused = 0;
        for (int trial = 0; trial < 20_000; trial++) {
            byte[] bytes = mutate(anySeed(random), anySeed(random), random);
            long start = System.nanoTime();
            try {
                List<Finding> warnings = new ArrayList<>();
                String text = TextDecoding.decode(bytes, "fuzz", warnings);
                for (CifStructures.Outcome outcome : CifStructures.read(text, "fuzz", 1, plausibility(trial))) {
                    assertTrue(outcome.crystal().isPresent()
                            != outcome.findings().stream().anyMatch(Finding::isError));
                    outcome.findings()
                            .forEach(f -> assertTrue(f.toString().lines().count() == 1, f.toString()));
                    outcome.crystal().ifPresent(RULES::judge);
                    read += outcome.crystal().isPresent() ? 1 : 0;
                }
            } catch (InputException e) {
                refused++;
                assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
            } catch (RuntimeException e) {
                fail("trial " + trial + ": " + new String(bytes, StandardCharsets.ISO_8859_1), e);
            }
            double seconds = (System.nanoTime() - start) * 1e-9;
            assertTrue(seconds < 1, "trial " + trial + " took " + seconds + " s");
        }
        // The mutations are mild enough for both branches to be exercised well.
        assertTrue(read > 1_500 && refused > 1_500, read + " read, " + refused + " refused");
    }

    @Test
    void mutatedTables(@TempDir Path folder) throws IOException {
        RandomGenerator random = RandomCells.generator(20260102);
        String csv = "material_id,cif,band_gap\nmp-1,\"" + SeedCifs.P1 + "\",1.5\nmp-2,\"" + SeedCifs.HEXAGONAL
                + "\",\nmp-3,\"" + SeedCifs.MAGNETIC + "\",0\n";
        String json = "{\"i\":1,\"cell\":[5,5,5,90,90,90],\"species\":[\"Na\",17],\"frac\":[[0,0,0],[0.5,0.5,0.5]],"
                + "\"tag\":\"a\"}\n{\"cell\":[[4,0,0],[0,4,0],[0,0,4]],\"species\":[\"X\"],\"frac\":[[0,0,0]]}\n";
        String python = "id,structure,dos\n"
                + "1,\"{'numbers': [11, 17], 'positions': [[0, 0, 0], [1.0, 1.0, 1.0]], 'cell': [[2, 0, 0], [0, 4, 0], [0,"
                + " 0, 5]], 'pbc': [True, True, True]}\",\"[0.0, 1.0]\"\n"
                + "2,\"{'lattice_mat': [[2, 0, 0], [0, 4, 0], [0, 0, 5]], 'elements': ['C'], 'coords': [[0, 0, 0]]}\",\n";
        String pymatgen = "{\"lattice\": {\"matrix\": [[2, 0, 0], [0, 4, 0], [0, 0, 5]]}, \"sites\": [{\"species\": "
                + "[{\"element\": \"Na\", \"occu\": 1}], \"abc\": [0, 0, 0]}]}";
        String split = "{\"index\": [0, 1], \"columns\": [\"structure\", \"k\"], \"data\": [[" + pymatgen + ", 1.5], ["
                + pymatgen + ", null]]}";
        String columns = "{\"structure\": {\"mp-1\": " + pymatgen + "}, \"k\": {\"mp-1\": [1, 2]}}";
        String[][] seeds = {
            {"t.csv", csv}, {"t.jsonl", json}, {"p.csv", python}, {"s.json", split}, {"c.json", columns},
        };
        int accepted = 0;
        for (int trial = 0; trial < 2_500; trial++) {
            String[] form = seeds[trial % seeds.length];
            byte[] bytes = mutate(form[1].getBytes(StandardCharsets.UTF_8), anySeed(random), random);
            Path file = folder.resolve(form[0]);
            Files.write(file, bytes);
            try (CrystalRecords records = CrystalSource.of(file.toString()).open(plausibility(trial / seeds.length))) {
                while (records.hasNext()) {
                    switch (records.next()) {
                        case CrystalRecord.Accepted a -> {
                            RULES.judge(a.crystal());
                            accepted++;
                        }
                        case CrystalRecord.CompositionOnly c -> accepted++;
                        case CrystalRecord.Refused r ->
                            assertTrue(r.message().lines().count() == 1, r.message());
                    }
                }
            } catch (RuntimeException e) {
                fail("trial " + trial + ": " + new String(bytes, StandardCharsets.ISO_8859_1), e);
            }
        }
        assertTrue(accepted > 1_000, accepted + " accepted");
    }
}
