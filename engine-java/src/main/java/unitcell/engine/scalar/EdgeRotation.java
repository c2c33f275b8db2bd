package unitcell.engine.scalar;

import static unitcell.engine.kernel.Shapes.ANY;

import java.util.Arrays;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.so3.So3Generators;

/**
 * Rotation of features into edge frames and back, edge by edge on arrays [(L+1)^2, C] of one edge.
 *
 * <p>Gradients for the rotation follow from d(D x) = (w . J) D x with the constant generators J of {@link So3Generators}:
 * dL/dw_k = sum of g * (J_k D x) for the rotation into the frame with g = dL/d(D x), and
 * dL/dw_k = -sum of (D g) * (J_k v) for the rotation back z = D^T v with g = dL/dz.
 */
final class EdgeRotation {
    private EdgeRotation() {}

    static void gatherRotate(
            SphericalLayout layout, EdgeIndex edges, Tensor x, Tensor wigner, Tensor radial, Tensor out) {
        Shapes shapes = Shapes.ofAny("gatherRotate", "x", x)
                .edges(edges)
                .tensor("x", x, edges.nodes(), layout.coefficients(), ANY);
        int width = 2 * (int) x.dim(2);
        shapes.tensor("wigner", wigner, edges.edges(), layout.wignerSize())
                .optional("radial", radial, edges.edges(), layout.radialSlots(), width)
                .tensor("out", out, edges.edges(), layout.reduced(), width);
        int[] rows = layout.nodeRows();
        int[] slots = layout.radialSlot();
        for (int e = 0; e < edges.edges(); e++) {
            double[] rotated = rotate(layout, readWigner(layout, wigner, e), bothEnds(layout, edges, x, e), width);
            double[] scale = readRadial(layout, radial, e, width);
            double[] message = new double[layout.reduced() * width];
            for (int r = 0; r < rows.length; r++) {
                for (int c = 0; c < width; c++) {
                    message[r * width + c] = scale[slots[r] * width + c] * rotated[rows[r] * width + c];
                }
            }
            Rows.write(out, (long) e * message.length, message);
        }
    }

    static void gatherRotateBackward(
            SphericalLayout layout,
            EdgeIndex edges,
            Tensor dout,
            Tensor x,
            Tensor wigner,
            Tensor radial,
            Sink dx,
            Sink dradial,
            Sink dangular) {
        Shapes shapes = Shapes.ofAny("gatherRotateBackward", "x", x)
                .edges(edges)
                .tensor("x", x, edges.nodes(), layout.coefficients(), ANY);
        int channels = (int) x.dim(2);
        int width = 2 * channels;
        shapes.tensor("dout", dout, edges.edges(), layout.reduced(), width)
                .tensor("wigner", wigner, edges.edges(), layout.wignerSize())
                .optional("radial", radial, edges.edges(), layout.radialSlots(), width)
                .same("dx", dx, x)
                .sink("dradial", dradial, edges.edges(), layout.radialSlots(), width)
                .sink("dangular", dangular, edges.edges(), 3);
        int[] rows = layout.nodeRows();
        int[] slots = layout.radialSlot();
        So3Generators generators = new So3Generators(layout.lmax());
        double[] nodeSum = Rows.accumulator(dx);
        for (int e = 0; e < edges.edges(); e++) {
            double[] matrix = readWigner(layout, wigner, e);
            double[] rotated = rotate(layout, matrix, bothEnds(layout, edges, x, e), width);
            double[] scale = readRadial(layout, radial, e, width);
            double[] g = Rows.read(dout, (long) e * layout.reduced() * width, layout.reduced() * width);
            double[] gScale = new double[scale.length];
            double[] gRotated = new double[rotated.length]; // rows beyond M stay zero
            for (int r = 0; r < rows.length; r++) {
                for (int c = 0; c < width; c++) {
                    gScale[slots[r] * width + c] += g[r * width + c] * rotated[rows[r] * width + c];
                    gRotated[rows[r] * width + c] = g[r * width + c] * scale[slots[r] * width + c];
                }
            }
            Rows.put(dradial, (long) e * gScale.length, gScale);
            if (dx != null) {
                double[] gEnds = rotateBack(layout, matrix, gRotated, width);
                int source = Rows.index(edges.source(), e) * layout.coefficients();
                int target = Rows.index(edges.target(), e) * layout.coefficients();
                for (int i = 0; i < layout.coefficients(); i++) {
                    for (int c = 0; c < channels; c++) {
                        nodeSum[(source + i) * channels + c] += gEnds[i * width + c];
                        nodeSum[(target + i) * channels + c] += gEnds[i * width + channels + c];
                    }
                }
            }
            for (int axis = 0; dangular != null && axis < 3; axis++) {
                Rows.put(dangular, 3L * e + axis, generators.axis(axis).contract(gRotated, 0, rotated, 0, width));
            }
        }
        Rows.flush(dx, nodeSum);
    }

