package unitcell.trainer.pretrain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import unitcell.engine.DType;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.engine.memory.MemoryException;
import unitcell.engine.memory.MemoryPool;
import unitcell.net.EquiformerV2Config;
import unitcell.net.Generator;
import unitcell.net.GraphBatches;
import unitcell.net.ModelConfigJson;
import unitcell.net.ModelMetadata;
import unitcell.trainer.data.BatchBuilder;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.CrystalsForTests;
import unitcell.trainer.data.GraphParts;
import unitcell.trainer.data.TrainingBatch;
import unitcell.trainer.learn.BatchGradients;

/** A batch in two halves is the batch, and a batch of which not even half fits says what would. */
class BatchGradientsTest {
    private static final BatchGradients.Setting SETTING = new BatchGradients.Setting(5, 3, false);
    /** Hidden atoms weigh more, so that halves differ in their weights. */
    private static final PretrainLoss.Settings LOSS = new PretrainLoss.Settings(200, 3, false);

    /** Dropout of edges, of nodes and of crystals. */
    private static EquiformerV2Config model() {
        try {
            return ModelConfigJson.read(Json.parse("test", """
                {"num_layers": 2, "sphere_channels": 8, "attn_hidden_channels": 8, "num_heads": 2,
                 "attn_alpha_channels": 4, "attn_value_channels": 4, "ffn_hidden_channels": 8,
                 "edge_channels": 8, "lmax_list": [1], "mmax_list": [1], "grid_resolution": 6,
                 "max_radius": 3.5, "max_neighbors": 0, "alpha_drop": 0.3, "drop_path_rate": 0.3,
                 "proj_drop": 0.2}\
                """).asObject());
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }

    private static TrainingBatch batch(int crystals) {
        Corruption corruption = Corruption.standard();
        return BatchBuilder.of(
                CrystalsForTests.random(1, crystals, 6).stream()
                        .map(c -> corruption.apply(c, 1, 0, 0))
                        .toList(),
                GraphBatches.rule(model()));
    }

    /** What a computation left, and how much memory it needed beside the parameters. */
    private record Result(
            double[] losses, double[] gradients, long activations, long parameters, List<String> messages) {}

    private static Result compute(TrainingBatch batch, long limit) {
        ModelMetadata metadata = new ModelMetadata(model(), 12, 4, ModelMetadata.Displacement.CARTESIAN);
        List<String> messages = new ArrayList<>();
        try (LimitedDevice device = new LimitedDevice(limit);
                Generator generator = new Generator(device, DType.F32, metadata, 1)) {
            MemoryPool pool = device.pool();
            long parameters = pool.statistics().liveBytes();
            BatchGradients gradients = new BatchGradients(generator.store(), messages::add);
            double[] losses = gradients.compute(PretrainBatch.of(generator, batch, LOSS), SETTING);
            assertEquals(!messages.isEmpty(), gradients.inHalves());
            assertEquals(parameters, pool.statistics().liveBytes());
            return new Result(
                    losses,
                    generator.store().gradients().toDoubles(),
                    pool.statistics().peakBytes() - parameters,
                    parameters,
                    messages);
        }
    }

    @Test
    void twoHalvesAreTheWholeButForRounding() {
        TrainingBatch batch = batch(9);
        Result whole = compute(batch, Long.MAX_VALUE);
        Result halves = compute(batch, whole.parameters() + whole.activations() * 7 / 10);
        assertEquals(List.of(), whole.messages());
        assertEquals(1, halves.messages().size());
        String message = halves.messages().getFirst();
        assertTrue(message.startsWith("step 4: out of memory on a batch of 9 crystals with "), message);
        assertTrue(message.endsWith("; from here on batches are computed in two halves"), message);
        assertEquals(whole.losses()[0], halves.losses()[0], 1e-5 * whole.losses()[0]);
        assertEquals(
                whole.losses()[PretrainBatch.SPECIES],
                halves.losses()[PretrainBatch.SPECIES],
                1e-5 * whole.losses()[PretrainBatch.SPECIES]);
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < whole.gradients().length; i++) {
            largest = Math.max(largest, Math.abs(whole.gradients()[i]));
            difference = Math.max(difference, Math.abs(whole.gradients()[i] - halves.gradients()[i]));
        }
        assertTrue(largest > 1e-2, "gradients up to " + largest);
        assertTrue(difference < 1e-5 * largest, difference + " of " + largest);
    }

