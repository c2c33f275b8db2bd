package unitcell.engine.cpu;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.kernel.Sink;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.Scope;
import unitcell.engine.scalar.ScalarKernels;

/**
 * Runs one kernel call on the float64 specification and on every variant of a backend, from the same inputs, and compares
 * every output: within a tolerance of the specification, bit-equal among variants of one element type. Outputs are NaN
 * beforehand unless they are added to; inputs must come out unchanged; every tensor has guard bytes behind it.
 *
 * <p>The backend is the one that {@link ParityBackend#open} finds: without any other, the processor's fast kernels.
 */
final class Parity implements AutoCloseable {
    /** Forward kernels, relative to the largest magnitude of an output. */
    static final double FORWARD = 1e-5;

    /** Backward kernels. */
    static final double BACKWARD = 3e-4;

    /** Kernels in float64: what is left of a sum of numbers of size one when terms are added in another order. */
    static final double FLOAT64 = 1e-11;

    private final Kernels specification = new ScalarKernels();
    private final ParityBackend backend = ParityBackend.open();

    /** A call to compare; declare its arguments, then {@link Case#run} it. */
    Case call(String what) {
        return new Case(what);
    }

    @Override
    public void close() {
        backend.close();
    }

    /** A kernel call on one set of tensors. */
    @FunctionalInterface
    interface Body {
        void run(Kernels kernels, Arguments arguments);
    }

    /** The tensors of one run, by the numbers that the declarations gave out. */
    static final class Arguments {
        private final List<Tensor> tensors = new ArrayList<>();
        private final List<Boolean> adds = new ArrayList<>();

        /** The tensor declared as {@code number}, null for a negative number. */
        Tensor get(int number) {
            return number < 0 ? null : tensors.get(number);
        }

        /** The same as a sink that adds where it was declared so. */
        Sink sink(int number) {
            return number < 0 ? null : new Sink(get(number), adds.get(number));
        }
    }

    final class Case {
        private record Declared(DType dtype, double[] values, long[] shape, boolean output, boolean add) {}

        private final String what;
        private final Random random;
        private final List<Declared> declared = new ArrayList<>();

        private Case(String what) {
            this.what = what;
            this.random = new Random(what.hashCode());
        }

        private int declare(DType dtype, double[] values, long[] shape, boolean output, boolean add) {
            declared.add(new Declared(dtype, values, shape.clone(), output, add));
            return declared.size() - 1;
        }

        /** Normally distributed float32 numbers. */
        int input(long... shape) {
            return input(normal(shape), shape);
        }

        /** Given numbers, rounded to float32 for both sides. */
        int input(double[] values, long... shape) {
            double[] rounded = values.clone();
            for (int i = 0; i < rounded.length; i++) {
                rounded[i] = (float) rounded[i];
            }
            return declare(DType.F32, rounded, shape, false, false);
        }

        int indices(int[] values) {
            double[] wide = new double[values.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = values[i];
            }
            return declare(DType.I32, wide, new long[] {values.length}, false, false);
        }

        /** A tensor to be overwritten, full of NaN. */
        int output(long... shape) {
            return declare(DType.F32, null, shape, true, false);
        }

        /** A tensor to be overwritten where not {@code add}, else to be added to. */
        int sink(boolean add, long... shape) {
            return declare(DType.F32, add ? normal(shape) : null, shape, true, add);
        }

        /** A tensor that is read and written. */
        int inOut(double[] values, long... shape) {
            int number = input(values, shape);
            Declared d = declared.get(number);
            declared.set(number, new Declared(d.dtype, d.values, d.shape, true, true));
            return number;
        }

        double[] normal(long... shape) {
            double[] values = new double[Math.toIntExact(Tensor.sizeOf(shape))];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            return values;
        }

        Random random() {
            return random;
        }

        /** Runs and compares. */
        void run(double tolerance, Body body) {
            List<double[]> exact = execute(ParityBackend.Variant.of(specification, DType.F64), body);
            Map<DType, List<double[]>> firsts = new EnumMap<>(DType.class);
            for (ParityBackend.Variant variant : backend.variants()) {
                List<double[]> found = execute(variant, body);
                List<double[]> first = firsts.putIfAbsent(variant.dtype(), found);
                double allowed = variant.dtype() == DType.F64 ? Math.min(FLOAT64, tolerance) : tolerance;
                for (int i = 0; i < found.size(); i++) {
                    String name = what + ", argument " + i + ", " + variant.name();
                    if (first == null) {
                        Buffers.assertClose(name, exact.get(i), found.get(i), allowed);
                    } else {
                        Buffers.assertSameBits(name, first.get(i), found.get(i));
                    }
                }
            }
        }

        private List<double[]> execute(ParityBackend.Variant variant, Body body) {
            variant.prepare().run();
            Kernels kernels = variant.kernels();
            DType dtype = variant.dtype();
            try (MemoryPool pool = new MemoryPool(variant.memory(), true);
                    Scope scope = new Scope(pool, "test")) {
                Arguments arguments = new Arguments();
                for (Declared d : declared) {
                    Tensor tensor = scope.empty(d.dtype == DType.I32 ? DType.I32 : dtype, d.shape);
                    if (d.values != null) {
                        tensor.copyFrom(d.values);
                    }
                    arguments.tensors.add(tensor);
                    arguments.adds.add(d.add);
                }
                body.run(kernels, arguments);
                List<double[]> results = new ArrayList<>();
                for (int i = 0; i < declared.size(); i++) {
                    double[] result = arguments.get(i).toDoubles();
                    if (!declared.get(i).output) {
                        String name = what + ", input " + i + " of " + variant.name();
                        Buffers.assertSameBits(name, declared.get(i).values, result);
                    }
                    results.add(result);
                }
                return results;
            }
        }
    }
}
