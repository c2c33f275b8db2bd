package unitcell.trainer.reconstruct;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.io.CifWriter;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.validity.ValidityRules;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.FileFault;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.Corruption.Corrupted;
import unitcell.trainer.data.DatasetReader.Skipped;
import unitcell.trainer.reconstruct.guide.CandidateRanking;
import unitcell.trainer.run.Progress;

/**
 * Completes crystals from files and writes what comes out into a folder: {@code cif/}, one file for each crystal, or for
 * each of its candidates; and the tables of {@link ReconstructionTables}. Each file appears whole or not at all. Whatever
 * ends a run early, a stop or a failure, the tables tell of every crystal completed until then. Files of an earlier run in
 * the same folder go when a run has come to its end.
 *
 * <p>Memory: one batch of crystals, and the names of files.
 */
public final class ReconstructionRun {
    private static final String CIF = ".cif";

    private final Reconstructor reconstructor;
    private final Options options;
    private final Path out;
    private final Environment environment;
    private final ReconstructionScore score;
    private final FileNames names = new FileNames();
    private final List<Skipped> skipped = new ArrayList<>();
    private final List<HiddenSite> shown = new ArrayList<>();
    private ReconstructionCounts counts = ReconstructionCounts.NONE;

    /**
     * What is done to crystals before and after.
     *
     * @param mask which sites are hidden besides those that are unknown already
     * @param noise standard deviation of displacements in units of the shortest distance; 0 leaves positions as given
     * @param seed of random masks and noise
     * @param numbered whether files of a crystal carry the number of the candidate
     * @param ranking order of candidates
     * @param rules judge what is completed
     * @param top species to tell for each hidden site, at least 1
     * @param strict end at the first crystal that cannot be used
     * @param shown hidden sites, and skipped crystals, to keep for showing
     */
    public record Options(
            MaskChoice mask,
            double noise,
            long seed,
            boolean numbered,
            CandidateRanking ranking,
            ValidityRules rules,
            int top,
            boolean strict,
            int shown) {}

    /**
     * What a run needs of the world.
     *
     * @param progress counts crystals
     * @param stop whether somebody asked for a stop; read between batches
     */
    public record Environment(Progress progress, BooleanSupplier stop) {}

    /**
     * A hidden site and what became of it.
     *
     * @param crystal id
     * @param truth the species that was hidden; {@code X} if it is not known
     * @param chosen what the first candidate has
     */
    public record HiddenSite(
            String crystal, int site, Element truth, Element chosen, List<SiteGuess.Species> guesses) {}

    /**
     * How it ended.
     *
     * @param stopped whether it was asked to stop before its end
     * @param counts of everything
     * @param shown the first of the hidden sites
     * @param skipped the first of the crystals that could not be used
     */
    public record Outcome(
            boolean stopped, ReconstructionCounts counts, List<HiddenSite> shown, List<Skipped> skipped) {}

    /**
     * @param score receives every completed crystal
     * @param out made where need be
     */
    public ReconstructionRun(
            Reconstructor reconstructor,
            Options options,
            ReconstructionScore score,
            Environment environment,
            Path out) {
        this.reconstructor = reconstructor;
        this.options = options;
        this.score = score;
        this.environment = environment;
        this.out = out;
    }

    /**
     * Completes every crystal of a stream.
     *
     * @throws TrainerException if nothing could be completed, or, where that is asked for, at the first crystal that
     *     cannot be used
     * @throws IOException if a file cannot be written
     */
    public Outcome run(Iterator<CrystalRecord> records) throws IOException {
        try {
            Files.createDirectories(out.resolve("cif"));
        } catch (IOException e) {
            throw FileFault.of("create", out.resolve("cif"), e);
        }
        Exception[] failure = new Exception[1];
        ReconstructionTables.write(
                out,
                options.rules(),
                options.ranking().goal(),
                options.top(),
                tables -> failure[0] = complete(records, tables));
        switch (failure[0]) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Exception e -> throw new IllegalStateException(e);
        }
        boolean stopped = environment.stop().getAsBoolean();
        if (counts.completed() == 0 && !stopped) {
            throw TrainerException.input(
                    skipped.isEmpty()
                            ? "the input holds no crystals"
                            : "none of " + counts.skipped() + " crystals could be completed; the first: "
                                    + skipped.get(0).detail());
        }
        if (!stopped) {
            removeOthers();
        }
        return new Outcome(stopped, counts, List.copyOf(shown), List.copyOf(skipped));
    }

    /** Returns what ended it early, if anything did, so that the tables of what is complete are written all the same. */
    private Exception complete(Iterator<CrystalRecord> records, ReconstructionTables tables) {
        IncompleteCrystals incomplete = new IncompleteCrystals(
                records,
                options.mask(),
                options.noise(),
                options.seed(),
                crystal -> skip(crystal, tables),
                environment.stop());
        Condition condition = new Condition(options.mask().type(), options.noise());
        try {
            reconstructor.each(incomplete, Corrupted::input, new Reconstructor.Sink<Corrupted>() {
                @Override
                public void completed(Corrupted spoilt, Reconstruction found) throws IOException {
                    Reconstruction result;
                    try {
                        result = found.with(options.ranking().rank(found.candidates()));
                    } catch (IllegalArgumentException e) {
                        skip(new Skipped(spoilt.original().id(), "ranking", e.getMessage()), tables);
                        return;
                    }
                    tables.add(spoilt.original(), result, write(result));
                    score.add(condition, spoilt.original(), result);
                    counts = counts.plus(spoilt.original(), result);
                    show(spoilt.original(), result);
                    environment.progress().done(counts.completed());
                }

                @Override
                public void refused(Corrupted spoilt, String reason) {
                    skip(new Skipped(spoilt.original().id(), "model", reason), tables);
                }
            });
            return null;
        } catch (UncheckedIOException e) {
            return e.getCause();
        } catch (IOException | RuntimeException e) {
            return e;
        }
    }

    /** Writes all candidates of a crystal; returns the names of the files. */
    private List<String> write(Reconstruction result) throws IOException {
        String id = result.input().id();
        int count = result.candidates().size();
        List<String> own = options.numbered() ? names.numbered(id, count, CIF) : List.of(names.of(id, CIF));
        for (int k = 0; k < own.size(); k++) {
            AtomicFiles.replace(
                    out.resolve("cif").resolve(own.get(k)),
                    CifWriter.write(result.candidates().get(k).crystal()));
        }
        return own;
    }

    private void show(Crystal truth, Reconstruction result) {
        for (SiteGuess guess : result.guesses()) {
            if (shown.size() == options.shown()) {
                return;
            }
            shown.add(new HiddenSite(
                    truth.id(),
                    guess.site(),
                    Element.of(truth.species(guess.site())),
                    Element.of(result.completed().species(guess.site())),
                    guess.best(options.top())));
        }
    }

    private void skip(Skipped crystal, ReconstructionTables tables) {
        tables.skip(crystal);
        counts = counts.plusSkipped();
        if (skipped.size() < options.shown()) {
            skipped.add(crystal);
        }
        if (options.strict()) {
            throw TrainerException.input(crystal.detail());
        }
    }

    /** Completed crystals of an earlier run would be taken for this one's. */
    private void removeOthers() throws IOException {
        Path folder = out.resolve("cif");
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + CIF)) {
            for (Path file : files) {
                if (!names.isTaken(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw FileFault.of("clear", folder, e);
        }
    }
}
