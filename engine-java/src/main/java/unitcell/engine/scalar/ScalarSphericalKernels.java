package unitcell.engine.scalar;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.S2GridTensors;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalKernels;
import unitcell.engine.kernel.SphericalLayout;

/**
 * Scalar {@link SphericalKernels}: geometry in {@link EdgeGeometry}, rotations of features in {@link EdgeRotation},
 * activations in {@link SphereActivation}.
 */
final class ScalarSphericalKernels implements SphericalKernels {
    @Override
    public void edgeVector(EdgeIndex edges, Tensor position, Tensor cell, Tensor crystal, Tensor shift, Tensor vector) {
        EdgeGeometry.edgeVector(edges, position, cell, crystal, shift, vector);
    }

    @Override
    public void edgeVectorBackward(
            EdgeIndex edges, Tensor dvector, Tensor crystal, Tensor shift, Sink dposition, Sink dcell) {
        EdgeGeometry.edgeVectorBackward(edges, dvector, crystal, shift, dposition, dcell);
    }

    @Override
    public void edgeFrame(Tensor vector, Tensor distance, Tensor rotation, Tensor jacobian) {
        EdgeGeometry.edgeFrame(vector, distance, rotation, jacobian);
    }

    @Override
    public void edgeFrameBackward(
            Tensor vector, Tensor distance, Tensor jacobian, Tensor ddistance, Tensor angular, Sink dvector) {
        EdgeGeometry.edgeFrameBackward(vector, distance, jacobian, ddistance, angular, dvector);
    }

    @Override
    public void wignerD(int lmax, Tensor rotation, Tensor wigner) {
        EdgeGeometry.wignerD(lmax, rotation, wigner);
    }

    @Override
    public void gatherRotate(
            SphericalLayout layout, EdgeIndex edges, Tensor x, Tensor wigner, Tensor radial, Tensor out) {
        EdgeRotation.gatherRotate(layout, edges, x, wigner, radial, out);
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
        EdgeRotation.gatherRotateBackward(layout, edges, dout, x, wigner, radial, dx, dradial, dangular);
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
        EdgeRotation.rotateSegmentSum(layout, edges, scale, value, weight, wigner, out);
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
        EdgeRotation.rotateSegmentSumBackward(
                layout, edges, scale, dout, value, weight, wigner, dvalue, dweight, dangular);
    }

    @Override
    public void s2Activation(S2GridTensors grid, Tensor x, Columns scalars, Tensor y) {
        SphereActivation.s2Activation(grid, x, scalars, y);
    }

    @Override
    public void s2ActivationBackward(
            S2GridTensors grid, Tensor dy, Tensor x, Columns scalars, Sink dx, Columns dscalars, boolean addScalars) {
        SphereActivation.s2ActivationBackward(grid, dy, x, scalars, dx, dscalars, addScalars);
    }

    @Override
    public void gateActivation(int[] degrees, Tensor x, Columns gates, Tensor y) {
        SphereActivation.gateActivation(degrees, x, gates, y);
    }

    @Override
    public void gateActivationBackward(
            int[] degrees, Tensor dy, Tensor x, Columns gates, Sink dx, Columns dgates, boolean addGates) {
        SphereActivation.gateActivationBackward(degrees, dy, x, gates, dx, dgates, addGates);
    }
}
