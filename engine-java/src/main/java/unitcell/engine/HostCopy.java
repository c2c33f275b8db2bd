package unitcell.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Copies between Java arrays and device memory, converting the element type.
 *
 * <p>Memory convention: a native staging segment lives for the length of one call.
 */
final class HostCopy {
    private HostCopy() {}

    static void upload(Tensor tensor, double[] values) {
        if (values.length != tensor.size()) {
            throw new IllegalArgumentException(values.length + " values for " + tensor);
        }
        if (values.length == 0) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment staging = arena.allocate(tensor.bytes(), 64);
            for (int i = 0; i < values.length; i++) {
                switch (tensor.dtype()) {
                    case F32 -> staging.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) values[i]);
                    case F64 -> staging.setAtIndex(ValueLayout.JAVA_DOUBLE, i, values[i]);
                    case I32 -> staging.setAtIndex(ValueLayout.JAVA_INT, i, (int) values[i]);
                }
            }
            tensor.block().memory().upload(tensor.address(), staging);
        }
    }

    static void download(Tensor tensor, double[] out) {
        if (out.length == 0) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment staging = arena.allocate(tensor.bytes(), 64);
            tensor.block().memory().download(tensor.address(), staging);
            for (int i = 0; i < out.length; i++) {
                out[i] = switch (tensor.dtype()) {
                    case F32 -> staging.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                    case F64 -> staging.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
                    case I32 -> staging.getAtIndex(ValueLayout.JAVA_INT, i);
                };
            }
        }
    }
}
