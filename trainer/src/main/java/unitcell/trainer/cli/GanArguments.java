package unitcell.trainer.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import unitcell.net.Geometry;
import unitcell.net.ModelMetadata;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.InstanceNoise;
import unitcell.trainer.gan.AdversarialLoss;
import unitcell.trainer.gan.AdversarialOptions;
import unitcell.trainer.gan.AdversarialOptions.SpeciesPath;
import unitcell.trainer.gan.DiscriminatorOptions;
import unitcell.trainer.gan.DiscriminatorOptions.Lipschitz;
import unitcell.trainer.gan.DiscriminatorOptions.Start;
import unitcell.trainer.gan.GanOptions;
import unitcell.trainer.gan.GuardOptions;
import unitcell.trainer.learn.OptimiserOptions;
import unitcell.trainer.pretrain.PretrainOptions;

/**
 * The options of {@code gan} and what they resolve to. What the generator learns besides has the names and meanings of
 * {@code pretrain}'s options, with the paper's numbers for this stage as defaults.
 */
final class GanArguments {
    private static final double MANY = Double.MAX_VALUE;

    static final CommandOption<Path> GENERATOR = CommandOption.of(
                    "generator",
                    ValueType.path("PATH"),
                    "the pre-trained network to begin with: a checkpoint's folder, or a run's for its best one, or"
                            + " RUN/latest")
            .mandatory();
    private static final CommandOption<String> DISCRIMINATOR = CommandOption.of(
                    "discriminator",
                    ValueType.text("backbone|fresh|PATH"),
                    "what the discriminator begins with: the generator's backbone with a fresh head, random parameters,"
                            + " or a fine-tuned classifier with two classes of which the second counts as real")
            .byDefault("backbone");
    static final List<CommandOption<?>> STARTS = List.of(GENERATOR, DISCRIMINATOR);

    static final CommandOption<String> LABELS = CommandOption.of(
                    "labels",
                    ValueType.text("TASK|FILE"),
                    "a task with two classes, as stability, whose column the data have: crystals of its first class"
                            + " count as fakes for the discriminator, and those without a label are left out")
            .without("every crystal of the data counts as real");

    private static final CommandOption<Boolean> ADVERSARIAL = CommandOption.of(
                    "adversarial",
                    ValueType.choice(words("on", true, "off", false)),
                    "off computes and records the adversarial term without a gradient, as the published code does")
            .without("on; off with --paper-faithful");
    private static final CommandOption<AdversarialLoss> LOSS = CommandOption.of(
                    "loss",
                    ValueType.choice(words("paper", AdversarialLoss.PAPER, "critic", AdversarialLoss.CRITIC)),
                    "paper: distance of the softmax from the label; critic: mean unbounded scores, as in a Wasserstein"
                            + " GAN")
            .byDefault("paper");
    private static final CommandOption<Double> WEIGHT = CommandOption.of(
                    "adversarial-weight",
                    ValueType.number(0, MANY),
                    "weight of the adversarial term in the generator's loss")
            .byDefault("0.1");
    private static final CommandOption<SpeciesPath> SPECIES = CommandOption.of(
                    "species",
                    ValueType.choice(speciesPaths()),
                    "how species reach the discriminator: probabilities mix its species tables; or the most probable"
                            + " species counts and the gradient is that of the probabilities; or a random species,"
                            + " softened")
            .byDefault(SpeciesPath.SOFT.slug());
    private static final CommandOption<Double> TEMPERATURE = CommandOption.of(
                    "gumbel-temperature", ValueType.number(1e-3, 1e3), "softness of --species gumbel")
            .byDefault("1");
    private static final CommandOption<Geometry.Flow> FRAMES = CommandOption.of(
                    "frames",
                    ValueType.choice(words("full", Geometry.Flow.FULL, "detached", Geometry.Flow.DETACHED_FRAMES)),
                    "detached: positions get no gradient through the rotations of edges, as in the reference network")
            .byDefault("full");
    private static final CommandOption<Boolean> DROPOUT = CommandOption.flag(
            "discriminator-dropout", "keep the discriminator's dropout active while it teaches the generator");
    static final List<CommandOption<?>> GAME =
            List.of(ADVERSARIAL, LOSS, WEIGHT, SPECIES, TEMPERATURE, FRAMES, DROPOUT, paperFaithful());

