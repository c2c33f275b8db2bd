package unitcell.tests.cuda;

import java.util.Map;
import org.junit.jupiter.api.Test;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.net.EquiformerV2Config;
import unitcell.tests.Networks;
import unitcell.tests.PropertyNetworkStepTest;
import unitcell.tests.PropertyStep;
import unitcell.tests.PropertyStep.Species;

/** Networks on whole crystals on the emulated GPU: distributions over species and fixed parameters. */
class CudaPropertyNetworkTest {
    private final Emulator emulator = Emulator.required();
    private final EquiformerV2Config config = Networks.config(Networks.OPTIONS.get(2));

    private Map<String, double[]> run(String name, DType dtype) {
        try (Device device = Devices.open(name, 1)) {
            return PropertyStep.run(device, dtype, config, Species.SOFT, n -> true);
        }
    }

    @Test
    void distributionsOverSpeciesKeepToTheSpecification() {
        emulator.order(Emulator.Order.NORMAL);
        Map<String, double[]> exact = run("cpu-scalar", DType.F64);
        Map<String, double[]> plain = run("cpu-scalar", DType.F32);
        PropertyNetworkStepTest.assertClose(exact, plain, run("cuda", DType.F32));
    }

    @Test
    void fixedParametersStayAndOthersLearnAsBefore() {
        emulator.order(Emulator.Order.NORMAL);
        try (Device device = Devices.open("cuda", 1)) {
            Map<String, double[]> all = PropertyStep.run(device, DType.F32, config, Species.SOFT, n -> true);
            for (int odd = 0; odd < 2; odd++) {
                int kept = odd;
                Map<String, double[]> some =
                        PropertyStep.run(device, DType.F32, config, Species.SOFT, n -> (n.hashCode() & 1) == kept);
                PropertyNetworkStepTest.assertFixed(all, some, n -> (n.hashCode() & 1) == kept);
            }
        }
    }
}
