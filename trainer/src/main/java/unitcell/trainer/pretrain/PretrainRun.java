package unitcell.trainer.pretrain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import unitcell.engine.Device;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.TrainerException;
import unitcell.trainer.learn.CheckpointFiles;
import unitcell.trainer.learn.RateSchedule;
import unitcell.trainer.learn.RunState;
import unitcell.trainer.run.Checkpoint;
import unitcell.trainer.run.CheckpointStore;
import unitcell.trainer.run.Progress;
import unitcell.trainer.run.ProgressOutput;

/**
 * A pre-training run in a folder of its own: {@code config.json} (options and measured sizes), {@code metrics.jsonl},
 * {@code tensorboard/}, {@code checkpoints/}. Finds out where to go on, and sets up the {@link PretrainLoop} that does
 * the work.
 */
public final class PretrainRun {
    /** Folder of the checkpoints within a run's folder. */
    public static final String CHECKPOINTS = CheckpointFiles.FOLDER;

    /** Options and measured sizes of a run, within its folder. */
    public static final String CONFIG = "config.json";

    /** A record for every step and validation, within a run's folder. */
    public static final String METRICS = RunJournal.METRICS;

    /** Where a run goes on. */
    public sealed interface Resume {
        /** From the newest checkpoint in the folder, or from the start where there is none. */
        record Auto() implements Resume {}

        /** From the start; a folder that holds a run already is refused. */
        record None() implements Resume {}

        /** From this checkpoint; later ones in the folder are dropped. */
        record From(Path checkpoint) implements Resume {}
    }

    /**
     * What a run needs of the world.
     *
     * @param device computes
     * @param builders threads that build batches ahead
     * @param progress where progress goes
     * @param messages receives lines for the user
     * @param stop whether somebody asked for a stop; read between steps
     * @param detectAnomaly check every intermediate result; slow
     */
    public record Environment(
            Device device,
            int builders,
            ProgressOutput progress,
            Consumer<String> messages,
            BooleanSupplier stop,
            boolean detectAnomaly) {}

    /**
     * How a run ended.
     *
     * @param stopped whether it was asked to stop before its end
     * @param steps steps done in all
     * @param seconds time used in all
     * @param validation what the last validation found
     * @param checkpoint the newest checkpoint
     */
    public record Outcome(
            boolean stopped, long steps, double seconds, Optional<Validation.Result> validation, Path checkpoint) {}

    private final PretrainOptions options;
    private final PretrainData data;
    private final Environment environment;
    private final Path out;

    public PretrainRun(PretrainOptions options, PretrainData data, Environment environment, Path out) {
        this.options = options;
        this.data = data;
        this.environment = environment;
        this.out = out;
    }

    /**
     * Trains until the end of the schedule, the time limit, or a request to stop.
     *
     * @param startNanos when the run began to use time, as {@code System.nanoTime()}
     * @throws TrainerException if the folder or checkpoint does not fit, or training must stop because loss or gradients
     *     were not finite
     * @throws IOException if something cannot be read or written
     */
    public Outcome train(Resume resume, long startNanos) throws IOException {
        try (CheckpointStore store = CheckpointStore.open(
                        out.resolve(CHECKPOINTS), options.schedule().keep(), environment.messages());
                Trainee trainee = trainee()) {
            Optional<Checkpoint> from = start(resume, store, out);
            RunState state = RunState.START;
            RateSchedule schedule = schedule();
            if (from.isPresent()) {
                JsonObject stored = from.get().state();
                Optional<TrainerException> obstacle = obstacle(from.get(), options.identity(), data.fingerprint());
                if (obstacle.isPresent()) {
                    throw obstacle.get();
                }
                trainee.read(from.get().directory(), stored.getObject("trainee"));
                state = RunState.fromJson(stored.getObject("run"));
                schedule = resumed(stored);
                store.discardAfter(state.step());
                environment
                        .messages()
                        .accept("resuming after step " + state.step() + " from "
                                + from.get().directory());
            }
            writeConfig(trainee);
            try (RunJournal journal =
                    RunJournal.open(out, state.step(), progress(state, schedule), environment.messages())) {
                return new PretrainLoop(options, data, environment, trainee, schedule, store, journal)
                        .run(state, from, startNanos);
            }
        }
    }

