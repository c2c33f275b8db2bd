package unitcell.engine.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Kernels;
import unitcell.engine.kernel.Sink;
import unitcell.engine.memory.MemoryPool;
import unitcell.engine.memory.NativeMemory;
import unitcell.engine.memory.Scope;
import unitcell.engine.scalar.ScalarKernels;

/**
 * Runs one kernel call on the float64 specification and on the fast kernels with 1, 2 and 3 threads, from the same inputs,
 * and compares every output: within a tolerance of the specification, bit-equal among numbers of threads. Outputs are NaN
 * beforehand unless they are added to; inputs must come out unchanged; every tensor has guard bytes behind it.
 */
final class Parity implements AutoCloseable {
    /** Forward kernels, relative to the largest magnitude of an output. */
    static final double FORWARD = 1e-5;

    /** Backward kernels. */
    static final double BACKWARD = 3e-4;

    private final Kernels specification = new ScalarKernels();
    private final List<VectorKernels> fast = List.of(new VectorKernels(1), new VectorKernels(2), new VectorKernels(3));

    /** A call to compare; declare its arguments, then {@link Case#run} it. */
    Case call(String what) {
        return new Case(what);
    }

    @Override
    public void close() {
        fast.forEach(VectorKernels::close);
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
            List<double[]> expected = execute(specification, DType.F64, body);
            List<double[]> first = null;
            for (VectorKernels kernels : fast) {
                List<double[]> found = execute(kernels, DType.F32, body);
                for (int i = 0; i < found.size(); i++) {
                    String name = what + ", argument " + i;
                    if (first == null) {
                        Buffers.assertClose(name, expected.get(i), found.get(i), tolerance);
                    } else {
                        String threads = name + ", " + kernels.threads() + " threads against 1";
                        Buffers.assertSameBits(threads, first.get(i), found.get(i));
                    }
                }
                first = first == null ? found : first;
            }
        }

        private List<double[]> execute(Kernels kernels, DType dtype, Body body) {
            try (MemoryPool pool = new MemoryPool(new NativeMemory(), true);
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
                        String name = what + ", input " + i + " of " + kernels.name();
                        Buffers.assertSameBits(name, declared.get(i).values, result);
                    }
                    results.add(result);
                }
                return results;
            }
        }
    }
}
