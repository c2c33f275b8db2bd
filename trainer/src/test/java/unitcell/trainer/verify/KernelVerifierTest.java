package unitcell.trainer.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.DeviceException;
import unitcell.engine.Devices;
import unitcell.engine.Launched;
import unitcell.engine.Precision;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.profile.Operation;
import unitcell.trainer.verify.KernelVerifier.Row;

/** That the verification reaches every kernel, passes good ones and finds what is wrong with others. */
class KernelVerifierTest {
    private static List<Row> verify(Device device, String filter, int repeats) {
        List<Row> rows = new ArrayList<>();
        try (Device oracle = Devices.open("cpu-scalar", 1)) {
            KernelVerifier verifier = new KernelVerifier(oracle, device, 4, repeats);
            verifier.kernels(filter, rows::add);
            verifier.operations(filter, rows::add);
        }
        return rows;
    }

    private static Row row(List<Row> rows, String operation) {
        return rows.stream()
                .filter(r -> r.operation().equals(operation))
                .findFirst()
                .orElseThrow(() -> new AssertionError(operation + " is not among " + rows));
    }

    @Test
    void everyOperationOfTheContractIsVerified() {
        assertEquals(new HashSet<>(Operation.contract()), KernelVerifier.covered());
    }

    @Test
    void operationsOfTheGradientChecksReachEveryForwardKernelOfTheNetwork() {
        Set<String> names = new HashSet<>();
        OpCases.all(0).forEach(op -> names.add(op.name().replaceFirst(",.*", "")));
        for (String kernel : List.of("linear", "so2Linear", "gatherRotate", "rotateSegmentSum", "s2Activation")) {
            assertTrue(names.contains(kernel), kernel);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pointwise", "segmentSoftmax", "layerNorm", "optimiser", "edge"})
    void theFastKernelsPass(String filter) {
        try (Device device = Devices.open("cpu", 2)) {
            List<Row> rows = verify(device, filter, 2);
            assertTrue(rows.size() >= 3, rows.toString());
            for (Row row : rows) {
                assertEquals(List.of(), row.failed());
                assertEquals(DType.F32, row.dtype());
                assertTrue(row.worst().passed());
            }
        }
    }

    @Test
    void gradientsAreAddedAsWell() {
        try (Device device = Devices.open("cpu", 1)) {
            List<KernelCheck> checks = row(verify(device, "siluBackward", 1), "pointwise siluBackward")
                    .checks();
            assertTrue(checks.stream().anyMatch(c -> c.which().endsWith(", added")), checks.toString());
        }
    }

    private static void onlySilu(String kernel, Runnable proceed, Runnable then) {
        proceed.run();
        if (kernel.equals("silu")) {
            then.run();
        }
    }

    private static void change(Tensor tensor, double factor) {
        if (tensor.size() > 0) {
            long last = tensor.size() - 1;
            tensor.set(last, tensor.get(last) * factor);
        }
    }

    private static List<KernelCheck> failedSilu(AlteredDevice altered, int repeats) {
        try (AlteredDevice device = altered) {
            List<KernelCheck> failed =
                    row(verify(device, "silu", repeats), "pointwise silu").failed();
            assertFalse(failed.isEmpty());
            return failed;
        }
    }

    @Test
    void aSmallErrorIsFound() {
        List<KernelCheck> failed = failedSilu(
                new AlteredDevice(Precision.FP32, (k, a, go) -> onlySilu(k, go, () -> change((Tensor) a[1], 1.001))),
                1);
        assertTrue(failed.get(0).error() > 1e-5, failed.toString());
    }

    @Test
    void aChangedArgumentIsFound() {
        List<KernelCheck> failed = failedSilu(
                new AlteredDevice(Precision.FP32, (k, a, go) -> onlySilu(k, go, () -> change((Tensor) a[0], 1 + 1e-7))),
                1);
        assertEquals("argument 0 must not change", failed.get(0).fault());
    }

    @Test
    void callsThatDifferAreFound() {
        int[] calls = new int[1];
        List<KernelCheck> failed = failedSilu(
                new AlteredDevice(
                        Precision.FP32,
                        (k, a, go) ->
                                onlySilu(k, go, () -> change((Tensor) a[1], calls[0]++ % 4 == 3 ? 1.0000002 : 1))),
                8);
        assertTrue(failed.stream().allMatch(c -> c.differing() > 0 && c.error() < 1e-5), failed.toString());
    }

    @Test
    void aRefusalIsAFailureAndALostDeviceTheEnd() {
        List<KernelCheck> failed = failedSilu(
                new AlteredDevice(
                        Precision.FP32,
                        (k, a, go) -> onlySilu(k, go, () -> {
                            throw new IllegalArgumentException("not here");
                        })),
                1);
        assertEquals("not here", failed.get(0).fault());
        assertThrows(
                DeviceException.class,
                () -> failedSilu(
                        new AlteredDevice(Precision.FP32, (k, a, go) -> {
                            throw new DeviceException("lost");
                        }),
                        1));
    }

    /** Products whose factors lose the lower bits of their mantissa, as tensor cores do. */
    private static AlteredDevice rough(int bits) {
        AlteredDevice[] self = new AlteredDevice[1];
        self[0] = new AlteredDevice(Precision.TF32, (kernel, arguments, proceed) -> {
            boolean product = kernel.startsWith("gemm") || kernel.matches("(so2|so3)?[lL]inear(Backward)?");
            if (!product) {
                proceed.run();
                return;
            }
            List<Tensor> factors = new ArrayList<>();
            for (int i = 0; i < arguments.length - (kernel.equals("gemm") ? 2 : 0); i++) {
                switch (arguments[i]) {
                    case Tensor t -> factors.add(t);
                    case Matrix m -> factors.add(m.tensor());
                    case Tensor[] several -> factors.addAll(List.of(several));
                    case null, default -> {}
                }
            }
            List<float[]> kept = new ArrayList<>();
            for (Tensor factor : factors) {
                float[] values = factor.toFloats();
                kept.add(values.clone());
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & (-1 << (23 - bits)));
                }
                factor.copyFrom(values);
            }
            self[0].start(new Launched.Product("rough", DType.F32, 1, 1, 1, 1));
            proceed.run();
            // Results came as plain tensors too and stay as they are.
            for (int i = 0; i < factors.size() - outputs(kernel); i++) {
                factors.get(i).copyFrom(kept.get(i));
            }
        });
        return self[0];
    }

    /** Plain tensors at the end of a kernel's arguments that are results. */
    private static int outputs(String kernel) {
        return switch (kernel) {
            case "linear", "so3Linear" -> 1;
            default -> 0;
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"so3LinearBackward", "dense linear"})
    void productsInTf32PassTheirBoundAndNoMore(String filter) {
        try (AlteredDevice tf32 = rough(10);
                AlteredDevice coarse = rough(5)) {
            for (Row row : verify(tf32, filter, 1)) {
                assertEquals(List.of(), row.failed());
                assertTrue(row.worst().bound() > 1e-4, row.toString());
            }
            boolean found = verify(coarse, filter, 1).stream()
                    .anyMatch(row -> !row.failed().isEmpty());
            assertTrue(found, "factors of 5 bits pass as well");
        }
    }
}
