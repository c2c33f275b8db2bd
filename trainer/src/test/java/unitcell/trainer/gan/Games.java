package unitcell.trainer.gan;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import unitcell.autograd.Parameter;
import unitcell.autograd.ParameterStore;
import unitcell.crystal.Crystal;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.net.EquiformerV2Config;
import unitcell.net.Generator;
import unitcell.net.Geometry;
import unitcell.net.GraphBatches;
import unitcell.net.ModelConfigJson;
import unitcell.net.ModelMetadata;
import unitcell.net.PropertyNetwork;
import unitcell.net.Readout;
import unitcell.trainer.data.BatchBuilder;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.data.DataFilter;
import unitcell.trainer.data.InstanceNoise;
import unitcell.trainer.data.TrainingBatch;
import unitcell.trainer.gan.AdversarialOptions.SpeciesPath;
import unitcell.trainer.gan.DiscriminatorOptions.Lipschitz;
import unitcell.trainer.gan.DiscriminatorOptions.Start;
import unitcell.trainer.learn.OptimiserOptions;
import unitcell.trainer.pretrain.PretrainLoss;
import unitcell.trainer.pretrain.PretrainOptions;

/** Tiny networks and games for the tests of this package. */
final class Games {
    static final PretrainLoss.Settings LOSS = new PretrainLoss.Settings(200, 1, false);

    private Games() {}

    /** Degrees up to 2 and attention over edges: rotations matter. */
    static EquiformerV2Config model() {
        try {
            return ModelConfigJson.read(Json.parse("test", """
                {"num_layers": 1, "sphere_channels": 6, "attn_hidden_channels": 5, "num_heads": 2,
                 "attn_alpha_channels": 3, "attn_value_channels": 3, "ffn_hidden_channels": 6,
                 "edge_channels": 5, "lmax_list": [2], "mmax_list": [1], "grid_resolution": 8,
                 "max_radius": 3.2, "max_neighbors": 0, "alpha_drop": 0.0, "drop_path_rate": 0.0}\
                """).asObject());
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }

    static ModelMetadata metadata(ModelMetadata.Displacement displacement) {
        return new ModelMetadata(model(), 12, 4, displacement);
    }

    /** A generator with every parameter moved a little, so that no bias is zero. */
    static Generator generator(Device device, DType dtype) {
        return generator(device, dtype, ModelMetadata.Displacement.CARTESIAN);
    }

    static Generator generator(Device device, DType dtype, ModelMetadata.Displacement displacement) {
        Generator generator = new Generator(device, dtype, metadata(displacement), 3);
        move(generator.store(), 8);
        return generator;
    }

    static PropertyNetwork discriminator(Device device, DType dtype) {
        PropertyNetwork network =
                new PropertyNetwork(device, dtype, metadata(ModelMetadata.Displacement.CARTESIAN), Readout.mean(2), 5);
        move(network.store(), 9);
        return network;
    }

    private static void move(ParameterStore store, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (Parameter p : store.parameters()) {
            double[] values = store.get(p.name()).value().toDoubles();
            for (int i = 0; i < values.length; i++) {
                values[i] += random.nextDouble(-0.1, 0.1);
            }
            store.get(p.name()).value().copyFrom(values);
        }
    }

    static TrainingBatch batch(int crystals) {
        Corruption corruption = Corruption.standard().withSigma(0.2);
        return BatchBuilder.of(
                CrystalsForTests.random(1, crystals, 5).stream()
                        .map(c -> corruption.apply(c, 1, 0, 0))
                        .toList(),
                GraphBatches.rule(model()));
    }

    /** Crystals as they are, labelled real. */
    static JudgedCrystals real(int crystals) {
        List<Crystal> list = CrystalsForTests.random(1, crystals, 5);
        double[] labels = new double[crystals];
        Arrays.fill(labels, 1);
        return new JudgedCrystals(list, graphs(list), labels);
    }

    /** The same crystals with every atom moved by a third of the shortest distance. */
    static List<Crystal> displaced(int crystals) {
        Corruption noise = new Corruption(0, 0, 0.33, Corruption.Rules.CORRECTED);
        return CrystalsForTests.random(1, crystals, 5).stream()
                .map(c -> noise.apply(c, 1, 0, 0).input())
                .toList();
    }

    static List<NeighborGraph> graphs(List<Crystal> crystals) {
        return crystals.stream()
                .map(c -> NeighborGraph.of(c, GraphBatches.rule(model())))
                .toList();
    }

    static AdversarialOptions adversarial(AdversarialLoss loss, SpeciesPath species) {
        return new AdversarialOptions(true, loss, 0.1, species, 0.7, Geometry.Flow.FULL, false);
    }

    static AdversarialOptions off() {
        return new AdversarialOptions(
                false, AdversarialLoss.PAPER, 0.1, SpeciesPath.SOFT, 1, Geometry.Flow.FULL, false);
    }

    /** Options of a short run of a game on thirty random crystals. */
    static GanOptions options(AdversarialOptions adversarial, Lipschitz lipschitz, int steps, Path generator) {
        OptimiserOptions own = new OptimiserOptions(2e-3, 1e-3, 2, 0.01, 10, 0.9, 3);
        OptimiserOptions theirs = new OptimiserOptions(1e-3, 0, 0, 1, 10, 0, 3);
        PretrainOptions pretrain = new PretrainOptions(
                new PretrainOptions.Data(List.of("test"), Optional.empty(), DataFilter.STANDARD, 0.2, 5),
                model(),
                Corruption.standard().withSigma(0.2),
                LOSS,
                own,
                new PretrainOptions.Schedule(
                        OptionalLong.of(steps), OptionalLong.empty(), Optional.empty(), 2, Duration.ofHours(1), 2),
                false,
                250,
                11);
        return new GanOptions(
                pretrain,
                generator,
                adversarial,
                new DiscriminatorOptions(
                        new Start.Backbone(),
                        theirs,
                        0.5,
                        0.999,
                        2,
                        lipschitz,
                        1.5,
                        adversarial.loss() == AdversarialLoss.CRITIC ? 1e-3 : 0,
                        new InstanceNoise(0.001, InstanceNoise.Shape.UNIFORM)),
                new GuardOptions(0, 0.999, 50, 2));
    }
}
