package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.memory.Scope;

/**
 * Attention logits: {@code attention_logits.cu} and {@code attention_logits_backward.cu}.
 *
 * <p>Memory convention: the backward pass keeps two numbers for each row and the sums over runs of edges in scratch
 * memory of the call; the number of runs depends on the number of edges only.
 */
final class CudaAttentionLogits {
    private static final int THREADS = 256;
    private static final int COLUMN_THREADS = 128;
    private static final int TOTAL_COLUMNS = 32;
    private static final int TOTAL_THREADS = 1024;
    private static final long EDGES_OF_A_RUN = 32;
    private static final long MAX_RUNS = 256;

    private final CudaQueue queue;
    private final DType dtype;
    private final CudaKernel forward;
    private final CudaKernel forwardWide;
    private final CudaKernel backward;
    private final CudaKernel backwardWide;
    private final CudaKernel sums;
    private final CudaKernel totals;

    CudaAttentionLogits(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        forward = queue.kernel("attention_logits", "attention_logits_w1", dtype);
        backward = queue.kernel("attention_logits_backward", "attention_logits_backward_w1", dtype);
        boolean wide = dtype == DType.F32;
        forwardWide = wide ? queue.kernel("attention_logits", "attention_logits_w4", dtype) : forward;
        backwardWide =
                wide ? queue.kernel("attention_logits_backward", "attention_logits_backward_w4", dtype) : backward;
        sums = queue.kernel("attention_logits_backward", "attention_logits_sums", dtype);
        totals = queue.kernel("attention_logits_backward", "attention_logits_totals", dtype);
    }

    void forward(Columns features, Tensor gamma, Tensor beta, double eps, Tensor dot, Tensor logits) {
        check("attentionLogits", features, gamma, beta, dot, logits, "logits");
        boolean wide = wide(features, gamma, beta, dot);
        queue.launch(wide ? forwardWide : forward)
                .columns(features)
                .wide(features.stride())
                .tensor(gamma)
                .tensor(beta)
                .real(eps)
                .tensor(dot)
                .tensor(logits)
                .wide(logits.size())
                .wide(dot.dim(0))
                .wide(dot.dim(1))
                .blocks(blocks(logits.size(), wide), THREADS);
    }

    void backward(
            Tensor dlogits,
            Columns features,
            Tensor gamma,
            Tensor beta,
            double eps,
            Tensor dot,
            Columns dfeatures,
            boolean addFeatures,
            Sink dgamma,
            Sink dbeta,
            Sink ddot) {
        String kernel = "attentionLogitsBackward";
        Shapes shapes =
                check(kernel, features, gamma, beta, dot, dlogits, "dlogits").same("ddot", ddot, dot);
        if (dfeatures != null) {
            shapes.columns("dfeatures", dfeatures, dlogits.dim(0), features.count());
        }
        boolean without = gamma != null || (dgamma == null && dbeta == null);
        shapes.that(without, "dgamma or dbeta", "wanted", "null without gamma")
                .sink("dgamma", dgamma, dot.dim(1))
                .sink("dbeta", dbeta, dot.dim(1));
        boolean summed = dgamma != null || dbeta != null || ddot != null;
        try (Scope scratch = queue.scratch()) {
            Tensor statistics = summed && gamma != null ? scratch.empty(dtype, dlogits.size(), 2) : null;
            if (dfeatures != null || statistics != null) {
                boolean wide = wide(features, gamma, beta, dot) && (dfeatures == null || wide(dfeatures));
                queue.launch(wide ? backwardWide : backward)
                        .tensor(dlogits)
                        .columns(features)
                        .wide(features.stride())
                        .tensor(gamma)
                        .tensor(beta)
                        .real(eps)
                        .tensor(dot)
                        .columns(dfeatures)
                        .wide(dfeatures == null ? 0 : dfeatures.stride())
                        .flag(addFeatures)
                        .tensor(statistics)
                        .wide(dlogits.size())
                        .wide(dot.dim(0))
                        .wide(dot.dim(1))
                        .blocks(blocks(dlogits.size(), wide), THREADS);
            }
            if (summed) {
                sums(scratch, dlogits, features, gamma, beta, dot, statistics, dgamma, dbeta, ddot);
            }
        }
    }

    private void sums(
            Scope scratch,
            Tensor dlogits,
            Columns features,
            Tensor gamma,
            Tensor beta,
            Tensor dot,
            Tensor statistics,
            Sink dgamma,
            Sink dbeta,
            Sink ddot) {
        long edges = dlogits.dim(0);
        long runs = Math.clamp((edges + EDGES_OF_A_RUN - 1) / EDGES_OF_A_RUN, 1, MAX_RUNS);
        Tensor parts = scratch.empty(dtype, runs, 3, dot.size());
        queue.launch(sums)
                .tensor(dlogits)
                .columns(features)
                .wide(features.stride())
                .tensor(gamma)
                .tensor(beta)
                .tensor(dot)
                .tensor(statistics)
                .tensor(parts)
                .wide(edges)
                .wide((edges + runs - 1) / runs)
                .wide(dot.dim(0))
                .wide(dot.dim(1))
                .run((dot.size() + COLUMN_THREADS - 1) / COLUMN_THREADS, runs, 1, COLUMN_THREADS, 0);
        long columns = ddot != null ? dot.size() : dot.dim(1);
        queue.launch(totals)
                .tensor(parts)
                .wide(runs)
                .wide(dot.dim(0))
                .wide(dot.dim(1))
                .sink(ddot)
                .sink(dgamma)
                .sink(dbeta)
                .run((columns + TOTAL_COLUMNS - 1) / TOTAL_COLUMNS, gamma == null ? 1 : 3, 1, TOTAL_THREADS, 0);
    }

    private Shapes check(
            String kernel, Columns features, Tensor gamma, Tensor beta, Tensor dot, Tensor logits, String name) {
        return Shapes.of(kernel, "dot", dot, ANY, ANY)
                .that(dot.dtype() == dtype, "dot", dot, "a tensor of " + dtype)
                .tensor(name, logits, ANY, dot.dim(0))
                .columns("features", features, logits.dim(0), dot.size())
                .that((gamma == null) == (beta == null), "beta", beta, "gamma and beta, or neither")
                .optional("gamma", gamma, dot.dim(1))
                .optional("beta", beta, dot.dim(1));
    }

    /** Blocks for a group of 8 lanes (wide) or a warp for each row. */
    private static long blocks(long rows, boolean wide) {
        int lanes = wide ? 8 : 32;
        return (rows * lanes + THREADS - 1) / THREADS;
    }

    /** Whether 16-byte accesses fit all rows. */
    private boolean wide(Columns features, Tensor gamma, Tensor beta, Tensor dot) {
        return dtype == DType.F32
                && dot.dim(1) % CudaQueue.wide(dtype) == 0
                && CudaQueue.aligned(dot.address())
                && (gamma == null || (CudaQueue.aligned(gamma.address()) && CudaQueue.aligned(beta.address())))
                && wide(features);
    }

    private boolean wide(Columns columns) {
        return CudaQueue.aligned(Launch.address(columns)) && columns.stride() % CudaQueue.wide(dtype) == 0;
    }
}
