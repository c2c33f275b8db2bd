package unitcell.trainer.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import unitcell.engine.io.FileFault;
import unitcell.trainer.data.CrystalStore;
import unitcell.trainer.data.Split;
import unitcell.trainer.pretrain.PretrainData;
import unitcell.trainer.pretrain.PretrainOptions;
import unitcell.trainer.pretrain.PretrainRun;
import unitcell.trainer.pretrain.PretrainRun.Environment;
import unitcell.trainer.pretrain.PretrainRun.Outcome;
import unitcell.trainer.pretrain.PretrainRun.Resume;
import unitcell.trainer.reconstruct.ReconstructionScore;
import unitcell.trainer.reconstruct.ReconstructionTrials;
import unitcell.trainer.reconstruct.TrainedModel;
import unitcell.trainer.run.Progress;

/**
 * Trains, completes held-out crystals and writes the report into the run's folder. A run that was stopped goes on, one
 * that is finished is not trained again; one with other options is moved aside, and training starts afresh.
 */
public final class Demo {
    /** Name of the report in the run's folder. */
    public static final String REPORT = "report.html";

    private final PretrainOptions options;
    private final Environment environment;
    private final Path out;
    private final String command;

    /**
     * @param options of the training
     * @param out folder of the run
     * @param command how a user would run the demo again, for the report
     */
    public Demo(PretrainOptions options, Environment environment, Path out, String command) {
        this.options = options;
        this.environment = environment;
        this.out = out;
        this.command = command;
    }

    /**
     * Runs the demo.
     *
     * @param startNanos when it began to use time, as {@code System.nanoTime()}
     * @return the scores; empty if it was stopped, after a checkpoint
     */
    public Optional<ReconstructionScore> run(long startNanos) throws IOException {
        CrystalStore crystals = PretrainData.read(options.data()).crystals();
        PretrainData data = PretrainData.of(crystals, options);
        CrystalStore heldOut =
                crystals.subset(Split.byComposition(crystals, options.data().validationFraction(), options.seed())
                        .validation());
        environment
                .messages()
                .accept(data.train().size() + " crystals train; " + heldOut.size()
                        + " crystals of other compositions are held out");
        PretrainRun run = new PretrainRun(options, data, environment, out);
        moveAside(run);
        Outcome outcome = run.train(new Resume.Auto(), startNanos);
        if (outcome.stopped()) {
            return Optional.empty();
        }
        try (TrainedModel model =
                TrainedModel.open(outcome.checkpoint(), environment.device(), environment.messages())) {
            environment.messages().accept(model.line());
            DemoTrials trials = new DemoTrials(heldOut, model);
            long total = (long) heldOut.size() * ReconstructionTrials.STANDARD.size();
            try (Progress progress = environment.progress().start("reconstruct", "crystals", 0, total)) {
                if (trials.run(model, options.seed(), progress, environment.stop())) {
                    return Optional.empty();
                }
            }
            new DemoReport(out, outcome, data, model, trials, command).write(out.resolve(REPORT));
            return Optional.of(trials.score());
        }
    }

    private void moveAside(PretrainRun run) throws IOException {
        Optional<String> obstacle = run.obstacle();
        if (obstacle.isEmpty()) {
            return;
        }
        Path aside = out;
        for (int k = 1; Files.exists(aside); k++) {
            aside = out.resolveSibling(out.getFileName() + "." + k);
        }
        try {
            Files.move(out, aside);
        } catch (IOException e) {
            throw FileFault.of("rename", out, e);
        }
        environment.messages().accept(obstacle.get());
        environment.messages().accept("that run is now " + aside + "; starting afresh in " + out);
    }
}
