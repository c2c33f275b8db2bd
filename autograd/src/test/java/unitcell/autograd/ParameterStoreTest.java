package unitcell.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import unitcell.autograd.ops.DenseOps;
import unitcell.autograd.ops.LossOps;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;

/** Parameters that are held fixed for a while. */
class ParameterStoreTest {
    private final Device device = Devices.open("cpu-scalar", 1);
    private ParameterStore store;

    @BeforeEach
    void open() {
        store = new ParameterStore(
                device,
                DType.F64,
                List.of(
                        new Parameter("first", new long[] {2, 2}, true),
                        new Parameter("bias", new long[] {2}, false),
                        new Parameter("second", new long[] {1, 2}, true)));
        store.get("first").value().copyFrom(new double[] {1, 2, -1, 0.5});
        store.get("bias").value().copyFrom(new double[] {0.1, -0.2});
        store.get("second").value().copyFrom(new double[] {3, -4});
    }

    @AfterEach
    void close() {
        store.close();
        device.close();
    }

    /** Gradients of sum(second (first x + bias)) for x = (1, 2), and what the tape recorded. */
    private List<String> step() {
        store.zeroGradients();
        try (Tape tape = new Tape(device, DType.F64, Tape.Mode.TRAIN)) {
            Var x = Var.constant(tape.of(new double[] {1, 2}, 1, 2));
            Var h = DenseOps.linear(tape, x, store.get("first"), store.get("bias"));
            Var loss = LossOps.sum(tape, DenseOps.linear(tape, h, store.get("second"), null));
            List<String> recorded = tape.recorded();
            tape.backward(loss);
            return recorded;
        }
    }

    private double[] gradient(String name) {
        return store.get(name).grad().toDoubles();
    }

    @Test
    void gradientsOfFixedParametersAreZeroAndOthersAreAsBefore() {
        assertEquals(List.of("linear", "linear", "sum"), step());
        assertArrayEquals(new double[] {3, 6, -4, -8}, gradient("first"));
        assertArrayEquals(new double[] {3, -4}, gradient("bias"));
        assertArrayEquals(new double[] {5.1, -0.2}, gradient("second"), 1e-15);

        store.setTrainable(name -> name.equals("bias"));
        assertArrayEquals(new double[4], gradient("first"), "what an earlier step left is gone");
        step();
        assertArrayEquals(new double[4], gradient("first"));
        assertArrayEquals(new double[] {3, -4}, gradient("bias"));
        assertArrayEquals(new double[2], gradient("second"));
        assertTrue(store.requiresGrad("bias"));
        assertFalse(store.requiresGrad("first"));
        assertFalse(store.rows("first", 0, 1).requiresGrad());
        assertEquals(Set.of("bias"), store.trainable());

        store.setTrainable(name -> true);
        step();
        assertArrayEquals(new double[] {3, 6, -4, -8}, gradient("first"));
        assertArrayEquals(new double[] {5.1, -0.2}, gradient("second"), 1e-15);
    }

    @Test
    void whatOnlyFixedParametersReachIsNotRecorded() {
        store.setTrainable(name -> name.equals("second"));
        assertEquals(List.of("linear", "sum"), step(), "the first layer gives a constant");
        assertArrayEquals(new double[] {5.1, -0.2}, gradient("second"), 1e-15);
    }
}
