package unitcell.trainer.finetune;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import unitcell.autograd.ParameterStore;
import unitcell.autograd.optim.AdamW;
import unitcell.engine.DType;
import unitcell.engine.DeviceException;
import unitcell.engine.io.JsonObject;
import unitcell.engine.memory.MemoryException;
import unitcell.net.EquiformerV2Config;
import unitcell.net.Generator;
import unitcell.net.ModelMetadata;
import unitcell.net.ModelWeights;
import unitcell.net.PropertyNetwork;
import unitcell.trainer.TrainerException;
import unitcell.trainer.finetune.FinetuneOptions.Training;
import unitcell.trainer.finetune.FinetuneRun.Environment;
import unitcell.trainer.learn.BatchGradients;
import unitcell.trainer.learn.CheckpointFiles;
import unitcell.trainer.learn.Learner;
import unitcell.trainer.learn.RateSchedule;
import unitcell.trainer.learn.RunState;
import unitcell.trainer.run.Checkpoint;
import unitcell.trainer.run.CheckpointStore;

/**
 * One fit in a folder of its own, {@code models/NAME/}: {@code checkpoints/} and {@code metrics.jsonl}. It goes on from
 * its newest checkpoint if there is one; of a fit that has come to its end nothing is left to do but to predict.
 */
final class Fit {
    /** Steps of warming up from one evaluation to the next: about as many as there are in an epoch of a small table. */
    private static final int EVALUATED_EVERY = 20;

    private static final String LAST_LAYER = Generator.SPECIES_HEAD + ".so3_linear_2.weight";

    private final FitName name;
    private final FinetuneOptions options;
    private final FitData data;
    private final Optional<StartingPoint> start;
    private final Environment environment;
    private final Path folder;

    /** @param start what a pre-trained fit starts from; not looked at by others */
    Fit(
            FitName name,
            FinetuneOptions options,
            FitData data,
            Optional<StartingPoint> start,
            Environment environment,
            Path folder) {
        this.name = name;
        this.options = options;
        this.data = data;
        this.start = name.init() == FitName.Init.PRETRAINED ? Optional.of(start.orElseThrow()) : Optional.empty();
        this.environment = environment;
        this.folder = folder;
    }

    /**
     * Trains until the end, or a request to stop, and predicts the rows that test with the best checkpoint.
     *
     * @return empty if it was stopped
     * @throws TrainerException if the folder holds a fit with other options or data, or the loss is not finite
     */
    Optional<FitResult> run(FitProgress progress) throws IOException {
        try (CheckpointStore store =
                        CheckpointStore.open(folder.resolve(CheckpointFiles.FOLDER), 1, environment.messages());
                PropertyNetwork network = network()) {
            FitLoop.Ended ended = train(network, store, progress);
            return ended.stopped() ? Optional.empty() : Optional.of(predict(network, store, ended.state()));
        } catch (DeviceException | MemoryException e) {
            throw TrainerException.device(
                    "fit " + name + " stopped: " + e.getMessage()
                            + "; the same command goes on from its last checkpoint",
                    e);
        }
    }

    /**
     * Trains a network that is thrown away, without changing it, and lets it predict: the JVM compiles meanwhile what fits
     * spend their time in. Without this the first of several fits with the same time limit makes half as many steps as the
     * others.
     */
    void warmUp(double seconds) throws IOException {
        long begin = System.nanoTime();
        int[][] plan = data.epoch(name.seed(), 0);
        try (PropertyNetwork network = network()) {
            Learner learner = learner(network);
            for (int step = 0;
                    !environment.stop().getAsBoolean() && (System.nanoTime() - begin) * 1e-9 < seconds;
                    step++) {
                int[] rows = plan[step % plan.length];
                learner.step(
                        data.batch(network, rows, rows.length),
                        new BatchGradients.Setting(name.seed(), step, environment.detectAnomaly()),
                        0);
                if (step % EVALUATED_EVERY == 0) {
                    Evaluation.of(environment.device(), network, data, plan[0]);
                }
            }
        } catch (DeviceException | MemoryException e) {
            throw TrainerException.device("no fit was begun: " + e.getMessage(), e);
        }
    }

