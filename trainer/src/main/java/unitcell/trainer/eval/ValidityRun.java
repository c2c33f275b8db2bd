package unitcell.trainer.eval;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.validity.ValidityRules;

/**
 * Judges records as they are read, some on other threads while the next are being read. The order stays that of the
 * input.
 *
 * <p>Memory: two blocks of records.
 */
final class ValidityRun {
    private static final int BLOCK = 512;

    private final ValidityRules rules;
    private final int threads;

    /** Receives judgements in the order of the input. */
    @FunctionalInterface
    interface Sink {
        void judged(Judgement judgement) throws IOException;
    }

    ValidityRun(ValidityRules rules, int threads) {
        this.rules = rules;
        this.threads = threads;
    }

    void run(Iterator<CrystalRecord> records, Sink sink) throws IOException {
        try (ForkJoinPool pool = new ForkJoinPool(threads)) {
            ForkJoinTask<List<Judgement>> before = null;
            while (records.hasNext()) {
                List<CrystalRecord> block = new ArrayList<>(BLOCK);
                while (block.size() < BLOCK && records.hasNext()) {
                    block.add(records.next());
                }
                // A parallel stream started in a pool stays in it.
                ForkJoinTask<List<Judgement>> task = pool.submit(() -> block.parallelStream()
                        .map(record -> Judgement.of(record, rules))
                        .toList());
                if (before != null) {
                    deliver(before, sink);
                }
                before = task;
            }
            if (before != null) {
                deliver(before, sink);
            }
        }
    }

    private static void deliver(ForkJoinTask<List<Judgement>> task, Sink sink) throws IOException {
        try {
            for (Judgement judgement : task.get()) {
                sink.judged(judgement);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a crystal could not be judged", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while judging crystals");
        }
    }
}
