package unitcell.trainer.results;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.crystal.match.CrystalGroups;
import unitcell.crystal.match.KnownStructures;
import unitcell.crystal.match.Match;
import unitcell.crystal.match.PreparedCrystal;
import unitcell.crystal.match.StructureMatcher;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.TrainerException;
import unitcell.trainer.run.Progress;
import unitcell.trainer.run.ProgressOutput;

/**
 * Compares completed crystals with their originals, with each other and with the training crystals, as structures and not
 * site by site.
 *
 * <p>Memory: some 350 bytes for each training crystal, and a reduced cell for each different crystal of one pass.
 */
final class Matching {
    private final StructureMatcher matcher = StructureMatcher.standard();
    private final Optional<KnownStructures> known;
    private final long most;
    private long crystals;
    private long size = 1;
    private CrystalGroups groups = new CrystalGroups(matcher);
    private long seen;
    private long sameFormula;
    private long same;

    /**
     * @param most test crystals that are compared
     * @param known training crystals, if there are any
     */
    Matching(long most, Optional<KnownStructures> known) {
        this.most = most;
        this.known = known;
    }

    /** Reads training crystals; what cannot be read is passed over. */
    static KnownStructures read(CrystalSource source, ProgressOutput output, BooleanSupplier stop) {
        KnownStructures known = new KnownStructures(StructureMatcher.standard());
        try (CrystalRecords records = source.open();
                Progress progress = output.start("read --train", "crystals", 0, -1)) {
            while (records.hasNext()) {
                if (records.next() instanceof CrystalRecord.Accepted accepted) {
                    known.add(accepted.crystal());
                    progress.done(known.size());
                }
                if (stop.getAsBoolean()) {
                    throw new TestSet.Stopped();
                }
            }
        }
        if (known.size() == 0) {
            throw TrainerException.input("--train: none of the records can be read as a crystal; expected the crystals"
                    + " that models were trained on");
        }
        return known;
    }

    /** Sees a test crystal, in order, before anything is completed. */
    void consider(Crystal crystal) {
        seen++;
        if (known.isPresent() && known.get().knowsFormula(crystal.composition())) {
            sameFormula++;
            same += known.get().isNovel(crystal) ? 0 : 1;
        }
    }

    /** Fixes the number of test crystals. */
    void choose(long testCrystals) {
        size = testCrystals;
        crystals = Math.min(most, testCrystals);
    }

    /** Begins a pass over the test set: uniqueness is within one. */
    void startPass() {
        groups = new CrystalGroups(matcher);
    }

    /** Whether a crystal is among those compared; they are spread evenly. */
    boolean takes(long index) {
        return index * crystals / size != (index + 1) * crystals / size;
    }

    /** How many are compared. */
    long crystals() {
        return crystals;
    }

    /** The matcher's largest normalised displacement, which stands for crystals that do not match. */
    double tolerance() {
        return matcher.tolerance().site();
    }

    /** The normalised rms displacement between a completed crystal and its original; empty where they do not match. */
    OptionalDouble rms(Crystal completed, Crystal original) {
        // Most crystals that do not match differ in their formula; reducing their cells would be for nothing.
        if (!completed.composition().reduced().equals(original.composition().reduced())) {
            return OptionalDouble.empty();
        }
        Optional<Match> match = matcher.match(completed, original);
        return match.isPresent() ? OptionalDouble.of(match.get().rms()) : OptionalDouble.empty();
    }

    /** Whether a completed crystal equals none before it in this pass. */
    boolean isUnique(PreparedCrystal crystal) {
        int before = groups.groups();
        return groups.add(crystal) == before;
    }

    /** Whether a completed crystal equals no training crystal; empty where these are not known. */
    Optional<Boolean> isNovel(PreparedCrystal crystal) {
        return known.map(k -> k.find(crystal).isEmpty());
    }

    /** How many training crystals are known; empty where none were given. */
    Optional<Long> known() {
        return known.map(KnownStructures::size);
    }

    /** How test and training crystals overlap, as a sentence; empty where the latter are not known. */
    String overlap() {
        return known.isEmpty()
                ? ""
                : "Of the " + Cells.grouped(seen) + " test crystals " + Cells.grouped(sameFormula)
                        + " have a composition that occurs among the "
                        + Cells.grouped(known.get().size())
                        + " training crystals, and " + Cells.grouped(same) + " equal one of these.";
    }

    JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder().put("compared", crystals).put("stol", tolerance());
        known.ifPresent(k -> json.put("training_crystals", k.size())
                .put("test_crystals", seen)
                .put("test_with_known_composition", sameFormula)
                .put("test_known", same)
                .put("undecided", k.undecided()));
        return json.build();
    }
}
