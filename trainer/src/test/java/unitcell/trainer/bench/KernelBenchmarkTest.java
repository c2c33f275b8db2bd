package unitcell.trainer.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.ModelPresets;
import unitcell.trainer.data.BundledCrystals;

class KernelBenchmarkTest {
    private static final Ceilings CEILINGS = new Ceilings(1e9, new Ceilings.Product("", 512, 1e9), 1e9, List.of(), 0);

    @Test
    void rowsComeInTheOrderOfTheirNames() {
        var config = ModelPresets.of("tiny");
        GraphBatch batch = GraphBatches.of(BundledCrystals.read().subList(0, 2), GraphBatches.rule(config));
        try (Device device = Devices.open("cpu", 1)) {
            KernelBenchmark benchmark = new KernelBenchmark(device, config, batch);
            List<String> names = benchmark.kernels("Sigmoid");
            assertEquals(List.of("sigmoid", "sigmoidBackward"), names);
            List<KernelBenchmark.Row> rows = benchmark.run("sigmoid", 1, false, CEILINGS, row -> {});
            assertEquals(names, rows.stream().map(KernelBenchmark.Row::kernel).toList());
            assertTrue(rows.get(0).bytes() > 0 && rows.get(0).flops() > 0, rows.toString());
        }
    }

    @Test
    void theShareIsThatOfTheNearerCeiling() {
        Ceilings ceilings = new Ceilings(10, new Ceilings.Product("", 512, 100), 50, List.of(), 0);
        assertEquals(0.5, ceilings.share(0, 10, 2));
        assertEquals(0.75, ceilings.share(300, 10, 4));
    }

    @Test
    void timesAfterWarmingUp() {
        long[] calls = new long[1];
        Timing timing = SettledTiming.measure(7, () -> calls[0]++);
        assertEquals(7, timing.count());
        assertTrue(calls[0] > 1000, "only " + calls[0] + " calls");
    }
}
