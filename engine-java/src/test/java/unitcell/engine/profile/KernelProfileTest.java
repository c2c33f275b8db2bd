package unitcell.engine.profile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.memory.Scope;

/** A profile counts what was called within steps, with the work of shapes small enough to count by hand. */
class KernelProfileTest {
    private final KernelProfile profile = new KernelProfile();

    private KernelProfile.Row only(String kernel) {
        List<KernelProfile.Row> rows =
                profile.rows().stream().filter(r -> r.kernel().equals(kernel)).toList();
        assertEquals(1, rows.size(), kernel + " in " + profile.rows());
        return rows.get(0);
    }

    @Test
    void countsCallsAndWorkPerStepAndComputesTheSame() {
        try (Device device = profile.attach(Devices.open("cpu-scalar", 1));
                Scope scope = new Scope(device.pool(), "test")) {
            Kernels kernels = device.kernels(DType.F32);
            Tensor x = scope.of(DType.F32, new double[] {1, 2, 3, 4, 5, 6}, 3, 2);
            Tensor w = scope.of(DType.F32, new double[] {1, 0, 0, 1, 1, 1, 2, 2}, 4, 2);
            Tensor y = scope.empty(DType.F32, 3, 4);
            kernels.dense().linear(x, w, null, y); // outside of a step
            for (int step = 0; step < 2; step++) {
                profile.begin();
                kernels.dense().linear(x, w, null, y);
                if (step == 1) {
                    kernels.dense().linearBackward(y, x, w, Sink.add(x), null, null);
                    kernels.pointwise().fill(y, 1);
                }
                profile.end();
            }
        }
        KernelProfile.Row linear = only("linear");
        assertEquals(1, linear.calls());
        assertEquals(2 * 3 * 2 * 4, linear.flops());
        assertEquals(4 * (6 + 8 + 12), linear.bytes());
        assertTrue(linear.seconds() > 0, "time of linear is " + linear.seconds());
        KernelProfile.Row backward = only("linearBackward");
        assertEquals(0.5, backward.calls());
        assertEquals(0.5 * 2 * 3 * 2 * 4, backward.flops());
        assertEquals(0, only("fill").flops());
        double kernels =
                profile.rows().stream().mapToDouble(KernelProfile.Row::seconds).sum();
        assertTrue(profile.stepSeconds() >= kernels, profile.stepSeconds() + " s for " + kernels + " s of kernels");
    }

    @Test
    void resultsAndRefusalsPassThrough() {
        try (Device device = profile.attach(Devices.open("cpu-scalar", 1));
                Scope scope = new Scope(device.pool(), "test")) {
            Kernels kernels = device.kernels(DType.F64);
            Tensor x = scope.of(DType.F64, new double[] {1, -2}, 1, 2);
            Tensor w = scope.of(DType.F64, new double[] {3, 4}, 1, 2);
            Tensor y = scope.empty(DType.F64, 1, 1);
            kernels.dense().linear(x, w, null, y);
            assertArrayEquals(new double[] {-5}, y.toDoubles());
            assertThrows(IllegalArgumentException.class, () -> kernels.dense().linear(x, w, null, x));
        }
        assertTrue(profile.rows().isEmpty(), "no step was profiled");
    }

    @Test
    void countsComplexProductsOfBothSigns() {
        SphericalLayout layout = new SphericalLayout(1, 1, 1, false);
        try (Device device = Devices.open("cpu-scalar", 1);
                Scope scope = new Scope(device.pool(), "test")) {
            Tensor x = scope.zeros(DType.F32, 5, 4, 2);
            Tensor w0 = scope.zeros(DType.F32, 6, 4); // two degrees of 3 channels from two of 2
            Tensor[] wm = {scope.zeros(DType.F32, 6, 2)};
            Tensor y = scope.zeros(DType.F32, 5, 4, 3);
            KernelWork work = KernelWork.of("so2Linear", new Object[] {layout, x, w0, null, wm, y, null});
            assertEquals(5 * (2 * 24 + 4 * 12), work.flops());
            assertEquals(4 * (40 + 24 + 12 + 60), work.bytes());
        }
    }
}