    /**
     * Does one step on the batch that needs the most memory, and keeps nothing.
     *
     * @return lines that say what a run would need
     */
    public List<String> dryRun() {
        try (Trainee trainee = trainee()) {
            var batch = data.batch(data.largest(), 0, 0);
            environment.device().pool().resetPeak();
            long begin = System.nanoTime();
            var result = trainee.step(batch, options.seed(), 0, 1e-9, environment.detectAnomaly());
            double seconds = (System.nanoTime() - begin) * 1e-9;
            var memory = environment.device().pool().statistics();
            return List.of(
                    String.format(
                            java.util.Locale.ROOT,
                            "largest batch: %d crystals, %d atoms, %d edges; one step took %.2f s, loss %.4f",
                            batch.graph().crystals(),
                            batch.graph().nodes(),
                            batch.graph().edges(),
                            seconds,
                            result.loss()),
                    String.format(
                            java.util.Locale.ROOT,
                            "memory of the device at its peak: %.1f MB (%s)",
                            memory.peakBytes() / 1e6,
                            megabytes(memory.peakByTag())));
        }
    }

    private static String megabytes(java.util.Map<String, Long> bytes) {
        StringBuilder text = new StringBuilder();
        bytes.forEach((tag, count) -> text.append(text.isEmpty() ? "" : ", ")
                .append(String.format(java.util.Locale.ROOT, "%s %.1f MB", tag, count / 1e6)));
        return text.toString();
    }

    private Trainee trainee() {
        return new Trainee(
                environment.device(),
                data.metadata(),
                options.optimiser(),
                options.loss(),
                options.seed(),
                environment.messages());
    }

    /**
     * The checkpoint that a run goes on from.
     *
     * @param store the run's checkpoints
     * @param out the run's folder
     * @throws TrainerException if the folder holds a run that is not to be gone on with
     */
    public static Optional<Checkpoint> start(Resume resume, CheckpointStore store, Path out) throws IOException {
        return switch (resume) {
            case Resume.Auto _ -> store.latest();
            case Resume.From from -> Optional.of(CheckpointStore.read(from.checkpoint()));
            case Resume.None _ -> {
                if (!store.steps().isEmpty() || Files.exists(out.resolve(RunJournal.METRICS))) {
                    throw TrainerException.usage(
                            out + " holds a run already; choose another --out, or --resume auto to go on with it");
                }
                yield Optional.empty();
            }
        };
    }

    private RateSchedule schedule() {
        return options.schedule()
                .budget()
                .schedule(options.optimiser(), data.plan(0).size());
    }

    /** A fixed length may be changed on resuming; a cool-down that has begun stays as it was. */
    private RateSchedule resumed(JsonObject stored) throws IOException {
        return options.schedule().budget().followsTime()
                ? RateSchedule.fromJson(stored.getObject("schedule"))
                : schedule();
    }

    /**
     * Why a run that the folder holds cannot go on with these options and data: one line. Empty if it can, or if there is
     * none. Nothing is changed.
     */
    public Optional<String> obstacle() throws IOException {
        if (!Files.isDirectory(out.resolve(CHECKPOINTS))) {
            return Optional.empty();
        }
        try (CheckpointStore store = CheckpointStore.readOnly(out.resolve(CHECKPOINTS), line -> {})) {
            Optional<Checkpoint> latest = store.latest();
            return latest.isEmpty()
                    ? Optional.empty()
                    : obstacle(latest.get(), options.identity(), data.fingerprint())
                            .map(Throwable::getMessage);
        }
    }

    /**
     * Why a run with these options and data cannot go on from a checkpoint; empty if it can.
     *
     * @param identity what two runs must share for one to go on where the other stopped
     * @param fingerprint of the data
     */
    public static Optional<TrainerException> obstacle(Checkpoint checkpoint, JsonObject identity, String fingerprint)
            throws IOException {
        JsonObject stored = checkpoint.state();
        List<String> different = RunState.differences(identity, stored.getObject("identity"));
        if (!different.isEmpty()) {
            return Optional.of(TrainerException.usage(checkpoint.directory() + " belongs to a run with other options: "
                    + String.join("; ", different)
                    + "; give the same options, or start afresh in another --out"));
        }
        if (!stored.getString("fingerprint").equals(fingerprint)) {
            return Optional.of(TrainerException.input(checkpoint.directory()
                    + " belongs to a run on other crystals (fingerprint " + stored.getString("fingerprint") + ", now "
                    + fingerprint + "); give the same data, or start afresh in another --out"));
        }
        return Optional.empty();
    }

    private void writeConfig(Trainee trainee) throws IOException {
        JsonObject.Builder json = JsonObject.builder();
        options.toJson().members().forEach(json::put);
        JsonObject config = json.put("measured", data.summary())
                .put("parameters", trainee.generator().store().count())
                .put("device", environment.device().description())
                .build();
        AtomicFiles.replace(out.resolve(CONFIG), config.pretty());
    }

    private Progress progress(RunState state, RateSchedule schedule) {
        if (options.schedule().budget().followsTime()) {
            long limit = options.schedule().timeLimit().orElseThrow().toSeconds();
            return environment.progress().start("pretrain", "s", (long) state.seconds(), limit);
        }
        return environment.progress().start("pretrain", "steps", state.step(), schedule.end());
    }
}
