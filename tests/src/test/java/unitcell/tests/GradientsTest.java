package unitcell.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.trainer.verify.Check;
import unitcell.trainer.verify.CheckReport;
import unitcell.trainer.verify.GradientVerifier;

/** Gradients of every operation and of whole networks by finite differences, in float64, where no vectors are used. */
@DisabledIfSystemProperty(named = "unitcell.vector.bits", matches = "256", disabledReason = "scalar kernels only")
class GradientsTest {
    @Test
    void everyOperationAndWholeNetworks() {
        try (Device oracle = Devices.open("cpu-scalar", 1)) {
            PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
            CheckReport report = new CheckReport(nowhere);
            GradientVerifier verifier = new GradientVerifier(oracle, report, 7);
            verifier.operations();
            verifier.networks();
            List<Check> failed =
                    report.checks().stream().filter(c -> !c.passed()).toList();
            assertEquals(List.of(), failed);
            assertTrue(report.checks().size() > 80, report.checks().size() + " checks");
        }
    }
}
