package unitcell.engine.scalar;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/** {@code attentionLogits} of the contract: layer norm, smooth leaky ReLU and dot product for each edge and head. */
final class AttentionLogits {
    private static final double SLOPE = 0.2;

    private AttentionLogits() {}

    static void forward(Columns features, Tensor gamma, Tensor beta, double eps, Tensor dot, Tensor logits) {
        int heads = check("attentionLogits", features, gamma, beta, dot, logits, "logits");
        int size = (int) dot.dim(1);
        double[] vectors = dot.toDoubles();
        for (long e = 0; e < logits.dim(0); e++) {
            for (int h = 0; h < heads; h++) {
                Head head = Head.of(features, gamma, beta, eps, e, h, size);
                double sum = 0;
                for (int a = 0; a < size; a++) {
                    sum += vectors[h * size + a] * Activations.smoothLeakyRelu(SLOPE, head.input[a]);
                }
                logits.set(e * heads + h, sum);
            }
        }
    }

    static void backward(
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
        int heads = check("attentionLogitsBackward", features, gamma, beta, dot, dlogits, "dlogits");
        int size = (int) dot.dim(1);
        Shapes shapes = Shapes.ofAny("attentionLogitsBackward", "dot", dot).same("ddot", ddot, dot);
        if (dfeatures != null) {
            shapes.columns("dfeatures", dfeatures, dlogits.dim(0), features.count());
        }
        shapes.that(
                        gamma != null || (dgamma == null && dbeta == null),
                        "dgamma or dbeta",
                        "wanted",
                        "null without gamma")
                .sink("dgamma", dgamma, size)
                .sink("dbeta", dbeta, size);
        double[] vectors = dot.toDoubles();
        double[] dotSum = new double[heads * size];
        double[] scaleSum = new double[size];
        double[] shiftSum = new double[size];
        for (long e = 0; e < dlogits.dim(0); e++) {
            for (int h = 0; h < heads; h++) {
                Head head = Head.of(features, gamma, beta, eps, e, h, size);
                double gLogit = dlogits.get(e * heads + h);
                double[] g = new double[size];
                for (int a = 0; a < size; a++) {
                    dotSum[h * size + a] += gLogit * Activations.smoothLeakyRelu(SLOPE, head.input[a]);
                    g[a] = gLogit * vectors[h * size + a] * Activations.smoothLeakyReluSlope(SLOPE, head.input[a]);
                    if (gamma != null) {
                        scaleSum[a] += g[a] * head.norm.normalised()[a];
                        shiftSum[a] += g[a];
                        g[a] *= gamma.get(a);
                    }
                }
                if (dfeatures != null) {
                    long at = e * dfeatures.stride() + dfeatures.from() + (long) h * size;
                    double[] gFeatures = gamma == null ? g : head.norm.backward(g);
                    Rows.put(new Sink(dfeatures.tensor(), addFeatures), at, gFeatures);
                }
            }
        }
        Rows.put(dgamma, 0, scaleSum);
        Rows.put(dbeta, 0, shiftSum);
        Rows.put(ddot, 0, dotSum);
    }

    private static int check(
            String kernel, Columns features, Tensor gamma, Tensor beta, Tensor dot, Tensor logits, String name) {
        Shapes shapes = Shapes.of(kernel, "dot", dot, ANY, ANY);
        long heads = dot.dim(0);
        long size = dot.dim(1);
        shapes.tensor(name, logits, ANY, heads)
                .columns("features", features, logits.dim(0), heads * size)
                .that((gamma == null) == (beta == null), "beta", beta, "gamma and beta, or neither")
                .optional("gamma", gamma, size)
                .optional("beta", beta, size);
        return (int) heads;
    }

    /**
     * One head of one edge.
     *
     * @param norm null without normalisation
     * @param input what the activation is applied to, [A]
     */
    private record Head(LayerNormRow norm, double[] input) {
        static Head of(Columns features, Tensor gamma, Tensor beta, double eps, long edge, int head, int size) {
            long at = edge * features.stride() + features.from() + (long) head * size;
            double[] row = Rows.read(features.tensor(), at, size);
            if (gamma == null) {
                return new Head(null, row);
            }
            LayerNormRow norm = LayerNormRow.of(row, 0, size, eps);
            double[] input = new double[size];
            for (int a = 0; a < size; a++) {
                input[a] = norm.normalised()[a] * gamma.get(a) + beta.get(a);
            }
            return new Head(norm, input);
        }
    }
}
