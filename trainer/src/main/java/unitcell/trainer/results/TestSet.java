package unitcell.trainer.results;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.eval.KnownCrystals;

/**
 * The crystals that models are measured on: those of an input that every model knows, or a number of them spread evenly
 * over it.
 *
 * <p>Memory: up to {@value #KEPT} crystals are kept in a {@link CrystalStore}, some 10 MB; more are read anew for each
 * pass, so memory does not grow beyond that.
 */
public final class TestSet {
    private static final long KEPT = 20_000;

    private final CrystalSource source;
    private final int species;
    private final long usable;
    private final long chosen;
    private final long skipped;
    private final long[] elements;
    private final String fingerprint;
    private final Optional<CrystalStore> kept;

    private TestSet(
            CrystalSource source,
            int species,
            long usable,
            long chosen,
            long skipped,
            long[] elements,
            String fingerprint,
            Optional<CrystalStore> kept) {
        this.source = source;
        this.species = species;
        this.usable = usable;
        this.chosen = chosen;
        this.skipped = skipped;
        this.elements = elements;
        this.fingerprint = fingerprint;
        this.kept = kept;
    }

    /** Ends a pass early, because somebody asked for a stop. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Reads an input once to see what can be used.
     *
     * @param source the truth
     * @param species the first atomic number that some model does not know
     * @param limit most crystals to use
     * @param strict whether a crystal that cannot be used is a failure
     * @param warn hears of each crystal that cannot be used, one line
     * @param each receives every crystal chosen
     * @throws TrainerException if nothing can be used, or not everything and {@code strict}
     */
    static TestSet survey(
            CrystalSource source,
            int species,
            long limit,
            boolean strict,
            Consumer<String> warn,
            BooleanSupplier stop,
            Consumer<Crystal> each) {
        long[] skipped = {0};
        String[] first = {""};
        long usable = 0;
        try (CrystalRecords records = source.open()) {
            KnownCrystals crystals = new KnownCrystals(
                    records,
                    species,
                    (id, reason) -> {
                        if (strict) {
                            throw TrainerException.input(reason);
                        }
                        first[0] = skipped[0]++ == 0 ? reason : first[0];
                        warn.accept(reason);
                    },
                    stop);
            for (; crystals.hasNext(); crystals.next()) {
                usable++;
            }
            requireGoing(stop);
        }
        if (usable == 0) {
            throw TrainerException.input(first[0] + (skipped[0] > 1 ? " (and " + (skipped[0] - 1) + " more)" : "")
                    + ": nothing left to measure models on; expected crystals in --test");
        }
        long chosen = Math.min(limit, usable);
        Summary summary = new Summary();
        TestSet set = new TestSet(source, species, usable, chosen, skipped[0], summary.elements, "", Optional.empty());
        CrystalStore.Builder keep = new CrystalStore.Builder();
        set.crystals(stop).forEachRemaining(crystal -> {
            summary.add(crystal);
            if (chosen <= KEPT) {
                keep.add(crystal);
            }
            each.accept(crystal);
        });
        return new TestSet(
                source,
                species,
                usable,
                chosen,
                skipped[0],
                summary.elements,
                summary.fingerprint(),
                chosen <= KEPT ? Optional.of(keep.build()) : Optional.empty());
    }

    private static void requireGoing(BooleanSupplier stop) {
        if (stop.getAsBoolean()) {
            throw new Stopped();
        }
    }

    /**
     * The crystals in their order. Where they are read from the input, reading to the end closes it.
     *
     * @param stop ends the pass with {@link Stopped} once it is true
     */
    Iterator<Crystal> crystals(BooleanSupplier stop) {
        return kept.isPresent() ? kept(kept.get(), stop) : read(stop);
    }

    private static Iterator<Crystal> kept(CrystalStore store, BooleanSupplier stop) {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                requireGoing(stop);
                return next < store.size();
            }

            @Override
            public Crystal next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("no more crystals");
                }
                return store.get(next++);
            }
        };
    }

    private Iterator<Crystal> read(BooleanSupplier stop) {
        CrystalRecords records = source.open();
        KnownCrystals known = new KnownCrystals(records, species, (id, reason) -> {}, () -> false);
        return new Iterator<>() {
            private long read;
            private long given;

            @Override
            public boolean hasNext() {
                if (stop.getAsBoolean()) {
                    records.close();
                    throw new Stopped();
                }
                if (given == chosen) {
                    records.close();
                }
                return given < chosen;
            }

            @Override
            public Crystal next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("no more crystals");
                }
                while (known.hasNext()) {
                    Crystal crystal = known.next();
                    // The k-th of the chosen is number floor(k * usable / chosen) of all.
                    if (read++ == given * usable / chosen) {
                        given++;
                        return crystal;
                    }
                }
                throw TrainerException.input("the test crystals changed while they were read: " + usable
                        + " could be used at first, then " + read + "; do not write to them and run again");
            }
        };
    }

    /** How many crystals are used. */
    public long size() {
        return chosen;
    }

    /** How many could be used. */
    public long usable() {
        return usable;
    }

    /** How many could not be used. */
    public long skipped() {
        return skipped;
    }

    /** How often each element occurs among the crystals used, [119]. */
    long[] elements() {
        return elements.clone();
    }

    /** A short text that changes with any crystal used: SHA-256, first 16 digits. */
    public String fingerprint() {
        return fingerprint;
    }

    /** The files read. */
    public List<String> files() {
        return source.files().stream().map(Object::toString).toList();
    }

    JsonObject toJson() {
        return JsonObject.builder()
                .put("files", JsonArray.ofStrings(files()))
                .put("crystals", chosen)
                .put("usable", usable)
                .put("skipped", skipped)
                .put("fingerprint", fingerprint)
                .build();
    }

    private static final class Summary {
        private final long[] elements = new long[Element.MAX_Z + 1];
        private final MessageDigest digest;

        Summary() {
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }

        void add(Crystal crystal) {
            for (int z : crystal.species()) {
                elements[z]++;
            }
            double[] frac = crystal.frac();
            ByteBuffer bytes = ByteBuffer.allocate(8 * frac.length + 72 + 4 * crystal.size());
            bytes.asDoubleBuffer().put(crystal.lattice().matrix()).put(frac);
            bytes.position(8 * frac.length + 72).asIntBuffer().put(crystal.species());
            digest.update(crystal.id().getBytes(StandardCharsets.UTF_8));
            digest.update(bytes.array());
        }

        String fingerprint() {
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        }
    }
}
