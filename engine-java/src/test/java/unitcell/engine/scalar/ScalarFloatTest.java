package unitcell.engine.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.kernel.Sink;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.NativeMemory;
import unitcell.engine.memory.Scope;
import unitcell.engine.random.RandomStream;

/** On float32 tensors the scalar kernels compute in float64 and round once: bit-equal to rounding the float64 result. */
class ScalarFloatTest {
    private static final Kernels KERNELS = new ScalarKernels();

    /** Makes tensors of one type; the same calls give the same float32 numbers whatever the type. */
    private record Maker(Scope scope, DType dtype) {
        Tensor random(int stream, long... shape) {
            Tensor tensor = scope.empty(dtype, shape);
            RandomStream random = new RandomStream(1, 0, stream);
            for (long i = 0; i < tensor.size(); i++) {
                tensor.set(i, 2 * random.uniformFloat(i) - 1);
            }
            return tensor;
        }
    }

    private static void check(BiConsumer<Maker, Tensor> kernel, long... outputShape) {
        MemoryPool pool = new MemoryPool(new NativeMemory(), true);
        try (Scope scope = new Scope(pool, "test")) {
            Tensor wide = scope.empty(DType.F64, outputShape);
            Tensor narrow = scope.empty(DType.F32, outputShape);
            kernel.accept(new Maker(scope, DType.F64), wide);
            kernel.accept(new Maker(scope, DType.F32), narrow);
            for (long i = 0; i < wide.size(); i++) {
                assertEquals((float) wide.get(i), (float) narrow.get(i));
            }
        }
        pool.close();
    }

    @Test
    void oneRoundingAtTheEnd() {
        check((m, y) -> KERNELS.dense().linear(m.random(1, 3, 50), m.random(2, 4, 50), m.random(3, 4), y), 3, 4);
        check((m, y) -> KERNELS.norm().layerNorm(m.random(1, 3, 7), m.random(2, 7), m.random(3, 7), 1e-5, y), 3, 7);
        check(
                (m, y) -> KERNELS.dense()
                        .linearBackward(
                                m.random(1, 9, 4), m.random(2, 9, 5), m.random(3, 4, 5), null, Sink.write(y), null),
                4,
                5);
        check((m, y) -> KERNELS.pointwise().sum(m.random(1, 1000), y), 1);
    }

    @Test
    void typesOfOneCallMustAgree() {
        MemoryPool pool = new MemoryPool(new NativeMemory(), true);
        try (Scope scope = new Scope(pool, "test")) {
            Tensor wide = scope.zeros(DType.F64, 2);
            Tensor narrow = scope.zeros(DType.F32, 2);
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class, () -> KERNELS.pointwise().silu(narrow, wide));
            assertEquals("silu: y is F64[2]; expected F32[2]", e.getMessage());
        }
        pool.close();
    }
}
