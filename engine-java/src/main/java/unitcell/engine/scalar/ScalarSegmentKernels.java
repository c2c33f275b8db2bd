package unitcell.engine.scalar;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.SegmentKernels;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/** Scalar {@link SegmentKernels}; the attention logits are in {@link AttentionLogits}, the softmax in {@link SegmentSoftmax}. */
final class ScalarSegmentKernels implements SegmentKernels {
    @Override
    public void attentionLogits(Columns features, Tensor gamma, Tensor beta, double eps, Tensor dot, Tensor logits) {
        AttentionLogits.forward(features, gamma, beta, eps, dot, logits);
    }

    @Override
    public void attentionLogitsBackward(
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
        AttentionLogits.backward(dlogits, features, gamma, beta, eps, dot, dfeatures, addFeatures, dgamma, dbeta, ddot);
    }

    @Override
    public void segmentSoftmax(EdgeIndex edges, Tensor logits, Tensor envelope, Tensor weight) {
        SegmentSoftmax.forward(edges, logits, envelope, weight);
    }

    @Override
    public void segmentSoftmaxBackward(
            EdgeIndex edges, Tensor dweight, Tensor logits, Tensor envelope, Sink dlogits, Sink denvelope) {
        SegmentSoftmax.backward(edges, dweight, logits, envelope, dlogits, denvelope);
    }

    @Override
    public void segmentSum(Tensor x, Tensor start, Tensor scale, Tensor y) {
        Shapes shapes = Shapes.of("segmentSum", "x", x, ANY, ANY).tensor("y", y, ANY, x.dim(1));
        checkSegments(shapes, start, scale, x.dim(0), y.dim(0));
        int width = (int) x.dim(1);
        for (long b = 0; b < y.dim(0); b++) {
            double[] sum = new double[width];
            for (long r = Rows.index(start, b); r < Rows.index(start, b + 1); r++) {
                Rows.add(Rows.read(x, r * width, width), sum, 0);
            }
            double factor = scale == null ? 1 : scale.get(b);
            for (int c = 0; c < width; c++) {
                y.set(b * width + c, factor * sum[c]);
            }
        }
    }

    @Override
    public void segmentSumBackward(Tensor dy, Tensor start, Tensor scale, Sink dx) {
        Shapes shapes = Shapes.of("segmentSumBackward", "dy", dy, ANY, ANY).sink("dx", dx, ANY, dy.dim(1));
        if (dx == null) {
            return;
        }
        checkSegments(shapes, start, scale, dx.tensor().dim(0), dy.dim(0));
        int width = (int) dy.dim(1);
        for (long b = 0; b < dy.dim(0); b++) {
            double[] g = Rows.read(dy, b * width, width);
            double factor = scale == null ? 1 : scale.get(b);
            for (int c = 0; c < width; c++) {
                g[c] *= factor;
            }
            for (long r = Rows.index(start, b); r < Rows.index(start, b + 1); r++) {
                Rows.put(dx, r * width, g);
            }
        }
    }

    /** The segments must cover all rows, so that the backward pass reaches each. */
    private static void checkSegments(Shapes shapes, Tensor start, Tensor scale, long rows, long segments) {
        shapes.indices("start", start, segments + 1).optional("scale", scale, segments);
        long before = 0;
        for (long b = 0; b <= segments; b++) {
            int at = Rows.index(start, b);
            shapes.that(at >= before && (b > 0 || at == 0), "start[" + b + "]", at, "0 first, then ascending");
            before = at;
        }
        shapes.that(before == rows, "last start", before, rows + " rows");
    }

    @Override
    public void crystalMatrix(Tensor x, Tensor a, Tensor crystal, boolean transposed, Sink y) {
        Shapes shapes = Shapes.of("crystalMatrix", "x", x, ANY, 3)
                .tensor("a", a, ANY, 3, 3)
                .indices("crystal", crystal, x.dim(0))
                .that(y != null, "y", y, "a sink")
                .same("y", y, x);
        for (long n = 0; n < x.dim(0); n++) {
            long b = shapes.index("crystal", n, Rows.index(crystal, n), a.dim(0));
            double[] matrix = Rows.read(a, 9 * b, 9);
            double[] row = Rows.read(x, 3 * n, 3);
            double[] result = new double[3];
            if (transposed) {
                Products.addMatrixVector(1, matrix, 0, 3, 3, row, 0, result, 0);
            } else {
                Products.addTransposedVector(1, matrix, 0, 3, 3, row, 0, result, 0);
            }
            Rows.put(y, 3 * n, result);
        }
    }
}
