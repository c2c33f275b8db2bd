package unitcell.trainer.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;

/** Reads crystals for training: what can be read, is fit for it and is not excluded. */
public final class DatasetReader {
    /** The word that names the crystals bundled with the program. */
    public static final String BUNDLED = "bundled";

    private static final String REFUSED = "refused";
    private static final String EXCLUDED = "excluded";

    /**
     * A crystal that was left out.
     *
     * @param id its id
     * @param rule {@code refused}, {@code excluded} or the filter's rule
     * @param detail one line
     */
    public record Skipped(String id, String rule, String detail) {}

    /**
     * What was read.
     *
     * @param crystals in the order of the input
     * @param skipped everything left out, in the order of the input
     */
    public record Dataset(CrystalStore crystals, List<Skipped> skipped) {
        /** How many were left out by each rule. */
        public Map<String, Integer> skippedByRule() {
            Map<String, Integer> counts = new TreeMap<>();
            skipped.forEach(s -> counts.merge(s.rule(), 1, Integer::sum));
            return counts;
        }

        /** The first crystal that could not be read, if there is one. */
        public Optional<Skipped> firstRefused() {
            return skipped.stream().filter(s -> s.rule().equals(REFUSED)).findFirst();
        }

        /** One line: crystals, atoms, and what was left out. */
        public String summary() {
            return crystals.size() + " crystals, " + crystals.atoms() + " atoms; left out: "
                    + (skipped.isEmpty() ? "none" : skippedByRule());
        }
    }

    private final DataFilter filter;
    private final Exclusions exclusions;

    public DatasetReader(DataFilter filter, Exclusions exclusions) {
        this.filter = filter;
        this.exclusions = exclusions;
    }

    /**
     * Reads everything that is named.
     *
     * @param specs files, folders, globs, or {@link #BUNDLED}
     * @throws unitcell.crystal.io.InputException if one of them names nothing that can be read
     */
    public Dataset read(List<String> specs) {
        CrystalStore.Builder builder = new CrystalStore.Builder();
        List<Skipped> skipped = new ArrayList<>();
        List<String> files = specs.stream().filter(s -> !s.equals(BUNDLED)).toList();
        if (files.size() < specs.size()) {
            BundledCrystals.read().forEach(c -> sort(c, builder, skipped));
        }
        if (!files.isEmpty()) {
            readFiles(files, builder, skipped);
        }
        return new Dataset(builder.build(), List.copyOf(skipped));
    }

    private void readFiles(List<String> files, CrystalStore.Builder builder, List<Skipped> skipped) {
        try (CrystalRecords records =
                CrystalSource.of(files.toArray(String[]::new)).open()) {
            while (records.hasNext()) {
                switch (records.next()) {
                    case CrystalRecord.Accepted a -> sort(a.crystal(), builder, skipped);
                    case CrystalRecord.Refused r -> skipped.add(new Skipped(r.id(), REFUSED, r.message()));
                    case CrystalRecord.CompositionOnly c ->
                        skipped.add(new Skipped(c.id(), REFUSED, c.where() + ": a composition without a structure"));
                }
            }
        }
    }

    private void sort(Crystal crystal, CrystalStore.Builder builder, List<Skipped> skipped) {
        if (exclusions.excludes(crystal)) {
            skipped.add(new Skipped(crystal.id(), EXCLUDED, "its id or composition is excluded"));
            return;
        }
        Optional<DataFilter.Refusal> refusal = filter.refusal(crystal);
        if (refusal.isPresent()) {
            skipped.add(new Skipped(
                    crystal.id(), refusal.get().rule(), refusal.get().detail()));
        } else {
            builder.add(crystal);
        }
    }
}
