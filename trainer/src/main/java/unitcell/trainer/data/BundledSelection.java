package unitcell.trainer.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.engine.io.AtomicFiles;

/**
 * Chooses the crystals that come with the program from tables of Materials Project structures and writes them in
 * {@link BundledFormat}: {@code make bundled-data MP='DIR/*.csv.gz'}.
 *
 * <p>Taken are experimentally known structures (column {@code icsd}) of 2 to {@value #MAX_ATOMS} atoms and at least two
 * elements that pass {@link DataFilter#STANDARD}, one for each reduced composition, at most {@value #PER_PROTOTYPE} of one
 * prototype (space group and formula with the elements' names taken away), in the order of a hash of their ids until
 * {@value #COUNT} are found. Same input, same bytes.
 */
public final class BundledSelection {
    private static final int MAX_ATOMS = 12;
    private static final int PER_PROTOTYPE = 250;
    private static final int COUNT = 4000;
    private static final String HEADER = """
        # Crystal structures (species, lattice, coordinates) selected from the Materials Project, https://materialsproject.org,
        # A. Jain et al., APL Materials 1, 011002 (2013), licensed CC-BY-4.0. One crystal on each line:
        # id|a b c alpha beta gamma|species|fractional coordinates; lengths in angstrom, angles in degrees.
        """;

    private record Candidate(Crystal crystal, String prototype, long rank) {}

    private BundledSelection() {}

    /**
     * Writes the resource.
     *
     * @param words the tables (a file or a quoted glob) and the file to write
     */
    public static void main(String[] words) throws IOException {
        if (words.length != 2) {
            throw new IllegalArgumentException("expected TABLES and the FILE to write, got " + List.of(words));
        }
        List<Crystal> chosen = choose(candidates(words[0]));
        write(Path.of(words[1]), chosen);
    }

    private static List<Candidate> candidates(String tables) {
        List<Candidate> candidates = new ArrayList<>();
        try (CrystalRecords records = CrystalSource.of(tables).open()) {
            while (records.hasNext()) {
                if (records.next() instanceof CrystalRecord.Accepted a && isWanted(a)) {
                    String group = a.fields().text("spacegroup.number").orElse("?");
                    Crystal crystal = a.crystal();
                    candidates.add(new Candidate(
                            crystal, group + " " + anonymous(crystal.composition()), Seeds.of(0, crystal.id())));
                }
            }
        }
        candidates.sort(Comparator.comparingLong(Candidate::rank));
        return candidates;
    }

    private static boolean isWanted(CrystalRecord.Accepted record) {
        Crystal crystal = record.crystal();
        return record.fields().text("icsd").equals(java.util.Optional.of("1"))
                && crystal.size() >= 2
                && crystal.size() <= MAX_ATOMS
                && crystal.composition().size() >= 2
                && DataFilter.STANDARD.refusal(crystal).isEmpty();
    }

    /** Counts of a reduced composition, ascending: the formula without its elements. */
    private static String anonymous(Composition composition) {
        int[] counts = composition.reduced().counts();
        java.util.Arrays.sort(counts);
        return java.util.Arrays.toString(counts);
    }

    private static List<Crystal> choose(List<Candidate> candidates) {
        Set<String> compositions = new HashSet<>();
        Map<String, Integer> prototypes = new HashMap<>();
        List<Crystal> chosen = new ArrayList<>();
        for (Candidate candidate : candidates) {
            boolean room = prototypes.getOrDefault(candidate.prototype(), 0) < PER_PROTOTYPE;
            if (chosen.size() < COUNT && room && compositions.add(Split.key(candidate.crystal()))) {
                prototypes.merge(candidate.prototype(), 1, Integer::sum);
                chosen.add(candidate.crystal());
            }
        }
        chosen.sort(Comparator.comparingInt((Crystal c) -> c.id().length()).thenComparing(Crystal::id));
        return chosen;
    }

    private static void write(Path file, List<Crystal> crystals) throws IOException {
        StringBuilder text = new StringBuilder(HEADER);
        crystals.forEach(c -> text.append(BundledFormat.format(c)).append('\n'));
        AtomicFiles.replace(file, place -> {
            try (OutputStream out = new BestGzip(Files.newOutputStream(place))) {
                out.write(text.toString().getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    private static final class BestGzip extends GZIPOutputStream {
        BestGzip(OutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