    private static final CommandOption<Integer> EVERY = CommandOption.of(
                    "discriminator-every",
                    ValueType.integer(1, Integer.MAX_VALUE),
                    "the discriminator learns at every so many steps of the generator")
            .without("10; 2 where it was not fine-tuned");
    private static final CommandOption<Double> THEIR_RATE = CommandOption.of(
                    "discriminator-lr", ValueType.number(0, 1), "base learning rate of the discriminator")
            .without("1e-5; 1e-4 where it was not fine-tuned");
    private static final CommandOption<Double> BETA1 = CommandOption.of(
                    "discriminator-beta1", ValueType.number(0, 0.999999), "decay of its Adam's first moment")
            .byDefault("0.5");
    private static final CommandOption<Lipschitz> LIPSCHITZ = CommandOption.of(
                    "lipschitz",
                    ValueType.choice(
                            words("none", Lipschitz.NONE, "spectral", Lipschitz.SPECTRAL, "clip", Lipschitz.CLIP)),
                    "what keeps its slope from growing, after each of its updates: spectral scales weight matrices down"
                            + " to --lipschitz-limit, clip cuts weights off at it; a gradient penalty is not offered,"
                            + " because it needs second derivatives")
            .without("spectral with --loss critic, none with --loss paper");
    private static final CommandOption<Double> LIMIT = CommandOption.of(
                    "lipschitz-limit",
                    ValueType.number(1e-6, MANY),
                    "largest singular value of a weight matrix, or largest weight")
            .without("2 for spectral, 0.5 for clip");
    private static final CommandOption<Double> DRIFT = CommandOption.of(
                    "drift",
                    ValueType.number(0, MANY),
                    "weight of the mean squared score in the discriminator's loss, for --loss critic")
            .byDefault("1e-3");
    private static final CommandOption<Double> INSTANCE_NOISE = CommandOption.of(
                    "instance-noise",
                    ValueType.number(0, 10),
                    "displacements of the atoms of real crystals before the discriminator sees them, in shortest"
                            + " distances")
            .byDefault("0.001");
    private static final CommandOption<InstanceNoise.Shape> INSTANCE_SHAPE = CommandOption.of(
                    "instance-noise-shape",
                    ValueType.choice(
                            words("uniform", InstanceNoise.Shape.UNIFORM, "normal", InstanceNoise.Shape.NORMAL)),
                    "distribution of these: uniform up to that distance, or normal with that deviation")
            .byDefault("uniform");
    static final List<CommandOption<?>> THEIRS =
            List.of(EVERY, THEIR_RATE, BETA1, LIPSCHITZ, LIMIT, DRIFT, INSTANCE_NOISE, INSTANCE_SHAPE);

    private static final CommandOption<Integer> GUARD = CommandOption.of(
                    "guard",
                    ValueType.integer(0, 1000),
                    "validations in a row, each out of one of the bounds below, that end the run; 0 for none")
            .byDefault("3");
    private static final CommandOption<Double> GUARD_ACCURACY = CommandOption.of(
                    "guard-accuracy",
                    ValueType.number(0.5, 2),
                    "share of real and of fake crystals that the discriminator may be right about, with --loss paper")
            .byDefault("0.999");
    private static final CommandOption<Double> GUARD_GAP = CommandOption.of(
                    "guard-gap", ValueType.number(0, MANY), "distance of the mean scores of real and fake crystals")
            .byDefault("100");
    private static final CommandOption<Double> GUARD_RISE = CommandOption.of(
                    "guard-rise",
                    ValueType.number(1, MANY),
                    "ratio of the generator's validation losses, of species and of positions, to those of the start")
            .byDefault("2");
    static final List<CommandOption<?>> GUARDS = List.of(GUARD, GUARD_ACCURACY, GUARD_GAP, GUARD_RISE);

    static final List<CommandOption<?>> TASK = List.of(
            PretrainArguments.MASK_RATIO,
            PretrainArguments.WHOLE_SPECIES,
            PretrainArguments.NOISE.byDefault("0.2"),
            PretrainArguments.POSITION_WEIGHT,
            PretrainArguments.MASKED_WEIGHT);

    static final List<CommandOption<?>> OPTIMISER = List.of(
            PretrainArguments.EDGES,
            PretrainArguments.RATE
                    .explained("base learning rate of the generator")
                    .without("1e-4"),
            PretrainArguments.WEIGHT_DECAY
                    .explained("decoupled weight decay of both")
                    .without("0"),
            PretrainArguments.WARMUP.explained("steps over which both learning rates rise"),
            PretrainArguments.FINAL_FACTOR
                    .explained("both learning rates at the end as a share of the base")
                    .without("1"),
            PretrainArguments.CLIP.explained("largest global norm of each network's gradient"),
            PretrainArguments.AVERAGE.explained(
                    "decay of the moving average of the generator's parameters; 0 for none"),
            PretrainArguments.PATIENCE);

    private static final OptimiserOptions USUAL = new OptimiserOptions(1e-4, 0, 100, 1, 10, 0.999, 5);

    private final Arguments arguments;
    private final PretrainArguments pretrain;

