package unitcell.cuda;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.memory.Scope;

/**
 * Matrix products by the kernels of {@code gemm.cu}: tiles in shared memory, small blocks of results in registers. Where
 * the results are few and the sums long (gradients of weights: sums over all edges), the sums are cut into parts that are
 * added in order afterwards.
 *
 * <p>Memory convention: parts lie in scratch memory of the call. How many there are depends on the sizes only.
 */
final class TiledGemm implements Gemm {
    /** Rows and columns of results that one block computes, large and small; those of {@code gemm.cu}. */
    private static final int LARGE = 128;

    private static final int SMALL = 64;
    private static final int THREADS = 256;
    /** Blocks that are worth having at once: two on each multiprocessor of the largest devices. */
    private static final long WANTED_BLOCKS = 264;
    /** Shortest sum of one part. */
    private static final long SHORTEST_PART = 256;

    private static final int MAX_PARTS = 64;

    private final CudaQueue queue;
    private final String reason;

    /** @param reason why there is no other provider, in one line */
    TiledGemm(CudaQueue queue, String reason) {
        this.queue = queue;
        this.reason = reason;
    }

    @Override
    public void multiply(Product p) {
        if (p.m() == 0 || p.n() == 0 || p.batch() == 0) {
            return;
        }
        if (p.batch() > Launch.MAX_GRID_YZ) {
            halves(p);
            return;
        }
        boolean large =
                p.dtype() == DType.F32 && p.m() >= LARGE && p.n() >= LARGE && blocks(p, LARGE) >= WANTED_BLOCKS / 2;
        int tile = large ? LARGE : SMALL;
        long parts = p.batch() == 1 ? parts(p, tile) : 1;
        if (parts == 1) {
            launch(p, large, tile, p.c(), p.alpha(), p.beta(), 1, p.k());
            return;
        }
        try (Scope scratch = queue.scratch()) {
            Tensor sums = scratch.empty(p.dtype(), parts, p.m(), p.n());
            long length = (p.k() + parts - 1) / parts;
            launch(p, large, tile, new Operand(sums.address(), p.n(), p.m() * p.n(), false), 1, 0, parts, length);
            queue.launch(queue.kernel("gemm", "gemm_add_parts", p.dtype()))
                    .tensor(sums)
                    .wide(parts)
                    .wide(p.m())
                    .wide(p.n())
                    .real(p.alpha())
                    .real(p.beta())
                    .wide(p.c().address())
                    .wide(p.c().stride())
                    .over(p.m() * p.n(), THREADS);
        }
    }

    private static long blocks(Product p, int tile) {
        return (p.m() + tile - 1) / tile * ((p.n() + tile - 1) / tile) * p.batch();
    }

    private static long parts(Product p, int tile) {
        long wanted = WANTED_BLOCKS / blocks(p, tile);
        return Math.clamp(Math.min(wanted, p.k() / SHORTEST_PART), 1, MAX_PARTS);
    }

    /** A batch with more products than a grid takes in one direction. */
    private void halves(Product p) {
        int half = p.batch() / 2;
        int bytes = p.dtype().bytes();
        multiply(part(p, half, 0, bytes));
        multiply(part(p, p.batch() - half, half, bytes));
    }

    private static Product part(Product p, int batch, int from, int bytes) {
        return new Product(
                p.dtype(),
                p.m(),
                p.n(),
                p.k(),
                p.alpha(),
                moved(p.a(), from, bytes),
                moved(p.b(), from, bytes),
                p.beta(),
                moved(p.c(), from, bytes),
                batch);
    }

    private static Operand moved(Operand o, int from, int bytes) {
        return new Operand(
                o.address() + (long) from * o.batchStride() * bytes, o.stride(), o.batchStride(), o.transposed());
    }

    private void launch(
            Product p, boolean large, int tile, Operand c, double alpha, double beta, long parts, long partLength) {
        String kernel = "gemm_" + (large ? "large_" : "small_") + form(p.a()) + form(p.b());
        queue.launch(queue.kernel("gemm", kernel, p.dtype()))
                .wide(p.m())
                .wide(p.n())
                .wide(p.k())
                .real(alpha)
                .wide(p.a().address())
                .wide(p.a().stride())
                .wide(p.a().batchStride())
                .wide(p.b().address())
                .wide(p.b().stride())
                .wide(p.b().batchStride())
                .real(beta)
                .wide(c.address())
                .wide(c.stride())
                .wide(c.batchStride())
                .whole((int) parts)
                .wide(partLength)
                .run((p.m() + tile - 1) / tile, (p.n() + tile - 1) / tile, parts * p.batch(), THREADS, 0);
    }

    private static char form(Operand operand) {
        return operand.transposed() ? 't' : 'n';
    }

    @Override
    public String description() {
        return "own tiled kernel (" + reason + ")";
    }

    @Override
    public void close() {}
}
