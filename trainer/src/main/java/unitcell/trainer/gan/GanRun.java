package unitcell.trainer.gan;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.TrainerException;
import unitcell.trainer.learn.CheckpointFiles;
import unitcell.trainer.learn.RateSchedule;
import unitcell.trainer.learn.RunState;
import unitcell.trainer.pretrain.PretrainRun;
import unitcell.trainer.pretrain.PretrainRun.Environment;
import unitcell.trainer.pretrain.PretrainRun.Resume;
import unitcell.trainer.run.Checkpoint;
import unitcell.trainer.run.CheckpointStore;
import unitcell.trainer.run.Progress;

/**
 * An adversarial run in a folder of its own, laid out as pre-training's: {@code config.json}, {@code metrics.jsonl},
 * {@code tensorboard/}, {@code checkpoints/}. A checkpoint holds the generator under the names of pre-training, so that
 * whatever uses a pre-trained network uses this one, and the discriminator beside it. Finds out where to go on, and sets
 * up the {@link GanLoop} that does the work.
 */
public final class GanRun {
    private final GanOptions options;
    private final GanData data;
    private final Starts starts;
    private final Environment environment;
    private final Path out;

    /**
     * @param starts what both networks begin with
     * @param out the run's folder
     */
    public GanRun(GanOptions options, GanData data, Starts starts, Environment environment, Path out) {
        this.options = options;
        this.data = data;
        this.starts = starts;
        this.environment = environment;
        this.out = out;
    }

    /**
     * How a run ended.
     *
     * @param stopped whether it was asked to stop before its end
     * @param lost why the game was lost, if it was
     * @param steps steps of the generator done in all
     * @param seconds time used in all
     * @param validation what the last validation found
     * @param checkpoint the newest checkpoint
     * @param best the checkpoint with the lowest validation loss, which the run's folder stands for; empty if none was
     *     validated
     */
    public record Outcome(
            boolean stopped,
            Optional<String> lost,
            long steps,
            double seconds,
            Optional<GanValidation.Result> validation,
            Path checkpoint,
            Optional<Path> best) {}

    /**
     * Trains until the end of the schedule, the time limit, a lost game, or a request to stop.
     *
     * @param startNanos when the run began to use time, as {@code System.nanoTime()}
     * @throws TrainerException if the folder or checkpoint does not fit, or training must stop because loss or gradients
     *     were not finite
     * @throws IOException if something cannot be read or written
     */
    public Outcome train(Resume resume, long startNanos) throws IOException {
        JsonObject identity = options.identity(starts.toJson());
        try (CheckpointStore store = CheckpointStore.open(
                        out.resolve(CheckpointFiles.FOLDER),
                        options.pretrain().schedule().keep(),
                        environment.messages());
                Players players = players()) {
            Optional<Checkpoint> from = PretrainRun.start(resume, store, out);
            RunState state = RunState.START;
            RateSchedule schedule = schedule();
            GameGuard guard =
                    new GameGuard(options.guard(), options.adversarial().loss() == AdversarialLoss.PAPER);
            if (from.isPresent()) {
                Optional<TrainerException> obstacle = PretrainRun.obstacle(from.get(), identity, data.fingerprint());
                if (obstacle.isPresent()) {
                    throw obstacle.get();
                }
                JsonObject stored = from.get().state();
                players.read(from.get().directory(), stored.getObject("players"));
                guard.restore(stored.getObject("guard"));
                state = RunState.fromJson(stored.getObject("run"));
                schedule = followsTime() ? RateSchedule.fromJson(stored.getObject("schedule")) : schedule;
                store.discardAfter(state.step());
                environment
                        .messages()
                        .accept("resuming after step " + state.step() + " from "
                                + from.get().directory());
            }
            writeConfig(players);
            try (GanJournal journal =
                    GanJournal.open(out, state.step(), progress(state, schedule), environment.messages())) {
                return new GanLoop(options, data, identity, environment, players, schedule, guard, store, journal)
                        .run(state, from, startNanos);
            }
        }
    }

    private boolean followsTime() {
        return options.pretrain().schedule().budget().followsTime();
    }

    private Players players() throws IOException {
        return starts.players(options, environment.device(), environment.messages());
    }

    private RateSchedule schedule() {
        return options.pretrain()
                .schedule()
                .budget()
                .schedule(options.pretrain().optimiser(), data.plan(0).size());
    }

    /**
     * Does one step of both networks on the batch that needs the most memory, and keeps nothing.
     *
     * @return lines that say what a run would need
     */
    public List<String> dryRun() throws IOException {
        try (Players players = players()) {
            GanBatch batch = data.largestBatch();
            environment.device().pool().resetPeak();
            long begin = System.nanoTime();
            Players.Step result = players.step(batch, 0, 1e-9, environment.detectAnomaly());
            double seconds = (System.nanoTime() - begin) * 1e-9;
            return List.of(
                    String.format(
                            Locale.ROOT,
                            "largest batch: %d crystals, %d atoms, %d edges; one step of both networks took %.2f s,"
                                    + " loss %.4f",
                            batch.spoilt().graph().crystals(),
                            batch.spoilt().graph().nodes(),
                            batch.spoilt().graph().edges(),
                            seconds,
                            result.generator().loss()),
                    String.format(
                            Locale.ROOT,
                            "memory of the device at its peak: %.1f MB",
                            environment.device().pool().statistics().peakBytes() / 1e6));
        }
    }

    private void writeConfig(Players players) throws IOException {
        JsonObject.Builder json = JsonObject.builder();
        options.toJson().members().forEach(json::put);
        JsonObject config = json.put("starts", starts.toJson())
                .put("measured", data.summary())
                .put("parameters", players.generator().store().count())
                .put("discriminator_parameters", players.discriminator().store().count())
                .put("device", environment.device().description())
                .build();
        AtomicFiles.replace(out.resolve(PretrainRun.CONFIG), config.pretty());
    }

    private Progress progress(RunState state, RateSchedule schedule) {
        if (followsTime()) {
            long limit = options.pretrain().schedule().timeLimit().orElseThrow().toSeconds();
            return environment.progress().start("gan", "s", (long) state.seconds(), limit);
        }
        return environment.progress().start("gan", "steps", state.step(), schedule.end());
    }
}
