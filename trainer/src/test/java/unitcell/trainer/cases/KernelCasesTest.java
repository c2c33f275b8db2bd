package unitcell.trainer.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.profile.Operation;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.ModelPresets;
import unitcell.trainer.data.BundledCrystals;

class KernelCasesTest {
    private static KernelSizes sizes() {
        var config = ModelPresets.of("tiny");
        GraphBatch batch = GraphBatches.of(BundledCrystals.read().subList(0, 2), GraphBatches.rule(config));
        return new KernelSizes(config, batch, 1000);
    }

    /** Nothing added to the contract may be forgotten here. */
    @Test
    void everyOperationOfTheContractIsThereOnce() {
        List<Operation> cases =
                KernelCases.of(sizes()).stream().map(KernelCase::operation).toList();
        assertEquals(new HashSet<>(Operation.contract()), new HashSet<>(cases));
        assertEquals(Operation.contract().size(), cases.size());
    }

    @Test
    void everyCaseFitsItsKernelOnBothBackends() {
        for (String name : new String[] {"cpu-scalar", "cpu"}) {
            try (Device device = Devices.open(name, 1)) {
                for (KernelCase c : KernelCases.of(sizes())) {
                    for (boolean adds : new boolean[] {false, true}) {
                        try (Workspace workspace = new Workspace(device, DType.F32, 3, adds, false)) {
                            KernelCase.Call call = c.setup().prepare(workspace);
                            call.run().run();
                            call.run().run();
                            assertTrue(call.flops() >= 0 && workspace.bytes() > 0, c.kernel());
                        }
                    }
                }
            }
        }
    }

    @Test
    void countsWorkAndBytesOfAProduct() {
        try (Device device = Devices.open("cpu-scalar", 1);
                Workspace workspace = new Workspace(device)) {
            KernelCase gemm = KernelCases.of(sizes()).get(0);
            KernelCase.Call call = gemm.setup().prepare(workspace);
            double e = sizes().edges();
            double in = 16;
            double out = 3 * 2 * 16; // (|m|, l) = (0, 0), (0, 1), (1, 1), both ends
            assertEquals(2 * e * in * out, call.flops());
            assertEquals(4 * (e * in + in * out + e * out), workspace.bytes());
        }
    }

    @Test
    void numbersAreThoseOfFloat32OnEveryDevice() {
        try (Device device = Devices.open("cpu", 1);
                Workspace single = new Workspace(device, DType.F32, 5, true, false);
                Workspace wide = new Workspace(device, DType.F64, 5, true, false);
                Workspace positive = new Workspace(device, DType.F64, 5, true, true)) {
            for (Workspace w : List.of(single, wide, positive)) {
                w.in(3, 4);
                w.sink(7);
                w.wigner(sizes().batch(), 1, 10);
            }
            for (int i = 0; i < single.tensors().size(); i++) {
                double[] a = single.tensors().get(i).toDoubles();
                double[] b = wide.tensors().get(i).toDoubles();
                double[] c = positive.tensors().get(i).toDoubles();
                for (int k = 0; k < a.length; k++) {
                    assertEquals(a[k], b[k]);
                    assertEquals(Math.abs(a[k]), c[k]);
                }
            }
        }
    }
}
