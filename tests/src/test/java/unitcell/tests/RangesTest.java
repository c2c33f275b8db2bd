package unitcell.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.memory.MemoryPool;

/** Parts of a network reach profilers under their names, forward and backward, when that is asked for. */
class RangesTest {
    private static final String PROPERTY = "unitcell.nvtx";

    /** A CPU that notes down ranges. */
    private record Noting(Device device, List<String> notes) implements Device {
        @Override
        public String name() {
            return device.name();
        }

        @Override
        public String description() {
            return device.description();
        }

        @Override
        public MemoryPool pool() {
            return device.pool();
        }

        @Override
        public Kernels kernels(DType dtype) {
            return device.kernels(dtype);
        }

        @Override
        public void pushRange(String name) {
            notes.add(name);
        }

        @Override
        public void popRange() {
            notes.add(">");
        }

        @Override
        public void close() {
            device.close();
        }
    }

    @AfterEach
    void restore() {
        System.clearProperty(PROPERTY);
    }

    private static List<String> notes() {
        List<String> notes = new ArrayList<>();
        try (Device device = new Noting(Devices.open("cpu-scalar", 1), notes);
                Tape tape = new Tape(device, DType.F64, Tape.Mode.TRAIN)) {
            Var x = Var.parameter(tape.of(new double[] {2}, 1), tape.zeros(1));
            Var y = tape.local("block", () -> tape.named("part", () -> PointwiseOps.silu(tape, x)));
            tape.backward(y);
        }
        return notes;
    }

    @Test
    void partsAreShownForwardAndBackward() {
        System.setProperty(PROPERTY, "true");
        assertEquals(List.of("block", "part", ">", ">", "backward of block.part.silu", ">"), notes());
    }

    @Test
    void nothingIsSaidUnasked() {
        assertEquals(List.of(), notes());
    }
}
