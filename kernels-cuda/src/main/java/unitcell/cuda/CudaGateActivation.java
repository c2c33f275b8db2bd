package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import java.util.Arrays;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * Gate activation: {@code gate_activation.cu}.
 *
 * <p>Memory convention: the coefficients of each degree are listed once among the queue's constants. No scratch memory.
 */
final class CudaGateActivation {
    private static final int THREADS = 256;

    private final CudaQueue queue;
    private final DType dtype;
    private final CudaKernel forward;
    private final CudaKernel forwardWide;
    private final CudaKernel backward;
    private final CudaKernel backwardWide;

    CudaGateActivation(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        forward = queue.kernel("gate_activation", "gate_activation_w1", dtype);
        backward = queue.kernel("gate_activation", "gate_activation_backward_w1", dtype);
        boolean wide = dtype == DType.F32;
        forwardWide = wide ? queue.kernel("gate_activation", "gate_activation_w4", dtype) : forward;
        backwardWide = wide ? queue.kernel("gate_activation", "gate_activation_backward_w4", dtype) : backward;
    }

    void forward(int[] degrees, Tensor x, Columns gates, Tensor y) {
        check("gateActivation", degrees, x, gates).same("y", y, x);
        boolean wide = wide(x, gates) && CudaQueue.aligned(y.address());
        int count = lmax(degrees) + 1;
        queue.launch(wide ? forwardWide : forward)
                .tensor(queue.constant(lists(degrees)))
                .whole(count)
                .whole(degrees.length)
                .tensor(x)
                .columns(gates)
                .wide(gates.stride())
                .tensor(y)
                .wide(x.dim(0))
                .wide(x.dim(2))
                .over(items(x, count, wide), THREADS);
    }

    void backward(int[] degrees, Tensor dy, Tensor x, Columns gates, Sink dx, Columns dgates, boolean addGates) {
        Shapes shapes = check("gateActivationBackward", degrees, x, gates)
                .same("dy", dy, x)
                .same("dx", dx, x);
        if (dgates != null) {
            shapes.columns("dgates", dgates, x.dim(0), gates.count());
        }
        if (dx == null && dgates == null) {
            return;
        }
        boolean wide = wide(x, gates)
                && CudaQueue.aligned(dy.address())
                && (dx == null || CudaQueue.aligned(dx.tensor().address()))
                && (dgates == null || wide(dgates));
        int count = lmax(degrees) + 1;
        queue.launch(wide ? backwardWide : backward)
                .tensor(queue.constant(lists(degrees)))
                .whole(count)
                .whole(degrees.length)
                .tensor(dy)
                .tensor(x)
                .columns(gates)
                .wide(gates.stride())
                .sink(dx)
                .columns(dgates)
                .wide(dgates == null ? 0 : dgates.stride())
                .flag(addGates)
                .wide(x.dim(0))
                .wide(x.dim(2))
                .over(items(x, count, wide), THREADS);
    }

    private Shapes check(String kernel, int[] degrees, Tensor x, Columns gates) {
        Shapes shapes = Shapes.of(kernel, "x", x, ANY, degrees.length, ANY)
                .that(x.dtype() == dtype, "x", x, "a tensor of " + dtype)
                .that(degrees.length > 0 && degrees[0] == 0, "degrees", degrees.length, "coefficient l=0 first");
        return shapes.columns("gates", gates, x.dim(0), lmax(degrees) * x.dim(2));
    }

    private static int lmax(int[] degrees) {
        return Arrays.stream(degrees).max().orElseThrow();
    }

    /** Where each degree's coefficients begin in what follows, then the coefficients, degree by degree. */
    private static int[] lists(int[] degrees) {
        int heads = lmax(degrees) + 2;
        int[] out = new int[heads + degrees.length];
        int count = 0;
        for (int l = 0; l < heads - 1; l++) {
            out[l] = count;
            for (int k = 0; k < degrees.length; k++) {
                if (degrees[k] == l) {
                    out[heads + count++] = k;
                }
            }
        }
        out[heads - 1] = count;
        return out;
    }

    private long items(Tensor x, int degrees, boolean wide) {
        return x.dim(0) * degrees * x.dim(2) / (wide ? CudaQueue.wide(dtype) : 1);
    }

    /** Whether 16-byte accesses fit all rows of x and of the gates. */
    private boolean wide(Tensor x, Columns gates) {
        return dtype == DType.F32
                && x.dim(2) % CudaQueue.wide(dtype) == 0
                && CudaQueue.aligned(x.address())
                && wide(gates);
    }

    private boolean wide(Columns columns) {
        return CudaQueue.aligned(Launch.address(columns)) && columns.stride() % CudaQueue.wide(dtype) == 0;
    }
}
