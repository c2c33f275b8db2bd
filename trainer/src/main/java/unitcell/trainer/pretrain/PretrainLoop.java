package unitcell.trainer.pretrain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import unitcell.engine.DeviceException;
import unitcell.engine.io.JsonObject;
import unitcell.engine.memory.MemoryException;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.BatchPlan;
import unitcell.trainer.data.ReadAhead;
import unitcell.trainer.data.TrainingBatch;
import unitcell.trainer.learn.Budget;
import unitcell.trainer.learn.CheckpointFiles;
import unitcell.trainer.learn.RateSchedule;
import unitcell.trainer.learn.RunState;
import unitcell.trainer.learn.StepResult;
import unitcell.trainer.pretrain.PretrainRun.Environment;
import unitcell.trainer.pretrain.PretrainRun.Outcome;
import unitcell.trainer.run.Checkpoint;
import unitcell.trainer.run.CheckpointStore;

/**
 * The loop over epochs and batches, with what happens between steps: records, validations, checkpoints, the end of the
 * schedule or of the time, and a stop on request, which is honoured after the step in hand.
 */
final class PretrainLoop {
    /** Batches that exist ahead of the step, for each thread that builds them. */
    private static final int AHEAD = 3;

    private final PretrainOptions options;
    private final PretrainData data;
    private final Environment environment;
    private final Trainee trainee;
    private final RateSchedule schedule;
    private final Budget budget;
    private final CheckpointStore store;
    private final RunJournal journal;

    private long step;
    private long epoch;
    private int batch;
    private long crystals;
    private double secondsBefore;
    private long startNanos;
    private long savedNanos;
    private Optional<Validation.Result> validation = Optional.empty();
    private long validatedAt = -1;
    private Path checkpoint;

    PretrainLoop(
            PretrainOptions options,
            PretrainData data,
            Environment environment,
            Trainee trainee,
            RateSchedule schedule,
            CheckpointStore store,
            RunJournal journal) {
        this.options = options;
        this.data = data;
        this.environment = environment;
        this.trainee = trainee;
        this.schedule = schedule;
        this.budget = options.schedule().budget();
        this.store = store;
        this.journal = journal;
    }

    /**
     * Runs to the end or a stop.
     *
     * @param from where the run is
     * @param resumed the checkpoint it comes from, if any
     * @param begin when this process began to use time, as {@code System.nanoTime()}
     */
    Outcome run(RunState from, Optional<Checkpoint> resumed, long begin) throws IOException {
        if (resumed.isPresent()) {
            checkpoint = resumed.get().directory();
            validatedAt = resumed.get().validationLoss().isPresent() ? from.step() : -1;
        }
        step = from.step();
        epoch = from.epoch();
        batch = from.batch();
        crystals = from.crystals();
        secondsBefore = from.seconds();
        startNanos = begin;
        savedNanos = System.nanoTime();
        try {
            boolean stopped = false;
            while (!stopped && !isFinished()) {
                stopped = epoch();
            }
            if (stopped) {
                save(Double.NaN);
            } else if (validatedAt != step) {
                validateAndSave();
            }
            return new Outcome(stopped, step, used(), validation, checkpoint);
        } catch (DeviceException | MemoryException e) {
            throw TrainerException.device(
                    "training stopped after step " + step + ": " + e.getMessage() + "; "
                            + (checkpoint == null
                                    ? "there is no checkpoint of this run yet"
                                    : "the same command goes on from " + checkpoint),
                    e);
        }
    }

    /** Runs the rest of an epoch; returns whether a stop was asked for. */
    private boolean epoch() throws IOException {
        BatchPlan plan = data.plan(epoch);
        long current = epoch;
        int builders = environment.builders();
        try (ReadAhead<TrainingBatch> ahead = new ReadAhead<>(
                batch,
                plan.size(),
                builders,
                AHEAD * builders,
                k -> data.batch(plan.batches()[(int) k], current, (int) k))) {
            while (ahead.hasNext() && !isFinished()) {
                if (environment.stop().getAsBoolean()) {
                    return true;
                }
                step(ahead.next());
            }
        }
        if (batch >= plan.size()) {
            epoch++;
            batch = 0;
        }
        return false;
    }

    private void step(TrainingBatch next) throws IOException {
        long begin = System.nanoTime();
        double factor = schedule.factor(step);
        StepResult result = trainee.step(next, options.seed(), step, factor, environment.detectAnomaly());
        step++;
        batch++;
        crystals += next.graph().crystals();
        double seconds = (System.nanoTime() - begin) * 1e-9;
        long done = budget.followsTime() ? (long) used() : step;
        journal.step(step, epoch, result, options.optimiser().rate() * factor, next, used(), seconds, done);
        result.complaint(
                        step,
                        trainee.learner().guard(),
                        checkpoint == null ? "no checkpoint of this run yet" : checkpoint.toString())
                .ifPresent(journal::note);
        if (budget.observe(schedule, step, used())) {
            journal.note("step " + step + ": the learning rate falls from here to step " + schedule.end());
        }
        if (step % options.schedule().validateEvery() == 0) {
            validateAndSave();
        } else if (System.nanoTime() - savedNanos
                > options.schedule().checkpointEvery().toNanos()) {
            save(Double.NaN);
        }
    }

    private boolean isFinished() {
        return budget.isOver(step, epoch, used(), schedule);
    }

    private double used() {
        return secondsBefore + (System.nanoTime() - startNanos) * 1e-9;
    }

    private void validateAndSave() throws IOException {
        validation = data.validate(trainee, environment.device());
        validatedAt = step;
        if (validation.isPresent()) {
            journal.validation(step, validation.get(), used());
        }
        save(validation.isPresent() ? validation.get().loss() : Double.NaN);
    }

    private void save(double validationLoss) throws IOException {
        checkpoint = store.save(step, validationLoss, place -> {
                    JsonObject trained = trainee.write(place);
                    return JsonObject.builder()
                            .put("run", new RunState(step, epoch, batch, used(), crystals).toJson())
                            .put("schedule", schedule.toJson())
                            .put("trainee", trained)
                            .put("fingerprint", data.fingerprint())
                            .put(CheckpointFiles.TRAIN_SPECIES, data.trainSpecies())
                            .put("identity", options.identity())
                            .build();
                })
                .directory();
        savedNanos = System.nanoTime();
    }
}
