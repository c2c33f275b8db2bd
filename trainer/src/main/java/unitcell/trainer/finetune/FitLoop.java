package unitcell.trainer.finetune;

import java.io.IOException;
import java.util.stream.IntStream;
import unitcell.engine.io.JsonObject;
import unitcell.net.PropertyNetwork;
import unitcell.trainer.data.ReadAhead;
import unitcell.trainer.finetune.FinetuneRun.Environment;
import unitcell.trainer.label.TaskMetrics;
import unitcell.trainer.learn.BatchGradients;
import unitcell.trainer.learn.CheckpointFiles;
import unitcell.trainer.learn.Learner;
import unitcell.trainer.learn.RateSchedule;
import unitcell.trainer.learn.RunState;
import unitcell.trainer.learn.StepResult;
import unitcell.trainer.run.CheckpointStore;

/**
 * The loop of one fit over epochs and batches, with what happens between steps: validations, checkpoints, the end of the
 * budget or of what can be gained, and a stop on request, which is honoured after the step in hand. A checkpoint is
 * written when a validation is better than all before, when the time for one has come, and at the end.
 */
final class FitLoop {
    private static final int AHEAD = 3;

    private final FitName name;
    private final FinetuneOptions options;
    private final FitData data;
    private final Environment environment;
    private final PropertyNetwork network;
    private final Learner learner;
    private final RateSchedule schedule;
    private final CheckpointStore store;
    private final FitJournal journal;
    private final JsonObject identity;
    private final TaskMetrics metrics;

    private FitState state;
    private long step;
    private long epoch;
    private int batch;
    private long crystals;
    private double secondsBefore;
    private long startNanos;
    private long savedNanos;
    private long savedAt;

    /**
     * @param learner over the network's parameters
     * @param identity stored in every checkpoint
     */
    FitLoop(
            FitName name,
            FinetuneOptions options,
            FitData data,
            Environment environment,
            PropertyNetwork network,
            Learner learner,
            RateSchedule schedule,
            CheckpointStore store,
            FitJournal journal,
            JsonObject identity) {
        this.name = name;
        this.options = options;
        this.data = data;
        this.environment = environment;
        this.network = network;
        this.learner = learner;
        this.schedule = schedule;
        this.store = store;
        this.journal = journal;
        this.identity = identity;
        this.metrics = new TaskMetrics(options.task());
    }

    /**
     * How a fit ended.
     *
     * @param stopped whether it was asked to stop before its end
     */
    record Ended(boolean stopped, FitState state) {}

    /** Runs to the end or a stop. */
    Ended run(FitState from) throws IOException {
        state = from;
        step = from.run().step();
        epoch = from.run().epoch();
        batch = from.run().batch();
        crystals = from.run().crystals();
        secondsBefore = from.run().seconds();
        startNanos = System.nanoTime();
        savedNanos = startNanos;
        savedAt = step == 0 ? -1 : step;
        boolean stopped = false;
        while (!stopped && !isOver()) {
            stopped = epoch();
        }
        if (!stopped && state.validatedAt() != step) {
            validate();
        }
        if (savedAt != step) {
            save();
        }
        return new Ended(stopped, state);
    }

    /** Runs the rest of an epoch; returns whether a stop was asked for. */
    private boolean epoch() throws IOException {
        int[][] plan = data.epoch(name.seed(), epoch);
        try (ReadAhead<PropertyBatch> ahead =
                new ReadAhead<>(batch, plan.length, environment.builders(), AHEAD * environment.builders(), k -> {
                    int[] rows = plan[(int) k];
                    return data.batch(network, rows, rows.length);
                })) {
            while (ahead.hasNext() && !isOver()) {
                if (environment.stop().getAsBoolean()) {
                    return true;
                }
                step(ahead.next());
                boolean last = batch == plan.length;
                if (last) {
                    epoch++;
                    batch = 0;
                }
                look(last);
            }
        }
        return false;
    }

    private void step(PropertyBatch next) throws IOException {
        long begin = System.nanoTime();
        double factor = schedule.factor(step);
        StepResult result =
                learner.step(next, new BatchGradients.Setting(name.seed(), step, environment.detectAnomaly()), factor);
        long epochOfStep = epoch;
        step++;
        batch++;
        crystals += next.graph().crystals();
        double seconds = (System.nanoTime() - begin) * 1e-9;
        double rate = options.training(name.init()).optimiser().rate() * factor;
        journal.step(step, epochOfStep, result, rate, next.graph(), used(), seconds);
        result.complaint(step, learner.guard(), savedAt < 0 ? "no checkpoint of this fit yet" : "its last checkpoint")
                .ifPresent(journal::note);
        options.budget().observe(schedule, step, used());
    }

    /** Validates and saves where it is time to. */
    private void look(boolean endOfEpoch) throws IOException {
        boolean due = options.looks().validateEvery().isPresent()
                ? step % options.looks().validateEvery().getAsLong() == 0
                : endOfEpoch;
        if (due) {
            validate();
            if (state.bestStep() == step) {
                save();
            }
        }
        if (savedAt != step
                && System.nanoTime() - savedNanos
                        > options.looks().checkpointEvery().toNanos()) {
            save();
        }
    }

    private boolean isOver() {
        int patience = options.looks().earlyStop();
        return options.budget().isOver(step, epoch, used(), schedule) || patience > 0 && state.sinceBest() >= patience;
    }

    private double used() {
        return secondsBefore + (System.nanoTime() - startNanos) * 1e-9;
    }

    private void validate() throws IOException {
        int[] rows = data.split().validation();
        if (rows.length == 0) {
            return;
        }
        Evaluation[] found = new Evaluation[1];
        learner.withAverage(() -> found[0] = Evaluation.of(environment.device(), network, data, rows));
        double[][] truth =
                IntStream.of(rows).mapToObj(row -> data.data().labels()[row]).toArray(double[][]::new);
        state = state.at(here()).validated(found[0].loss());
        journal.validation(step, found[0].loss(), metrics.of(truth, found[0].predicted()), metrics.main(), used());
    }

    private RunState here() {
        return new RunState(step, epoch, batch, used(), crystals);
    }

    private void save() throws IOException {
        state = state.at(here());
        // A checkpoint carries the loss of its own step only, so that the best one is the best validated.
        double loss = state.bestStep() == step && state.validatedAt() == step ? state.best() : Double.NaN;
        store.save(step, loss, place -> {
            network.metadata().write(place.resolve(CheckpointFiles.MODEL));
            new PropertyFile(data.task(), data.normaliser(), network.readout())
                    .write(place.resolve(CheckpointFiles.PROPERTY));
            return JsonObject.builder()
                    .put("fit", state.toJson())
                    .put("schedule", schedule.toJson())
                    .put("learner", learner.write(place, ""))
                    .put("identity", identity)
                    .build();
        });
        savedNanos = System.nanoTime();
        savedAt = step;
    }
}
