package unitcell.trainer.reconstruct;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import unitcell.crystal.Crystal;
import unitcell.crystal.io.CrystalRecord;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.Corruption.Corrupted;
import unitcell.trainer.data.Corruption.Rules;
import unitcell.trainer.data.DatasetReader.Skipped;

/**
 * Turns records of the input into crystals to complete, one at a time; what cannot be used is reported and passed over.
 */
final class IncompleteCrystals implements Iterator<Corrupted> {
    private final Iterator<CrystalRecord> records;
    private final MaskChoice mask;
    private final Corruption noise;
    private final long seed;
    private final Consumer<Skipped> skipped;
    private final BooleanSupplier stop;
    private Corrupted ahead;

    /**
     * @param noise standard deviation of displacements in units of the shortest distance
     * @param skipped hears of everything that is passed over
     * @param stop ends the crystals early once it is true
     */
    IncompleteCrystals(
            Iterator<CrystalRecord> records,
            MaskChoice mask,
            double noise,
            long seed,
            Consumer<Skipped> skipped,
            BooleanSupplier stop) {
        this.records = records;
        this.mask = mask;
        this.noise = new Corruption(0, 0, noise, Rules.CORRECTED);
        this.seed = seed;
        this.skipped = skipped;
        this.stop = stop;
    }

    @Override
    public boolean hasNext() {
        while (ahead == null && !stop.getAsBoolean() && records.hasNext()) {
            switch (records.next()) {
                case CrystalRecord.Accepted a -> ahead = spoilt(a);
                case CrystalRecord.Refused r -> skipped.accept(new Skipped(r.id(), "refused", r.message()));
                case CrystalRecord.CompositionOnly c ->
                    skipped.accept(new Skipped(c.id(), "refused", c.where() + ": a composition without a structure"));
            }
        }
        return ahead != null;
    }

    private Corrupted spoilt(CrystalRecord.Accepted record) {
        Crystal crystal = record.crystal();
        try {
            return noise.apply(crystal, mask.type(), mask.of(crystal, seed), seed, ReconstructionTrials.EPOCH);
        } catch (TrainerException e) {
            skipped.accept(new Skipped(crystal.id(), "mask", record.where() + ": " + e.getMessage()));
            return null;
        }
    }

    @Override
    public Corrupted next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no more crystals");
        }
        Corrupted next = ahead;
        ahead = null;
        return next;
    }
}
