package unitcell.autograd.ops;

import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.S2GridTensors;
import unitcell.engine.kernel.SphericalKernels;
import unitcell.engine.kernel.SphericalLayout;

/** Differentiable {@link SphericalKernels}. */
public final class SphericalOps {
    private SphericalOps() {}

    /** Vectors from target to source from positions [N, 3] and cells [B, 3, 3]. */
    public static Var edgeVector(Tape tape, EdgeIndex edges, Var position, Var cell, Tensor crystal, Tensor shift) {
        SphericalKernels kernels = tape.kernels().spherical();
        Tensor vector = tape.empty(edges.edges(), 3);
        kernels.edgeVector(edges, position.value(), cell.value(), crystal, shift, vector);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "edgeVector",
                vector,
                g -> kernels.edgeVectorBackward(edges, result[0].grad(), crystal, shift, g.of(position), g.of(cell)),
                position,
                cell);
        return result[0];
    }

    /**
     * Length and frame of each edge.
     *
     * @param distance [E]
     * @param wigner packed Wigner matrices [E, D]; its gradient is angular, [E, 3]
     */
    public record EdgeFrames(Var distance, Var wigner) {}

    /** Frames in the two-chart gauge, differentiable through lengths and rotations. vector [E, 3]. */
    public static EdgeFrames edgeFrame(Tape tape, int lmax, Var vector) {
        long edges = vector.value().dim(0);
        Tensor rotation = tape.empty(edges, 9);
        Tensor jacobian = tape.tracks(vector) ? tape.empty(edges, 9) : null;
        Tensor distance = tape.empty(edges);
        tape.kernels().spherical().edgeFrame(vector.value(), distance, rotation, jacobian);
        return edgeFrame(tape, lmax, vector, distance, rotation, jacobian);
    }

    /** Frames given from outside (another gauge), with the map from changes of direction to angular velocities. */
    public static EdgeFrames edgeFrame(
            Tape tape, int lmax, Var vector, Tensor distance, Tensor rotation, Tensor jacobian) {
        SphericalKernels kernels = tape.kernels().spherical();
        long edges = vector.value().dim(0);
        int size = new SphericalLayout(lmax, 0, 0, false).wignerSize();
        Tensor wigner = tape.empty(edges, size);
        kernels.wignerD(lmax, rotation, wigner);
        Var distanceVar = tape.result(distance, distance.shape(), vector);
        Var wignerVar = tape.result(wigner, new long[] {edges, 3}, vector);
        tape.record(
                "edgeFrame",
                new Var[] {distanceVar, wignerVar},
                g -> kernels.edgeFrameBackward(
                        vector.value(), distance, jacobian, distanceVar.grad(), wignerVar.grad(), g.of(vector)));
        return new EdgeFrames(distanceVar, wignerVar);
    }

    /** Both ends of each edge in its frame, packed by m, times radial weights [E, slots*2C] (or null). */
    public static Var gatherRotate(Tape tape, SphericalLayout layout, EdgeIndex edges, Var x, Var wigner, Var radial) {
        SphericalKernels kernels = tape.kernels().spherical();
        long[] radialShape = {edges.edges(), layout.radialSlots(), 2 * x.value().dim(2)};
        Tensor weights = radial == null ? null : radial.value().reshape(radialShape);
        Tensor out = tape.empty(edges.edges(), layout.reduced(), 2 * x.value().dim(2));
        kernels.gatherRotate(layout, edges, x.value(), wigner.value(), weights, out);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "gatherRotate",
                out,
                g -> kernels.gatherRotateBackward(
                        layout,
                        edges,
                        result[0].grad(),
                        x.value(),
                        wigner.value(),
                        weights,
                        g.of(x),
                        DenseOps.reshaped(g, radial, radialShape),
                        g.of(wigner)),
                x,
                wigner,
                radial);
        return result[0];
    }

    /** Weighted messages [E, R*C], rotated back and summed at the target, times scale: [N, (L+1)^2, C]. */
    public static Var rotateSegmentSum(
            Tape tape, SphericalLayout layout, EdgeIndex edges, double scale, Var value, Var weight, Var wigner) {
        SphericalKernels kernels = tape.kernels().spherical();
        long channels = value.value().dim(-1);
        if (value.value().rank() == 2) {
            channels /= layout.reduced();
        }
        long[] valueShape = {edges.edges(), layout.reduced(), channels};
        Tensor v = value.value().reshape(valueShape);
        Tensor out = tape.empty(edges.nodes(), layout.coefficients(), channels);
        kernels.rotateSegmentSum(layout, edges, scale, v, DenseOps.valueOf(weight), wigner.value(), out);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "rotateSegmentSum",
                out,
                g -> kernels.rotateSegmentSumBackward(
                        layout,
                        edges,
                        scale,
                        result[0].grad(),
                        v,
                        DenseOps.valueOf(weight),
                        wigner.value(),
                        DenseOps.reshaped(g, value, valueShape),
                        g.of(weight),
                        g.of(wigner)),
                value,
                weight,
                wigner);
        return result[0];
    }

    /** SiLU on the sphere; with scalars (count C columns of [rows, width], from {@code from}) the separable form. */
    public static Var s2Activation(Tape tape, S2GridTensors grid, Var x, Var scalars, int from) {
        SphericalKernels kernels = tape.kernels().spherical();
        int channels = (int) x.value().dim(2);
        Columns s = scalars == null ? null : new Columns(scalars.value(), from, channels);
        Tensor y = tape.empty(x.value().shape());
        kernels.s2Activation(grid, x.value(), s, y);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "s2Activation",
                y,
                g -> kernels.s2ActivationBackward(
                        grid, result[0].grad(), x.value(), s, g.of(x), g.columns(scalars, from, channels), true),
                x,
                scalars);
        return result[0];
    }

    /** Gate activation with L*C gates, columns of [rows, width] starting at {@code from}. */
    public static Var gateActivation(Tape tape, int[] degrees, int lmax, Var x, Var gates, int from) {
        SphericalKernels kernels = tape.kernels().spherical();
        int count = lmax * (int) x.value().dim(2);
        Columns columns = new Columns(gates.value(), from, count);
        Tensor y = tape.empty(x.value().shape());
        kernels.gateActivation(degrees, x.value(), columns, y);
        Var[] result = new Var[1];
        result[0] = tape.record(
                "gateActivation",
                y,
                g -> kernels.gateActivationBackward(
                        degrees, result[0].grad(), x.value(), columns, g.of(x), g.columns(gates, from, count), true),
                x,
                gates);
        return result[0];
    }
}