    private GanArguments(Arguments arguments) {
        this.arguments = arguments;
        this.pretrain = new PretrainArguments(arguments);
    }

    private static CommandOption<Boolean> paperFaithful() {
        return PretrainArguments.PAPER_FAITHFUL.explained(
                "do as the published code does where this program differs on purpose: masks, noise scale, plain Adam"
                        + " without warm-up, clipping or average, no adversarial gradient");
    }

    private static <T> Map<String, T> words(String first, T a, String second, T b) {
        Map<String, T> words = new LinkedHashMap<>();
        words.put(first, a);
        words.put(second, b);
        return words;
    }

    private static <T> Map<String, T> words(String first, T a, String second, T b, String third, T c) {
        Map<String, T> words = words(first, a, second, b);
        words.put(third, c);
        return words;
    }

    private static Map<String, SpeciesPath> speciesPaths() {
        Map<String, SpeciesPath> words = new LinkedHashMap<>();
        for (SpeciesPath path : SpeciesPath.values()) {
            words.put(path.slug(), path);
        }
        return words;
    }

    /** What the discriminator begins with. */
    static Start start(Arguments arguments) {
        return switch (arguments.get(DISCRIMINATOR)) {
            case "fresh" -> new Start.Fresh();
            case "backbone" -> new Start.Backbone();
            case String path -> new Start.Trained(Path.of(path));
        };
    }

    /**
     * Resolves everything.
     *
     * @param model the generator's
     * @throws TrainerException if options contradict each other
     */
    static GanOptions resolve(Arguments arguments, ModelMetadata model) {
        return new GanArguments(arguments).resolve(model);
    }

    private GanOptions resolve(ModelMetadata model) {
        boolean fractional = model.displacement() == ModelMetadata.Displacement.FRACTIONAL;
        OptimiserOptions optimiser = pretrain.optimiser(USUAL);
        PretrainOptions task = new PretrainOptions(
                pretrain.data(),
                model.config(),
                pretrain.corruption(),
                pretrain.loss(fractional),
                optimiser,
                pretrain.schedule(),
                false,
                arguments.get(PretrainArguments.EDGES),
                arguments.get(SharedOptions.SEED));
        return new GanOptions(
                task,
                arguments.get(GENERATOR),
                adversarial(),
                discriminator(optimiser),
                new GuardOptions(
                        arguments.get(GUARD),
                        arguments.get(GUARD_ACCURACY),
                        arguments.get(GUARD_GAP),
                        arguments.get(GUARD_RISE)));
    }

    private AdversarialOptions adversarial() {
        if (arguments.isGiven(TEMPERATURE) && arguments.get(SPECIES) != SpeciesPath.GUMBEL) {
            throw TrainerException.usage("--gumbel-temperature is given with --species "
                    + arguments.get(SPECIES).slug() + ", expected --species gumbel");
        }
        return new AdversarialOptions(
                arguments.find(ADVERSARIAL).orElse(!pretrain.isPaperFaithful()),
                arguments.get(LOSS),
                arguments.get(WEIGHT),
                arguments.get(SPECIES),
                arguments.get(TEMPERATURE),
                arguments.get(FRAMES),
                arguments.get(DROPOUT));
    }

    private DiscriminatorOptions discriminator(OptimiserOptions generator) {
        boolean critic = arguments.get(LOSS) == AdversarialLoss.CRITIC;
        Lipschitz lipschitz = arguments.find(LIPSCHITZ).orElse(critic ? Lipschitz.SPECTRAL : Lipschitz.NONE);
        if (lipschitz == Lipschitz.NONE && arguments.isGiven(LIMIT)) {
            throw TrainerException.usage(
                    "--lipschitz-limit is given with --lipschitz none, expected --lipschitz spectral or clip");
        }
        Start start = start(arguments);
        // What has not learned to judge yet has to catch up before it can teach.
        boolean knows = start instanceof Start.Trained || pretrain.isPaperFaithful();
        OptimiserOptions own = new OptimiserOptions(
                arguments.find(THEIR_RATE).orElse(knows ? 1e-5 : 1e-4),
                generator.weightDecay(),
                generator.warmup(),
                generator.finalFactor(),
                generator.clipNorm(),
                0,
                generator.patience());
        return new DiscriminatorOptions(
                start,
                own,
                arguments.get(BETA1),
                0.999,
                arguments.find(EVERY).orElse(knows ? 10 : 2),
                lipschitz,
                arguments.find(LIMIT).orElse(lipschitz == Lipschitz.CLIP ? 0.5 : 2.0),
                critic ? arguments.get(DRIFT) : 0,
                new InstanceNoise(arguments.get(INSTANCE_NOISE), arguments.get(INSTANCE_SHAPE)));
    }
}
