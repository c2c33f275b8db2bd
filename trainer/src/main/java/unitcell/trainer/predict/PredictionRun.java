package unitcell.trainer.predict;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;
import unitcell.crystal.Crystal;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.crystal.io.CrystalRecord;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.FileFault;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.DatasetReader.Skipped;
import unitcell.trainer.data.SkippedList;
import unitcell.trainer.run.Progress;

/**
 * Predicts for every crystal of a stream and writes a table, whose columns {@link PredictionColumns} tells, a row for each
 * crystal in the order of the input; and beside it, as {@code NAME.skipped.csv}, what could not be used. The table
 * appears whole or not at all: whatever ends a run early, a stop or a failure, it holds every crystal predicted until
 * then.
 *
 * <p>Memory: one batch of crystals, and what was skipped.
 */
public final class PredictionRun {
    /** Edges and atoms of a batch that suit every device. */
    public static final long EDGES_PER_BATCH = 8000;

    private final Ensemble ensemble;
    private final Options options;
    private final Environment environment;
    private final PredictionColumns columns;
    private final List<Skipped> skipped = new ArrayList<>();
    private final List<Crystal> batch = new ArrayList<>();
    private final List<NeighborGraph> graphs = new ArrayList<>();
    private long size;
    private long predicted;

    /**
     * What is done.
     *
     * @param strict end at the first crystal that cannot be used
     * @param edgesPerBatch edges and atoms that a batch may have
     */
    public record Options(boolean strict, long edgesPerBatch) {}

    /**
     * What a run needs of the world.
     *
     * @param progress counts crystals
     * @param stop whether somebody asked for a stop; read between crystals
     */
    public record Environment(Progress progress, BooleanSupplier stop) {}

    /**
     * How it ended.
     *
     * @param stopped whether it was asked to stop before its end
     * @param predicted number of crystals
     * @param skipped crystals that could not be used
     */
    public record Outcome(boolean stopped, long predicted, List<Skipped> skipped) {}

    public PredictionRun(Ensemble ensemble, Options options, Environment environment) {
        this.ensemble = ensemble;
        this.options = options;
        this.environment = environment;
        this.columns = new PredictionColumns(ensemble.task(), ensemble.hasSpread());
    }

    /** Where a run lists what it could not use. */
    public static Path skippedFile(Path out) {
        String name = out.getFileName().toString();
        String stem = name.endsWith(".csv") ? name.substring(0, name.length() - 4) : name;
        return out.resolveSibling(stem + ".skipped.csv");
    }

    /**
     * Predicts for every crystal.
     *
     * @param out the table; its folder is made where need be
     * @throws TrainerException if nothing could be predicted, or, where that is asked for, at the first crystal that
     *     cannot be used
     * @throws IOException if a file cannot be written
     */
    public Outcome run(Iterator<CrystalRecord> records, Path out) throws IOException {
        Path folder = out.toAbsolutePath().getParent();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw FileFault.of("create", folder, e);
        }
        Exception[] failure = new Exception[1];
        AtomicFiles.replace(out, place -> {
            try (CsvWriter csv = CsvWriter.builder().build(place)) {
                csv.writeRecord(columns.header());
                failure[0] = predictAll(records, csv);
            }
        });
        SkippedList.write(skippedFile(out), skipped);
        switch (failure[0]) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Exception e -> throw new IllegalStateException(e);
        }
        boolean stopped = environment.stop().getAsBoolean();
        if (predicted == 0 && !stopped) {
            throw TrainerException.input(
                    skipped.isEmpty()
                            ? "the input holds no crystals"
                            : "none of " + skipped.size() + " crystals could be used; the first: "
                                    + skipped.get(0).detail());
        }
        return new Outcome(stopped, predicted, List.copyOf(skipped));
    }

    /** Returns what ended it early, if anything did, so that the table of what is predicted is written all the same. */
    private Exception predictAll(Iterator<CrystalRecord> records, CsvWriter csv) {
        try {
            while (!environment.stop().getAsBoolean() && records.hasNext()) {
                switch (records.next()) {
                    case CrystalRecord.Accepted a -> add(a, csv);
                    case CrystalRecord.Refused r -> skip(new Skipped(r.id(), "refused", r.message()), csv);
                    case CrystalRecord.CompositionOnly c ->
                        skip(new Skipped(c.id(), "refused", c.where() + ": a composition without a structure"), csv);
                }
            }
            flush(csv);
            return null;
        } catch (UncheckedIOException e) {
            return e.getCause();
        } catch (IOException | RuntimeException e) {
            return e;
        }
    }

    private void add(CrystalRecord.Accepted record, CsvWriter csv) throws IOException {
        Crystal crystal = record.crystal();
        NeighborGraph graph;
        try {
            ensemble.requireSpecies(crystal);
            graph = NeighborGraph.of(crystal, ensemble.rule());
        } catch (IllegalArgumentException e) {
            skip(new Skipped(crystal.id(), "model", record.where() + ": " + e.getMessage()), csv);
            return;
        }
        long own = (long) graph.edges() + crystal.size();
        if (size + own > options.edgesPerBatch()) {
            flush(csv);
        }
        batch.add(crystal);
        graphs.add(graph);
        size += own;
    }

    private void flush(CsvWriter csv) throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        Ensemble.Spread spread = ensemble.predict(batch, graphs);
        for (int b = 0; b < batch.size(); b++) {
            csv.writeRecord(
                    columns.row(batch.get(b).id(), spread.mean()[b], spread.sd() == null ? null : spread.sd()[b]));
        }
        predicted += batch.size();
        environment.progress().done(predicted);
        batch.clear();
        graphs.clear();
        size = 0;
    }

    private void skip(Skipped crystal, CsvWriter csv) throws IOException {
        skipped.add(crystal);
        if (options.strict()) {
            flush(csv); // what came before it is complete
            throw TrainerException.input(crystal.detail());
        }
    }
}
