package unitcell.trainer.reconstruct;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import unitcell.crystal.Element;
import unitcell.crystal.io.CifWriter;
import unitcell.crystal.io.CrystalRecord;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.FileFault;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.Corruption.Corrupted;
import unitcell.trainer.data.DatasetReader.Skipped;
import unitcell.trainer.data.SkippedList;
import unitcell.trainer.run.Progress;

/**
 * Completes crystals from files and writes what comes out into a folder: {@code cif/}, one file for each crystal;
 * {@code species.csv}, one row for each hidden site; {@code skipped.csv}, what could not be used. Each file appears whole
 * or not at all. Whatever ends a run early, a stop or a failure, {@code species.csv} tells of every crystal completed
 * until then. Files of an earlier run in the same folder go when a run has come to its end.
 *
 * <p>Memory: one batch of crystals, the names of files, and what was skipped.
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
    private long completed;
    private long hidden;

    /**
     * What is done to crystals before and after.
     *
     * @param mask which sites are hidden besides those that are unknown already
     * @param noise standard deviation of displacements in units of the shortest distance; 0 leaves positions as given
     * @param seed of random masks and noise
     * @param top species to tell for each hidden site, at least 1
     * @param strict end at the first crystal that cannot be used
     * @param shown hidden sites to keep for showing
     */
    public record Options(MaskChoice mask, double noise, long seed, int top, boolean strict, int shown) {}

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
     */
    public record HiddenSite(String crystal, int site, Element truth, List<SiteGuess.Species> guesses) {}

    /**
     * How it ended.
     *
     * @param stopped whether it was asked to stop before its end
     * @param completed crystals
     * @param hidden sites that were hidden in these
     * @param shown the first of these sites
     * @param skipped crystals that could not be used
     */
    public record Outcome(
            boolean stopped, long completed, long hidden, List<HiddenSite> shown, List<Skipped> skipped) {}

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
        AtomicFiles.replace(out.resolve("species.csv"), place -> {
            try (CsvWriter csv = CsvWriter.builder().build(place)) {
                csv.writeRecord(header());
                failure[0] = complete(records, csv);
            }
        });
        SkippedList.write(out.resolve("skipped.csv"), skipped);
        switch (failure[0]) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Exception e -> throw new IllegalStateException(e);
        }
        boolean stopped = environment.stop().getAsBoolean();
        if (completed == 0 && !stopped) {
            throw TrainerException.input(
                    skipped.isEmpty()
                            ? "the input holds no crystals"
                            : "none of " + skipped.size() + " crystals could be completed; the first: "
                                    + skipped.get(0).detail());
        }
        if (!stopped) {
            removeOthers();
        }
        return new Outcome(stopped, completed, hidden, List.copyOf(shown), List.copyOf(skipped));
    }

    /** Returns what ended it early, if anything did, so that the table of what is complete is written all the same. */
    private Exception complete(Iterator<CrystalRecord> records, CsvWriter csv) {
        IncompleteCrystals incomplete = new IncompleteCrystals(
                records, options.mask(), options.noise(), options.seed(), this::skip, environment.stop());
        Condition condition = new Condition(options.mask().type(), options.noise());
        try {
            reconstructor.each(incomplete, Corrupted::input, new Reconstructor.Sink<Corrupted>() {
                @Override
                public void completed(Corrupted spoilt, Reconstruction result) throws IOException {
                    String file = names.of(result.completed().id(), CIF);
                    AtomicFiles.replace(out.resolve("cif").resolve(file), CifWriter.write(result.completed()));
                    for (SiteGuess guess : result.guesses()) {
                        csv.writeRecord(tell(spoilt, guess, file));
                    }
                    score.add(condition, spoilt.original(), result);
                    completed++;
                    environment.progress().done(completed);
                }

                @Override
                public void refused(Corrupted spoilt, String reason) {
                    skip(new Skipped(spoilt.original().id(), "model", reason));
                }
            });
            return null;
        } catch (UncheckedIOException e) {
            return e.getCause();
        } catch (IOException | RuntimeException e) {
            return e;
        }
    }

    private void skip(Skipped crystal) {
        skipped.add(crystal);
        if (options.strict()) {
            throw TrainerException.input(crystal.detail());
        }
    }

    private List<String> header() {
        List<String> header = new ArrayList<>(List.of("crystal", "file", "site", "true"));
        for (int k = 1; k <= options.top(); k++) {
            header.add("species_" + k);
            header.add("probability_" + k);
        }
        return header;
    }

    private List<String> tell(Corrupted spoilt, SiteGuess guess, String file) {
        Element truth = Element.of(spoilt.original().species(guess.site()));
        List<SiteGuess.Species> best = guess.best(options.top());
        List<String> row = new ArrayList<>(List.of(
                spoilt.original().id(), file, Integer.toString(guess.site()), truth.isUnknown() ? "" : truth.symbol()));
        for (SiteGuess.Species species : best) {
            row.add(species.element().symbol());
            row.add(String.format(Locale.ROOT, "%.6f", species.probability()));
        }
        hidden++;
        if (shown.size() < options.shown()) {
            shown.add(new HiddenSite(spoilt.original().id(), guess.site(), truth, best));
        }
        return row;
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
