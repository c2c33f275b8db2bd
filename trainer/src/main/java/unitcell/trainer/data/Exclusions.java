package unitcell.trainer.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import unitcell.crystal.Composition;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.engine.io.FileFault;

/**
 * Crystals that must not be trained on, because something is to be evaluated on them: by id, and by reduced composition,
 * so that no polymorph of theirs is trained on either.
 *
 * @param ids crystal ids
 * @param compositions reduced formulas in {@link Composition}'s element order
 */
public record Exclusions(Set<String> ids, Set<String> compositions) {
    /** Excludes nothing. */
    public static final Exclusions NONE = new Exclusions(Set.of(), Set.of());

    public Exclusions {
        ids = Set.copyOf(ids);
        compositions = Set.copyOf(compositions);
    }

    /**
     * Reads exclusions. A table or CIF file excludes the ids and compositions of all its crystals; any other file is text
     * with one id or formula on each line, {@code #} starting a comment, where a line that is a formula excludes that
     * composition and, like any other, the id.
     *
     * @throws IOException if it cannot be read
     */
    public static Exclusions read(Path file) throws IOException {
        String name = file.getFileName().toString();
        return name.matches("(?i).*\\.(txt|list|ids)") || !name.matches("(?i).*\\.(csv|cif|mcif|jsonl?)(\\.gz)?")
                ? ofLines(file)
                : ofCrystals(file);
    }

    private static Exclusions ofLines(Path file) throws IOException {
        Set<String> ids = new HashSet<>();
        Set<String> compositions = new HashSet<>();
        try (BufferedReader in = Files.newBufferedReader(file)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int comment = line.indexOf('#');
                String word = (comment < 0 ? line : line.substring(0, comment)).strip();
                if (!word.isEmpty()) {
                    ids.add(word);
                    formula(word).ifPresent(compositions::add);
                }
            }
        } catch (IOException e) {
            throw FileFault.of("read", file, e);
        }
        return new Exclusions(ids, compositions);
    }

    private static Optional<String> formula(String word) {
        try {
            return Optional.of(Composition.parse(word).reducedFormula());
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // an id then
        }
    }

    private static Exclusions ofCrystals(Path file) {
        Set<String> ids = new HashSet<>();
        Set<String> compositions = new HashSet<>();
        try (CrystalRecords records = CrystalSource.of(file.toString()).open()) {
            while (records.hasNext()) {
                CrystalRecord record = records.next();
                ids.add(record.id());
                switch (record) {
                    case CrystalRecord.Accepted a -> compositions.add(Split.key(a.crystal()));
                    case CrystalRecord.CompositionOnly c ->
                        compositions.add(c.composition().reducedFormula());
                    // What cannot be read has no composition to leak; its id counts.
                    case CrystalRecord.Refused _ -> {}
                }
            }
        }
        return new Exclusions(ids, compositions);
    }

    /** Whether a crystal is excluded. */
    public boolean excludes(Crystal crystal) {
        return ids.contains(crystal.id()) || compositions.contains(Split.key(crystal));
    }
}
