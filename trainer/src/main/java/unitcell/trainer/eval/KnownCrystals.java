package unitcell.trainer.eval;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.io.CrystalRecord;

/** The crystals among records that can be spoilt, completed and compared with themselves; the others are reported. */
public final class KnownCrystals implements Iterator<Crystal> {
    // Two atoms on one place have no edge between them that could be turned into its own frame.
    private static final double APART = 1e-3;

    private final Iterator<? extends CrystalRecord> records;
    private final int species;
    private final BiConsumer<String, String> skipped;
    private final BooleanSupplier stop;
    private Crystal ahead;

    /**
     * @param species the first atomic number that the network does not know
     * @param skipped hears of every other record: its id, and one line that says why
     * @param stop ends the crystals early once it is true
     */
    public KnownCrystals(
            Iterator<? extends CrystalRecord> records,
            int species,
            BiConsumer<String, String> skipped,
            BooleanSupplier stop) {
        this.records = records;
        this.species = species;
        this.skipped = skipped;
        this.stop = stop;
    }

    @Override
    public boolean hasNext() {
        while (ahead == null && !stop.getAsBoolean() && records.hasNext()) {
            CrystalRecord record = records.next();
            Optional<String> obstacle = switch (record) {
                case CrystalRecord.Refused r -> Optional.of(r.message());
                case CrystalRecord.CompositionOnly c -> Optional.of(c.where() + ": a composition without a structure");
                case CrystalRecord.Accepted a -> obstacle(a.crystal()).map(text -> a.where() + ": " + text);
            };
            if (obstacle.isPresent()) {
                skipped.accept(record.id(), obstacle.get());
            } else if (record instanceof CrystalRecord.Accepted a) {
                ahead = a.crystal();
            }
        }
        return ahead != null;
    }

    private Optional<String> obstacle(Crystal crystal) {
        for (int i = 0; i < crystal.size(); i++) {
            int z = crystal.species(i);
            if (z == Element.UNKNOWN_Z) {
                return Optional.of("site " + i + " has no known species to compare with");
            }
            if (z >= species) {
                return Optional.of(Element.of(z).symbol() + " at site " + i
                        + " is not known to the model, whose species go up to "
                        + Element.of(species - 1).symbol());
            }
        }
        return crystal.minimumDistance() < APART ? Optional.of("atoms coincide") : Optional.empty();
    }

    @Override
    public Crystal next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no more crystals");
        }
        Crystal next = ahead;
        ahead = null;
        return next;
    }
}
