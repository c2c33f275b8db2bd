package unitcell.trainer.gan;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import unitcell.autograd.optim.AdamW;
import unitcell.engine.io.JsonObject;
import unitcell.net.Generator;
import unitcell.net.PropertyNetwork;
import unitcell.trainer.learn.CheckpointFiles;
import unitcell.trainer.learn.Learner;
import unitcell.trainer.learn.OptimiserOptions;
import unitcell.trainer.learn.StepResult;

/**
 * Both networks with everything else that a step changes. What {@link #write} stores and {@link #read} restores is all of
 * it, bit for bit.
 *
 * <p>Memory convention: owns both networks, in whose parameter stores moments and averages live too.
 */
final class Players implements AutoCloseable {
    private final Generator generator;
    private final PropertyNetwork discriminator;
    private final Learner completing;
    private final Learner judging;
    private final SlopeLimit slope;
    private final Adversary adversary;
    private final GanOptions options;

    /**
     * What one step did.
     *
     * @param generator losses by {@link GeneratorBatch}'s places
     * @param discriminator its loss; present where it learned
     * @param contest how it did before it learned; present where it learned
     */
    record Step(StepResult generator, Optional<StepResult> discriminator, Optional<Contest> contest) {}

    /**
     * Takes over both networks.
     *
     * @param generator with its first parameters
     * @param discriminator with its first parameters and two outputs
     * @param messages receives a line when memory makes steps change
     */
    Players(Generator generator, PropertyNetwork discriminator, GanOptions options, Consumer<String> messages) {
        this.generator = generator;
        this.discriminator = discriminator;
        this.options = options;
        OptimiserOptions own = options.pretrain().optimiser();
        this.completing = new Learner(generator.store(), new AdamW(generator.store(), own.adam()), own, messages);
        DiscriminatorOptions theirs = options.discriminator();
        this.judging = new Learner(
                discriminator.store(), new AdamW(discriminator.store(), theirs.adam()), theirs.optimiser(), messages);
        this.slope = SlopeLimit.of(discriminator.store(), theirs);
        this.adversary = new Adversary(discriminator, options.adversarial());
    }

    Generator generator() {
        return generator;
    }

    PropertyNetwork discriminator() {
        return discriminator;
    }

    Learner completing() {
        return completing;
    }

    Learner judging() {
        return judging;
    }

    /**
     * One step of the generator, and one of the discriminator where the batch has real crystals. The discriminator learns
     * from what the generator made before its own update.
     *
     * @param step number of the step, from 0
     * @param rateFactor multiple of both base learning rates
     */
    Step step(GanBatch batch, long step, double rateFactor, boolean detectAnomaly) {
        StepSetting setting = new StepSetting(options.pretrain().seed(), step, detectAnomaly);
        GeneratorBatch own = new GeneratorBatch(
                generator,
                adversary,
                batch.spoilt(),
                options.pretrain().loss(),
                options.adversarial().weight(),
                setting);
        StepResult completed = completing.step(own, setting.ofGenerator(), rateFactor);
        Optional<JudgedCrystals> fakes = own.fakes();
        if (batch.real().isEmpty() || fakes.isEmpty()) {
            return new Step(completed, Optional.empty(), Optional.empty());
        }
        JudgedCrystals real = batch.real().get();
        DiscriminatorBatch both = new DiscriminatorBatch(
                discriminator,
                options.adversarial().loss(),
                options.discriminator().drift(),
                real,
                fakes.get());
        StepResult judged = adversary.learning(() -> {
            StepResult result = judging.step(both, setting.ofDiscriminator(), rateFactor);
            slope.apply();
            return result;
        });
        return new Step(completed, Optional.of(judged), Optional.of(both.contest()));
    }

    /** Writes everything into an empty directory. */
    JsonObject write(Path place) throws IOException {
        generator.metadata().write(place.resolve(CheckpointFiles.MODEL));
        DiscriminatorFiles.writeModel(discriminator, place);
        slope.write(place);
        return JsonObject.builder()
                .put("generator", completing.write(place, ""))
                .put("discriminator", judging.write(place, DiscriminatorFiles.PREFIX))
                .build();
    }

    /**
     * Restores what {@link #write} stored.
     *
     * @param state what that returned
     */
    void read(Path place, JsonObject state) throws IOException {
        completing.read(place, "", state.getObject("generator"));
        judging.read(place, DiscriminatorFiles.PREFIX, state.getObject("discriminator"));
        slope.read(place);
    }

    @Override
    public void close() {
        try (generator;
                discriminator) {
            // Closing is all there is to do; each is closed even if the other fails.
        }
    }
}