    @Test
    void aSecondBatchIsHalvedWithoutTryingTheWhole() {
        TrainingBatch batch = batch(6);
        long needed = compute(batch, Long.MAX_VALUE).activations();
        ModelMetadata metadata = new ModelMetadata(model(), 12, 4, ModelMetadata.Displacement.CARTESIAN);
        List<String> messages = new ArrayList<>();
        try (LimitedDevice device = new LimitedDevice(Long.MAX_VALUE);
                Generator generator = new Generator(device, DType.F32, metadata, 1)) {
            BatchGradients gradients = new BatchGradients(generator.store(), messages::add);
            gradients.setInHalves(true);
            device.pool().resetPeak();
            long before = device.pool().statistics().liveBytes();
            gradients.compute(PretrainBatch.of(generator, batch, LOSS), SETTING);
            assertTrue(device.pool().statistics().peakBytes() - before < 0.8 * needed);
            assertEquals(List.of(), messages);
            gradients.compute(
                    PretrainBatch.of(generator, batch(1), LOSS), SETTING); // cannot be halved, and need not be
        }
    }

    @Test
    void whatWouldFitIsSaidAndFits() {
        TrainingBatch batch = batch(12);
        Result whole = compute(batch, Long.MAX_VALUE);
        long limit = whole.parameters() + whole.activations() / 4;
        MemoryException e = assertThrows(MemoryException.class, () -> compute(batch, limit));
        assertTrue(e.isExhausted());
        assertEquals(1, e.getMessage().lines().count());
        Matcher advice = Pattern.compile(
                        "half a batch, \\d+ crystals with \\d+ atoms and \\d+ edges, does not fit either;"
                                + " about (\\d+) edges would fit at once: --edges-per-batch \\1$")
                .matcher(e.getMessage());
        assertTrue(advice.find(), e.getMessage());
        int edges = Integer.parseInt(advice.group(1));
        int crystals = batch.graph().crystals();
        TrainingBatch part = batch;
        while (part.graph().edges() > edges) {
            part = batch.part(0, --crystals);
        }
        assertTrue(crystals > 1, "only " + crystals + " crystals of " + edges + " edges");
        assertEquals(List.of(), compute(part, limit).messages());
    }

    @Test
    void oneCrystalThatDoesNotFit() {
        TrainingBatch batch = batch(1);
        Result whole = compute(batch, Long.MAX_VALUE);
        MemoryException e =
                assertThrows(MemoryException.class, () -> compute(batch, whole.parameters() + whole.activations() / 2));
        assertTrue(
                e.getMessage().contains(" needs more than there is: leave such crystals out (--max-atoms), or choose"),
                e.getMessage());
    }

    @Test
    void partsOfABatchAreItsCrystals() {
        TrainingBatch batch = batch(7);
        int half = GraphParts.half(batch.graph());
        assertTrue(half > 0 && half < 7);
        TrainingBatch first = batch.part(0, half);
        TrainingBatch second = batch.part(half, 7);
        assertEquals(
                batch.graph().edges(), first.graph().edges() + second.graph().edges());
        assertEquals(
                first.graph().nodes(),
                GraphParts.rows(batch.graph(), half, 7).nodes().first());
        assertEquals(batch.maskedCount(), first.maskedCount() + second.maskedCount());
        TrainingBatch alone = BatchBuilder.of(
                CrystalsForTests.random(1, 7, 6).subList(half, 7).stream()
                        .map(c -> Corruption.standard().apply(c, 1, 0, 0))
                        .toList(),
                GraphBatches.rule(model()));
        assertArrayEquals(alone.types(), second.types());
        assertArrayEquals(alone.graph().source(), second.graph().source());
        assertArrayEquals(alone.graph().targetStart(), second.graph().targetStart());
        assertArrayEquals(alone.inverseCell(), second.inverseCell());
    }
}