    private PropertyNetwork network() throws IOException {
        ModelMetadata metadata = metadata();
        PropertyNetwork network = new PropertyNetwork(
                environment.device(), DType.F32, metadata, options.task().readout(), name.seed());
        try {
            // A fresh head says 0 of every crystal, the mean where labels are standardised: noise of its start would
            // first have to be unlearned, and would shake the backbone meanwhile.
            network.store().get(LAST_LAYER).value().zero();
            if (start.isPresent()) {
                start.get().load(network, options.task());
            }
            Training training = options.training(name.init());
            int layers = metadata.config().numLayers();
            network.store().setTrainable(parameter -> training.part().trains(parameter, layers));
            return network;
        } catch (IOException | RuntimeException e) {
            network.close();
            throw e;
        }
    }

    /** The averages a pre-trained network was made with stay; fresh ones are made for the data at hand. */
    private ModelMetadata metadata() {
        EquiformerV2Config config = options.model();
        return start.isEmpty()
                ? data.measured(config)
                : new ModelMetadata(
                        config,
                        start.get().metadata().averageDegree(),
                        start.get().metadata().averageNodes(),
                        ModelMetadata.Displacement.CARTESIAN);
    }

    private FitLoop.Ended train(PropertyNetwork network, CheckpointStore store, FitProgress progress)
            throws IOException {
        Learner learner = learner(network);
        FitState state = FitState.START;
        RateSchedule schedule = options.budget().schedule(training().optimiser(), data.epoch(name.seed(), 0).length);
        Optional<Checkpoint> latest = store.latest();
        if (latest.isPresent()) {
            JsonObject stored = latest.get().state();
            requireSame(stored.getObject("identity"), latest.get().directory());
            learner.read(latest.get().directory(), "", stored.getObject("learner"));
            state = FitState.fromJson(stored.getObject("fit"));
            if (options.budget().followsTime()) {
                schedule = RateSchedule.fromJson(stored.getObject("schedule"));
            }
        }
        try (FitJournal journal = FitJournal.open(name, folder, state.run().step(), progress, environment.messages())) {
            return new FitLoop(name, options, data, environment, network, learner, schedule, store, journal, identity())
                    .run(state);
        }
    }

    private Training training() {
        return options.training(name.init());
    }

    private Learner learner(PropertyNetwork network) {
        ParameterStore store = network.store();
        int layers = network.metadata().config().numLayers();
        AdamW optimiser = new AdamW(store, training().optimiser().adam());
        optimiser.setRateFactors(parameter -> training().rateFactor(parameter, layers));
        return new Learner(store, optimiser, training().optimiser(), environment.messages());
    }

    private FitResult predict(PropertyNetwork network, CheckpointStore store, FitState state) throws IOException {
        Optional<Checkpoint> best = store.best();
        Checkpoint checkpoint = best.isPresent() ? best.get() : store.latest().orElseThrow();
        boolean averaged = training().optimiser().averageDecay() > 0;
        String weights = averaged ? CheckpointFiles.AVERAGE : CheckpointFiles.WEIGHTS;
        ModelWeights.load(
                checkpoint.file(weights), network.store(), network.store().values());
        int[] rows = data.split().test();
        Evaluation test = Evaluation.of(environment.device(), network, data, rows);
        requireFinite(test, checkpoint);
        return new FitResult(
                name,
                state.run().step(),
                state.run().seconds(),
                checkpoint.step(),
                checkpoint.validationLoss().orElse(Double.NaN),
                rows,
                test.predicted());
    }

    private void requireFinite(Evaluation test, Checkpoint checkpoint) {
        for (double[] row : test.predicted()) {
            for (double value : row) {
                if (!Double.isFinite(value)) {
                    throw TrainerException.nonFinite("fit " + name + " predicts " + value + " with the weights in "
                            + checkpoint.directory() + "; lower --lr");
                }
            }
        }
    }

    private JsonObject identity() {
        JsonObject.Builder json = JsonObject.builder();
        options.identity(name).members().forEach(json::put);
        start.ifPresent(s -> json.put("start", s.identity()));
        return json.put("fingerprint", data.fingerprint()).build();
    }

    private void requireSame(JsonObject stored, Path checkpoint) {
        List<String> different = RunState.differences(identity(), stored);
        if (!different.isEmpty()) {
            throw TrainerException.usage(checkpoint + " belongs to a fit with other options or data: "
                    + String.join("; ", different) + "; give the same, or start afresh in another --out");
        }
    }
}
