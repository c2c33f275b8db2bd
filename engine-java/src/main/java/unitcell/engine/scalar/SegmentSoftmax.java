package unitcell.engine.scalar;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * {@code segmentSoftmax} of the contract. With q_e = exp(z_e) / sum_f c_f exp(z_f) over the edges f of one target, the
 * weight is w_e = c_e^2 q_e; without an envelope c = 1. Hence, for gradients g_e of w_e and t = sum_e w_e g_e:
 * dz_e = w_e g_e - c_e q_e t and dc_e = 2 c_e q_e g_e - q_e t. Edges with c = 0 are absent.
 */
final class SegmentSoftmax {
    private SegmentSoftmax() {}

    static void forward(EdgeIndex edges, Tensor logits, Tensor envelope, Tensor weight) {
        check("segmentSoftmax", edges, logits, envelope).same("weight", weight, logits);
        int heads = (int) logits.dim(1);
        for (int n = 0; n < edges.nodes(); n++) {
            int from = Rows.index(edges.targetStart(), n);
            double[] c = envelopes(edges, envelope, n);
            for (int h = 0; h < heads; h++) {
                double[] q = quotients(logits, h, from, c);
                for (int i = 0; i < c.length; i++) {
                    weight.set(at(from + i, heads, h), c[i] * c[i] * q[i]);
                }
            }
        }
    }

    static void backward(
            EdgeIndex edges, Tensor dweight, Tensor logits, Tensor envelope, Sink dlogits, Sink denvelope) {
        check("segmentSoftmaxBackward", edges, logits, envelope)
                .same("dweight", dweight, logits)
                .same("dlogits", dlogits, logits)
                .that(denvelope == null || envelope != null, "denvelope", denvelope, "null without an envelope")
                .sink("denvelope", denvelope, edges.edges());
        int heads = (int) logits.dim(1);
        for (int n = 0; n < edges.nodes(); n++) {
            int from = Rows.index(edges.targetStart(), n);
            double[] c = envelopes(edges, envelope, n);
            double[] gEnvelope = new double[c.length];
            for (int h = 0; h < heads; h++) {
                double[] q = quotients(logits, h, from, c);
                double total = 0;
                for (int i = 0; i < c.length; i++) {
                    total += c[i] * c[i] * q[i] * dweight.get(at(from + i, heads, h));
                }
                for (int i = 0; i < c.length; i++) {
                    double g = dweight.get(at(from + i, heads, h));
                    gEnvelope[i] += q[i] * (2 * c[i] * g - total);
                    if (dlogits != null) {
                        Rows.put(dlogits, at(from + i, heads, h), c[i] * q[i] * (c[i] * g - total));
                    }
                }
            }
            Rows.put(denvelope, from, gEnvelope);
        }
    }

    private static Shapes check(String kernel, EdgeIndex edges, Tensor logits, Tensor envelope) {
        return Shapes.ofAny(kernel, "logits", logits)
                .edges(edges)
                .tensor("logits", logits, edges.edges(), ANY)
                .optional("envelope", envelope, edges.edges());
    }

    private static long at(int edge, int heads, int head) {
        return (long) edge * heads + head;
    }

    /** Envelopes of the edges into node n; ones without a tensor. */
    private static double[] envelopes(EdgeIndex edges, Tensor envelope, int n) {
        int from = Rows.index(edges.targetStart(), n);
        double[] c = new double[Rows.index(edges.targetStart(), n + 1) - from];
        for (int i = 0; i < c.length; i++) {
            c[i] = envelope == null ? 1 : envelope.get(from + i);
        }
        return c;
    }

    /** q of one head for the edges from {@code from} on; zero for absent edges. */
    private static double[] quotients(Tensor logits, int head, int from, double[] c) {
        int heads = (int) logits.dim(1);
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < c.length; i++) {
            max = c[i] == 0 ? max : Math.max(max, logits.get(at(from + i, heads, head)));
        }
        double[] q = new double[c.length];
        double sum = 0;
        for (int i = 0; i < c.length; i++) {
            q[i] = c[i] == 0 ? 0 : Math.exp(logits.get(at(from + i, heads, head)) - max);
            sum += c[i] * q[i];
        }
        for (int i = 0; i < c.length; i++) {
            q[i] = c[i] == 0 ? 0 : q[i] / sum;
        }
        return q;
    }
}
