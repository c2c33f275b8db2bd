package unitcell.trainer.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.kernel.Kernels;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.ModelPresets;
import unitcell.trainer.data.BundledCrystals;

class KernelBenchmarkTest {
    private static KernelSizes sizes() {
        var config = ModelPresets.of("tiny");
        GraphBatch batch = GraphBatches.of(BundledCrystals.read().subList(0, 2), GraphBatches.rule(config));
        return new KernelSizes(config, batch, 1000);
    }

    private static List<KernelCase> cases() {
        List<KernelCase> cases = new ArrayList<>();
        cases.addAll(DenseCases.of(sizes()));
        cases.addAll(SphericalCases.of(sizes()));
        cases.addAll(EdgeCases.of(sizes()));
        cases.addAll(PlainCases.of(sizes()));
        return cases;
    }

    /** Every operation of the contract, under its family: nothing added there may be forgotten here. */
    @Test
    void everyKernelOfTheContractIsTimedOnce() {
        Set<String> contract = new TreeSet<>();
        for (Method family : Kernels.class.getMethods()) {
            for (Method kernel : family.getReturnType().getMethods()) {
                if (family.getReturnType().getName().startsWith("unitcell")) {
                    contract.add(family.getName() + " " + kernel.getName());
                }
            }
        }
        assertTrue(contract.size() > 50, contract.toString());
        List<String> timed =
                cases().stream().map(c -> c.family() + " " + c.kernel()).toList();
        assertEquals(contract, new TreeSet<>(timed));
        assertEquals(timed.size(), new HashSet<>(timed).size());
    }

    @Test
    void everyCaseFitsItsKernelOnBothBackends() {
        for (String name : new String[] {"cpu-scalar", "cpu"}) {
            try (Device device = Devices.open(name, 1)) {
                for (KernelCase c : cases()) {
                    try (Workspace workspace = new Workspace(device)) {
                        KernelCase.Call call = c.setup().prepare(workspace);
                        call.run().run();
                        call.run().run();
                        assertTrue(call.flops() >= 0 && workspace.bytes() > 0, c.kernel());
                    }
                }
            }
        }
    }

    @Test
    void countsWorkAndBytesOfAProduct() {
        try (Device device = Devices.open("cpu-scalar", 1);
                Workspace workspace = new Workspace(device)) {
            KernelCase gemm = cases().get(0);
            KernelCase.Call call = gemm.setup().prepare(workspace);
            double e = sizes().edges();
            double in = 16;
            double out = 3 * 2 * 16; // (|m|, l) = (0, 0), (0, 1), (1, 1), both ends
            assertEquals(2 * e * in * out, call.flops());
            assertEquals(4 * (e * in + in * out + e * out), workspace.bytes());
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
