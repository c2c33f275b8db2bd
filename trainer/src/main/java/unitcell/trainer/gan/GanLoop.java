package unitcell.trainer.gan;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import unitcell.autograd.optim.GradientGuard;
import unitcell.engine.DeviceException;
import unitcell.engine.io.JsonObject;
import unitcell.engine.memory.MemoryException;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.BatchPlan;
import unitcell.trainer.data.ReadAhead;
import unitcell.trainer.learn.Budget;
import unitcell.trainer.learn.CheckpointFiles;
import unitcell.trainer.learn.RateSchedule;
import unitcell.trainer.learn.RunState;
import unitcell.trainer.learn.StepResult;
import unitcell.trainer.pretrain.PretrainOptions;
import unitcell.trainer.pretrain.PretrainRun.Environment;
import unitcell.trainer.run.Checkpoint;
import unitcell.trainer.run.CheckpointStore;

/**
 * The loop over epochs and batches of a game, with what happens between steps: records, validations, checkpoints, the end
 * of the schedule or of the time, a game that is lost, and a stop on request, which is honoured after the step in hand.
 */
final class GanLoop {
    /** Batches that exist ahead of the step, for each thread that builds them. */
    private static final int AHEAD = 3;

    private final GanOptions options;
    private final GanData data;
    private final JsonObject identity;
    private final Environment environment;
    private final Players players;
    private final RateSchedule schedule;
    private final Budget budget;
    private final GameGuard guard;
    private final CheckpointStore store;
    private final GanJournal journal;

    private long step;
    private long epoch;
    private int batch;
    private long crystals;
    private double secondsBefore;
    private long startNanos;
    private long savedNanos;
    private Optional<GanValidation.Result> validation = Optional.empty();
    private long validatedAt = -1;
    private long savedAt = -1;
    private Path checkpoint;

    /** @param identity what a run must share with this one to go on where it stopped */
    GanLoop(
            GanOptions options,
            GanData data,
            JsonObject identity,
            Environment environment,
            Players players,
            RateSchedule schedule,
            GameGuard guard,
            CheckpointStore store,
            GanJournal journal) {
        this.options = options;
        this.data = data;
        this.identity = identity;
        this.environment = environment;
        this.players = players;
        this.schedule = schedule;
        this.budget = lookups().budget();
        this.guard = guard;
        this.store = store;
        this.journal = journal;
    }

    private PretrainOptions.Schedule lookups() {
        return options.pretrain().schedule();
    }

    /**
     * Runs to the end or a stop.
     *
     * @param from where the run is
     * @param resumed the checkpoint it comes from, if any
     * @param begin when this process began to use time, as {@code System.nanoTime()}
     */
    GanRun.Outcome run(RunState from, Optional<Checkpoint> resumed, long begin) throws IOException {
        if (resumed.isPresent()) {
            checkpoint = resumed.get().directory();
            savedAt = from.step();
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
            boolean stopped = play();
            if (stopped && savedAt != step) {
                save(Double.NaN);
            } else if (!stopped && validatedAt != step) {
                validateAndSave();
            }
            return new GanRun.Outcome(
                    stopped,
                    guard.lost(),
                    step,
                    used(),
                    validation,
                    checkpoint,
                    store.best().map(Checkpoint::directory));
        } catch (DeviceException | MemoryException e) {
            throw TrainerException.device(
                    "training stopped after step " + step + ": " + e.getMessage() + "; "
                            + (checkpoint == null
                                    ? "there is no checkpoint of this run yet"
                                    : "the same command goes on from " + checkpoint),
                    e);
        }
    }

    /** Runs until the end or a lost game; returns whether a stop was asked for before. */
    private boolean play() throws IOException {
        if (data.validationBatches() == 0) {
            journal.note("there are no crystals to validate on: no checkpoint is the best, and a lost game goes on");
        }
        if (step == 0 && validatedAt != 0) {
            // What the generator could do before the game is what it must not lose, and may be the best there will be.
            validateAndSave();
        }
        boolean stopped = false;
        while (!stopped && !isFinished()) {
            stopped = epoch();
        }
        return stopped;
    }

    /** Runs the rest of an epoch; returns whether a stop was asked for. */
    private boolean epoch() throws IOException {
        BatchPlan plan = data.plan(epoch);
        long current = epoch;
        long begin = step - batch;
        int builders = environment.builders();
        try (ReadAhead<GanBatch> ahead = new ReadAhead<>(
                batch,
                plan.size(),
                builders,
                AHEAD * builders,
                k -> data.batch(
                        plan.batches()[(int) k],
                        current,
                        (int) k,
                        options.discriminator().learnsAt(begin + k)))) {
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

    private void step(GanBatch next) throws IOException {
        long begin = System.nanoTime();
        double factor = schedule.factor(step);
        Players.Step result = players.step(next, step, factor, environment.detectAnomaly());
        step++;
        batch++;
        crystals += next.spoilt().graph().crystals();
        double seconds = (System.nanoTime() - begin) * 1e-9;
        long done = budget.followsTime() ? (long) used() : step;
        GanJournal.When when = new GanJournal.When(step, epoch, factor, used(), seconds, done);
        journal.step(when, result, next.spoilt(), options);
        complain(result.generator(), players.completing().guard());
        if (result.discriminator().isPresent()) {
            complain(result.discriminator().get(), players.judging().guard());
        }
        if (budget.observe(schedule, step, used())) {
            journal.note("step " + step + ": the learning rates fall from here to step " + schedule.end());
        }
        if (step % lookups().validateEvery() == 0) {
            validateAndSave();
        } else if (System.nanoTime() - savedNanos > lookups().checkpointEvery().toNanos()) {
            save(Double.NaN);
        }
    }

    private void complain(StepResult result, GradientGuard judge) {
        result.complaint(step, judge, checkpoint == null ? "no checkpoint of this run yet" : checkpoint.toString())
                .ifPresent(journal::note);
    }

    private boolean isFinished() {
        return guard.lost().isPresent() || budget.isOver(step, epoch, used(), schedule);
    }

    private double used() {
        return secondsBefore + (System.nanoTime() - startNanos) * 1e-9;
    }

    private void validateAndSave() throws IOException {
        players.completing()
                .withAverage(() -> validation = GanValidation.run(
                        players.generator(),
                        players.discriminator(),
                        options.pretrain().loss(),
                        data));
        validatedAt = step;
        if (validation.isPresent()) {
            journal.validation(step, validation.get(), used());
            guard.observe(validation.get());
            guard.lost().ifPresent(reason -> journal.note("step " + step + ": the game is lost: " + reason));
        }
        save(validation.isPresent() ? validation.get().completion().loss() : Double.NaN);
    }

    private void save(double validationLoss) throws IOException {
        checkpoint = store.save(step, validationLoss, place -> {
                    JsonObject trained = players.write(place);
                    return JsonObject.builder()
                            .put("run", new RunState(step, epoch, batch, used(), crystals).toJson())
                            .put("schedule", schedule.toJson())
                            .put("players", trained)
                            .put("guard", guard.toJson())
                            .put("fingerprint", data.fingerprint())
                            .put(CheckpointFiles.TRAIN_SPECIES, data.pretrain().trainSpecies())
                            .put("identity", identity)
                            .build();
                })
                .directory();
        savedAt = step;
        savedNanos = System.nanoTime();
    }
}