    static void rotateSegmentSum(
            SphericalLayout layout,
            EdgeIndex edges,
            double scale,
            Tensor value,
            Tensor weight,
            Tensor wigner,
            Tensor out) {
        Shapes shapes = Shapes.ofAny("rotateSegmentSum", "value", value)
                .edges(edges)
                .tensor("value", value, edges.edges(), layout.reduced(), ANY);
        int channels = (int) value.dim(2);
        shapes.tensor("wigner", wigner, edges.edges(), layout.wignerSize())
                .tensor("out", out, edges.nodes(), layout.coefficients(), channels);
        int heads = checkHeads(shapes, edges, weight, channels);
        for (int n = 0; n < edges.nodes(); n++) {
            double[] sum = new double[layout.coefficients() * channels];
            for (int e = Rows.index(edges.targetStart(), n); e < Rows.index(edges.targetStart(), n + 1); e++) {
                double[] message = message(layout, value, readWeight(weight, e, heads), e, channels);
                Rows.add(rotateBack(layout, readWigner(layout, wigner, e), message, channels), sum, 0);
            }
            for (int i = 0; i < sum.length; i++) {
                sum[i] *= scale;
            }
            Rows.write(out, (long) n * sum.length, sum);
        }
    }

    static void rotateSegmentSumBackward(
            SphericalLayout layout,
            EdgeIndex edges,
            double scale,
            Tensor dout,
            Tensor value,
            Tensor weight,
            Tensor wigner,
            Sink dvalue,
            Sink dweight,
            Sink dangular) {
        Shapes shapes = Shapes.ofAny("rotateSegmentSumBackward", "value", value)
                .edges(edges)
                .tensor("value", value, edges.edges(), layout.reduced(), ANY);
        int channels = (int) value.dim(2);
        shapes.tensor("wigner", wigner, edges.edges(), layout.wignerSize())
                .tensor("dout", dout, edges.nodes(), layout.coefficients(), channels)
                .same("dvalue", dvalue, value)
                .sink("dangular", dangular, edges.edges(), 3);
        int heads = checkHeads(shapes, edges, weight, channels);
        if (dweight != null) {
            shapes.that(weight != null, "dweight", dweight, "null without weights")
                    .same("dweight", dweight, weight);
        }
        int[] rows = layout.nodeRows();
        int[] degrees = layout.degrees();
        double[] rescale = layout.rescale();
        So3Generators generators = new So3Generators(layout.lmax());
        int size = layout.coefficients() * channels;
        for (int e = 0; e < edges.edges(); e++) {
            double[] attention = readWeight(weight, e, heads);
            double[] g = Rows.read(dout, (long) Rows.index(edges.target(), e) * size, size);
            for (int i = 0; i < size; i++) {
                g[i] *= scale;
            }
            double[] gFrame = rotate(layout, readWigner(layout, wigner, e), g, channels);
            double[] values = Rows.read(value, (long) e * rows.length * channels, rows.length * channels);
            double[] gValue = new double[values.length];
            double[] gWeight = new double[heads];
            for (int r = 0; r < rows.length; r++) {
                for (int c = 0; c < channels; c++) {
                    int head = c / (channels / heads);
                    double gMessage = rescale[degrees[r]] * gFrame[rows[r] * channels + c];
                    gValue[r * channels + c] = attention[head] * gMessage;
                    gWeight[head] += values[r * channels + c] * gMessage;
                }
            }
            Rows.put(dvalue, (long) e * gValue.length, gValue);
            Rows.put(dweight, (long) e * heads, gWeight);
            if (dangular != null) {
                double[] message = message(layout, value, attention, e, channels);
                for (int axis = 0; axis < 3; axis++) {
                    double turn = -generators.axis(axis).contract(gFrame, 0, message, 0, channels);
                    Rows.put(dangular, 3L * e + axis, turn);
                }
            }
        }
    }

