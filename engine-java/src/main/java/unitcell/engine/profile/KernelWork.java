package unitcell.engine.profile;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.Sink;

/**
 * What a kernel call has to do at least, from its arguments.
 *
 * @param flops floating-point operations of its matrix products, 2 for each multiply-add; 0 for all other kernels
 * @param bytes size of its arguments, each counted once, twice where it is added to
 */
record KernelWork(double flops, double bytes) {
    static KernelWork of(String kernel, Object[] arguments) {
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        return new KernelWork(flops(kernel, arguments), bytes(arguments, seen));
    }

    private static double bytes(Object argument, Set<Tensor> seen) {
        return switch (argument) {
            case Tensor t -> seen.add(t) ? (double) t.size() * t.dtype().bytes() : 0;
            case Sink s -> bytes(s.tensor(), seen) * (s.add() ? 2 : 1);
            case Columns c ->
                (double) c.tensor().dim(0) * c.count() * c.tensor().dtype().bytes();
            case Matrix m ->
                (double) m.rows() * m.columns() * m.tensor().dtype().bytes();
            case EdgeIndex e -> bytes(e.source(), seen) + bytes(e.target(), seen);
            case Object[] several -> {
                double sum = 0;
                for (Object one : several) {
                    sum += bytes(one, seen);
                }
                yield sum;
            }
            case null, default -> 0;
        };
    }

    private static double flops(String kernel, Object[] a) {
        return switch (kernel) {
            case "gemm" -> 2.0 * ((Matrix) a[1]).rows() * ((Matrix) a[1]).columns() * ((Matrix) a[2]).columns();
            case "linear", "so3Linear" -> linear((Tensor) a[0], (Tensor) a[1]);
            case "linearBackward", "so3LinearBackward" -> linear((Tensor) a[1], (Tensor) a[2]) * wanted(a[3], a[4]);
            case "so2Linear" -> so2((Tensor) a[1], (Tensor) a[2], (Tensor[]) a[4]);
            case "so2LinearBackward" -> so2((Tensor) a[3], (Tensor) a[4], (Tensor[]) a[5]) * wanted(a[6], a[7]);
            case "leftMultiply" -> 2.0 * ((Tensor) a[0]).size() * rows((Tensor) a[2]) * ((Tensor) a[2]).dim(2);
            default -> 0;
        };
    }

    private static double linear(Tensor x, Tensor w) {
        return 2.0 * x.size() * w.dim(-2);
    }

    private static double so2(Tensor x, Tensor w0, Tensor[] wm) {
        double weights = 2.0 * w0.size();
        for (Tensor w : wm) {
            weights += 4.0 * w.size(); // both signs of m meet the real and the imaginary half
        }
        return weights * rows(x);
    }

    private static double rows(Tensor x) {
        return x.dim(0);
    }

    /** How many of the two gradients are computed. */
    private static int wanted(Object dx, Object dw) {
        return (dx == null ? 0 : 1) + (dw == null ? 0 : 1);
    }
}
