package unitcell.cuda;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.S2GridTensors;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalKernels;
import unitcell.engine.kernel.SphericalLayout;

/**
 * {@link SphericalKernels} on the GPU: geometry in {@link CudaEdgeGeometry}, rotations of features in
 * {@link CudaRotationGather} and {@link CudaRotationScatter}, activations in {@link CudaS2Activation} and
 * {@link CudaGateActivation}.
 *
 * <p>Memory convention: all tensors in device memory; the contents of index tensors are not looked at.
 */
final class CudaSphericalKernels implements SphericalKernels {
    private final CudaEdgeGeometry geometry;
    private final CudaRotationGather gather;
    private final CudaRotationScatter scatter;
    private final CudaS2Activation s2Activation;
    private final CudaGateActivation gateActivation;

    CudaSphericalKernels(CudaQueue queue, DType dtype) {
        geometry = new CudaEdgeGeometry(queue, dtype);
        gather = new CudaRotationGather(queue, dtype);
        scatter = new CudaRotationScatter(queue, dtype);
        s2Activation = new CudaS2Activation(queue, dtype);
        gateActivation = new CudaGateActivation(queue, dtype);
    }

    @Override
    public void edgeVector(EdgeIndex edges, Tensor position, Tensor cell, Tensor crystal, Tensor shift, Tensor vector) {
        geometry.edgeVector(edges, position, cell, crystal, shift, vector);
    }

    @Override
    public void edgeVectorBackward(
            EdgeIndex edges, Tensor dvector, Tensor crystal, Tensor shift, Sink dposition, Sink dcell) {
        geometry.edgeVectorBackward(edges, dvector, crystal, shift, dposition, dcell);
    }

    @Override
    public void edgeFrame(Tensor vector, Tensor distance, Tensor rotation, Tensor jacobian) {
        geometry.edgeFrame(vector, distance, rotation, jacobian);
    }

    @Override
    public void edgeFrameBackward(
            Tensor vector, Tensor distance, Tensor jacobian, Tensor ddistance, Tensor angular, Sink dvector) {
        geometry.edgeFrameBackward(vector, distance, jacobian, ddistance, angular, dvector);
    }

    @Override
    public void wignerD(int lmax, Tensor rotation, Tensor wigner) {
        geometry.wignerD(lmax, rotation, wigner);
    }

    @Override
    public void gatherRotate(
            SphericalLayout layout, EdgeIndex edges, Tensor x, Tensor wigner, Tensor radial, Tensor out) {
        gather.forward(layout, edges, x, wigner, radial, out);
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
        gather.backward(layout, edges, dout, x, wigner, radial, dx, dradial, dangular);
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
        scatter.forward(layout, edges, scale, value, weight, wigner, out);
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
        scatter.backward(layout, edges, scale, dout, value, weight, wigner, dvalue, dweight, dangular);
    }

    @Override
    public void s2Activation(S2GridTensors grid, Tensor x, Columns scalars, Tensor y) {
        s2Activation.forward(grid, x, scalars, y);
    }

    @Override
    public void s2ActivationBackward(
            S2GridTensors grid, Tensor dy, Tensor x, Columns scalars, Sink dx, Columns dscalars, boolean addScalars) {
        s2Activation.backward(grid, dy, x, scalars, dx, dscalars, addScalars);
    }

    @Override
    public void gateActivation(int[] degrees, Tensor x, Columns gates, Tensor y) {
        gateActivation.forward(degrees, x, gates, y);
    }

    @Override
    public void gateActivationBackward(
            int[] degrees, Tensor dy, Tensor x, Columns gates, Sink dx, Columns dgates, boolean addGates) {
        gateActivation.backward(degrees, dy, x, gates, dx, dgates, addGates);
    }
}