    /** Number of heads, checked; 1 without weights. */
    private static int checkHeads(Shapes shapes, EdgeIndex edges, Tensor weight, int channels) {
        shapes.optional("weight", weight, edges.edges(), ANY);
        int heads = weight == null ? 1 : (int) weight.dim(1);
        shapes.that(heads > 0 && channels % heads == 0, "heads", heads, "a divisor of " + channels + " channels");
        return heads;
    }

    /** Weighted and rescaled values of one edge as [(L+1)^2, C], zero where the layout keeps nothing. */
    private static double[] message(SphericalLayout layout, Tensor value, double[] attention, int e, int channels) {
        int[] rows = layout.nodeRows();
        int[] degrees = layout.degrees();
        double[] rescale = layout.rescale();
        int perHead = channels / attention.length;
        double[] values = Rows.read(value, (long) e * rows.length * channels, rows.length * channels);
        double[] message = new double[layout.coefficients() * channels];
        for (int r = 0; r < rows.length; r++) {
            for (int c = 0; c < channels; c++) {
                message[rows[r] * channels + c] =
                        rescale[degrees[r]] * attention[c / perHead] * values[r * channels + c];
            }
        }
        return message;
    }

    /** D x for one edge; x is [(L+1)^2, width]. */
    private static double[] rotate(SphericalLayout layout, double[] wigner, double[] x, int width) {
        double[] out = new double[x.length];
        for (int l = 0; l <= layout.lmax(); l++) {
            int at = l * l * width;
            int size = 2 * l + 1;
            Products.addMatrix(wigner, SphericalLayout.wignerOffset(l), size, size, x, at, width, out, at);
        }
        return out;
    }

    /** D^T x for one edge; x is [(L+1)^2, width]. */
    private static double[] rotateBack(SphericalLayout layout, double[] wigner, double[] x, int width) {
        double[] out = new double[x.length];
        for (int l = 0; l <= layout.lmax(); l++) {
            int at = l * l * width;
            int size = 2 * l + 1;
            Products.addTransposed(wigner, SphericalLayout.wignerOffset(l), size, size, x, at, width, out, at);
        }
        return out;
    }

    /** Features of the two nodes of an edge side by side, [(L+1)^2, 2C], the source's channels first. */
    private static double[] bothEnds(SphericalLayout layout, EdgeIndex edges, Tensor x, int e) {
        int channels = (int) x.dim(2);
        int coefficients = layout.coefficients();
        long source = (long) Rows.index(edges.source(), e) * coefficients;
        long target = (long) Rows.index(edges.target(), e) * coefficients;
        double[] ends = new double[coefficients * 2 * channels];
        for (int i = 0; i < coefficients; i++) {
            for (int c = 0; c < channels; c++) {
                ends[2 * i * channels + c] = x.get((source + i) * channels + c);
                ends[(2 * i + 1) * channels + c] = x.get((target + i) * channels + c);
            }
        }
        return ends;
    }

    private static double[] readWigner(SphericalLayout layout, Tensor wigner, int e) {
        return Rows.read(wigner, (long) e * layout.wignerSize(), layout.wignerSize());
    }

    /** Radial weights of one edge, [slots, width]; ones without a tensor. */
    private static double[] readRadial(SphericalLayout layout, Tensor radial, int e, int width) {
        int size = layout.radialSlots() * width;
        return radial == null ? ones(size) : Rows.read(radial, (long) e * size, size);
    }

    /** Attention weights of one edge, [heads]; ones without a tensor. */
    private static double[] readWeight(Tensor weight, int e, int heads) {
        return weight == null ? ones(heads) : Rows.read(weight, (long) e * heads, heads);
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }
}
