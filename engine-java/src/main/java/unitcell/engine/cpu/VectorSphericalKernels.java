package unitcell.engine.cpu;

import static unitcell.engine.kernel.Shapes.ANY;

import java.util.HashMap;
import java.util.Map;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.S2GridTensors;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalKernels;
import unitcell.engine.kernel.SphericalLayout;

/**
 * {@link SphericalKernels} with vectors over channels (Wigner matrices: over edges) and several threads.
 *
 * <p>Memory convention: arguments are read and written in place; plans are kept for every layout seen.
 */
final class VectorSphericalKernels implements SphericalKernels {
    private final Workers workers;
    private final Map<SphericalLayout, VectorRotationPlan> plans = new HashMap<>();
    private final Map<Integer, VectorSphericalWigner> recursions = new HashMap<>();

    VectorSphericalKernels(Workers workers) {
        this.workers = workers;
    }

    @Override
    public void edgeVector(EdgeIndex edges, Tensor position, Tensor cell, Tensor crystal, Tensor shift, Tensor vector) {
        VectorSphericalEdges.edgeVector(workers, edges, position, cell, crystal, shift, vector);
    }

    @Override
    public void edgeVectorBackward(
            EdgeIndex edges, Tensor dvector, Tensor crystal, Tensor shift, Sink dposition, Sink dcell) {
        VectorSphericalEdges.edgeVectorBackward(workers, edges, dvector, crystal, shift, dposition, dcell);
    }

    @Override
    public void edgeFrame(Tensor vector, Tensor distance, Tensor rotation, Tensor jacobian) {
        VectorSphericalEdges.edgeFrame(workers, vector, distance, rotation, jacobian);
    }

    @Override
    public void edgeFrameBackward(
            Tensor vector, Tensor distance, Tensor jacobian, Tensor ddistance, Tensor angular, Sink dvector) {
        VectorSphericalEdges.edgeFrameBackward(workers, vector, distance, jacobian, ddistance, angular, dvector);
    }

    @Override
    public void wignerD(int lmax, Tensor rotation, Tensor wigner) {
        recursions.computeIfAbsent(lmax, VectorSphericalWigner::new).run(workers, rotation, wigner);
    }

    private VectorRotationPlan plan(SphericalLayout layout) {
        return plans.computeIfAbsent(layout, VectorRotationPlan::new);
    }

    @Override
    public void gatherRotate(
            SphericalLayout layout, EdgeIndex edges, Tensor x, Tensor wigner, Tensor radial, Tensor out) {
        checkGather("gatherRotate", layout, edges, x, wigner, radial)
                .tensor("out", out, edges.edges(), layout.reduced(), 2 * x.dim(2));
        new VectorRotationGather("gatherRotate", plan(layout), edges, x, wigner, radial).forward(workers, out);
    }

    @Override
    public void gatherRotateBackward(
            SphericalLayout layout,
            EdgeIndex edges,
            Tensor dout,
            Tensor x,
            Tensor wigner,
            Tensor radial,
            Sink dx,
            Sink dradial,
            Sink dangular) {
        checkGather("gatherRotateBackward", layout, edges, x, wigner, radial)
                .tensor("dout", dout, edges.edges(), layout.reduced(), 2 * x.dim(2))
                .same("dx", dx, x)
                .sink("dradial", dradial, edges.edges(), layout.radialSlots(), 2 * x.dim(2))
                .sink("dangular", dangular, edges.edges(), 3);
        new VectorRotationGather("gatherRotateBackward", plan(layout), edges, x, wigner, radial)
                .backward(workers, dout, dx, dradial, dangular);
    }

    private static Shapes checkGather(
            String kernel, SphericalLayout layout, EdgeIndex edges, Tensor x, Tensor wigner, Tensor radial) {
        return Shapes.ofAny(kernel, "x", x)
                .tensor("x", x, edges.nodes(), layout.coefficients(), ANY)
                .tensor("wigner", wigner, edges.edges(), layout.wignerSize())
                .optional("radial", radial, edges.edges(), layout.radialSlots(), 2 * x.dim(2));
    }

    @Override
    public void rotateSegmentSum(
            SphericalLayout layout,
            EdgeIndex edges,
            double scale,
            Tensor value,
            Tensor weight,
            Tensor wigner,
            Tensor out) {
        checkScatter("rotateSegmentSum", layout, edges, value, weight, wigner)
                .tensor("out", out, edges.nodes(), layout.coefficients(), value.dim(2));
        new VectorRotationScatter("rotateSegmentSum", plan(layout), edges, scale, value, weight, wigner)
                .forward(workers, out);
    }

    @Override
    public void rotateSegmentSumBackward(
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
        checkScatter("rotateSegmentSumBackward", layout, edges, value, weight, wigner)
                .tensor("dout", dout, edges.nodes(), layout.coefficients(), value.dim(2))
                .same("dvalue", dvalue, value)
                .that(dweight == null || weight != null, "dweight", dweight, "null without weights")
                .same("dweight", dweight, weight)
                .sink("dangular", dangular, edges.edges(), 3);
        new VectorRotationScatter("rotateSegmentSumBackward", plan(layout), edges, scale, value, weight, wigner)
                .backward(workers, dout, dvalue, dweight, dangular);
    }

    private static Shapes checkScatter(
            String kernel, SphericalLayout layout, EdgeIndex edges, Tensor value, Tensor weight, Tensor wigner) {
        Shapes shapes = Shapes.ofAny(kernel, "value", value)
                .tensor("value", value, edges.edges(), layout.reduced(), ANY)
                .tensor("wigner", wigner, edges.edges(), layout.wignerSize())
                .optional("weight", weight, edges.edges(), ANY);
        boolean divides = weight == null || weight.dim(1) > 0 && value.dim(2) % weight.dim(1) == 0;
        return shapes.that(divides, "weight", weight, "heads that divide the " + value.dim(2) + " channels");
    }

    @Override
    public void s2Activation(S2GridTensors grid, Tensor x, Columns scalars, Tensor y) {
        VectorS2Activation activation = new VectorS2Activation("s2Activation", grid, x, scalars);
        Shapes.ofAny("s2Activation", "x", x).same("y", y, x);
        activation.forward(workers, y);
    }

    @Override
    public void s2ActivationBackward(
            S2GridTensors grid, Tensor dy, Tensor x, Columns scalars, Sink dx, Columns dscalars, boolean addScalars) {
        VectorS2Activation activation = new VectorS2Activation("s2ActivationBackward", grid, x, scalars);
        Shapes.ofAny("s2ActivationBackward", "x", x).same("dy", dy, x).same("dx", dx, x);
        activation.backward(workers, dy, dx, dscalars, addScalars);
    }

    @Override
    public void gateActivation(int[] degrees, Tensor x, Columns gates, Tensor y) {
        VectorSphericalGate gate = new VectorSphericalGate("gateActivation", degrees, x, gates);
        Shapes.ofAny("gateActivation", "x", x).same("y", y, x);
        gate.forward(workers, y);
    }

    @Override
    public void gateActivationBackward(
            int[] degrees, Tensor dy, Tensor x, Columns gates, Sink dx, Columns dgates, boolean addGates) {
        VectorSphericalGate gate = new VectorSphericalGate("gateActivationBackward", degrees, x, gates);
        Shapes.ofAny("gateActivationBackward", "x", x).same("dy", dy, x).same("dx", dx, x);
        gate.backward(workers, dy, dx, dgates, addGates);
    }
}
