package unitcell.cuda;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.memory.Scope;

/**
 * Vectors, frames and Wigner matrices of edges: {@code geometry.cu} and {@code wigner.cu}.
 *
 * <p>Memory convention: all tensors in device memory; each node's part of a cell gradient in scratch memory of the
 * call. Vectors are not read back, so that one of length zero is not refused here: its frame is not a number.
 */
final class CudaEdgeGeometry {
    private static final int THREADS = 128;
    private static final int NODES_PER_BLOCK = THREADS / 32;
    private static final int WIGNER_THREADS = 256;
    /** Bytes of one element of the matrices of all edges of a block, side by side. */
    private static final int WIGNER_BYTES = 128;

    private final CudaQueue queue;
    private final DType dtype;
    private final CudaKernel vector;
    private final CudaKernel vectorBackwardPosition;
    private final CudaKernel vectorBackwardCellNodes;
    private final CudaKernel vectorBackwardCell;
    private final CudaKernel frame;
    private final CudaKernel frameBackward;
    private final CudaKernel[] wigner = new CudaKernel[CudaRotationGrid.MAX_DEGREE + 1];

    CudaEdgeGeometry(CudaQueue queue, DType dtype) {
        this.queue = queue;
        this.dtype = dtype;
        vector = queue.kernel("geometry", "edge_vector", dtype);
        vectorBackwardPosition = queue.kernel("geometry", "edge_vector_backward_position", dtype);
        vectorBackwardCellNodes = queue.kernel("geometry", "edge_vector_backward_cell_nodes", dtype);
        vectorBackwardCell = queue.kernel("geometry", "edge_vector_backward_cell", dtype);
        frame = queue.kernel("geometry", "edge_frame", dtype);
        frameBackward = queue.kernel("geometry", "edge_frame_backward", dtype);
        for (int l = 0; l < wigner.length; l++) {
            wigner[l] = queue.kernel("wigner", "wigner_d_l" + l, dtype);
        }
    }

    void edgeVector(EdgeIndex edges, Tensor position, Tensor cell, Tensor crystal, Tensor shift, Tensor out) {
        Shapes.ofAny("edgeVector", "position", position)
                .that(position.dtype() == dtype, "position", position, "a tensor of " + dtype)
                .edges(edges)
                .tensor("position", position, edges.nodes(), 3)
                .tensor("cell", cell, ANY, 3, 3)
                .indices("crystal", crystal, edges.nodes())
                .tensor("shift", shift, edges.edges(), 3)
                .tensor("vector", out, edges.edges(), 3);
        queue.launch(vector)
                .tensor(edges.source())
                .tensor(edges.target())
                .tensor(position)
                .tensor(cell)
                .tensor(crystal)
                .tensor(shift)
                .tensor(out)
                .wide(edges.edges())
                .over(edges.edges(), THREADS);
    }

    void edgeVectorBackward(EdgeIndex edges, Tensor dvector, Tensor crystal, Tensor shift, Sink dposition, Sink dcell) {
        Shapes.ofAny("edgeVectorBackward", "dvector", dvector)
                .that(dvector.dtype() == dtype, "dvector", dvector, "a tensor of " + dtype)
                .edges(edges)
                .tensor("dvector", dvector, edges.edges(), 3)
                .indices("crystal", crystal, edges.nodes())
                .tensor("shift", shift, edges.edges(), 3)
                .sink("dposition", dposition, edges.nodes(), 3)
                .sink("dcell", dcell, ANY, 3, 3);
        long blocks = (edges.nodes() + NODES_PER_BLOCK - 1L) / NODES_PER_BLOCK;
        if (dposition != null) {
            queue.launch(vectorBackwardPosition)
                    .tensor(edges.targetStart())
                    .tensor(edges.sourceStart())
                    .tensor(edges.sourceEdge())
                    .tensor(dvector)
                    .sink(dposition)
                    .wide(edges.nodes())
                    .blocks(blocks, THREADS);
        }
        if (dcell != null) {
            try (Scope scratch = queue.scratch()) {
                Tensor parts = scratch.empty(DType.F64, edges.nodes(), 9);
                queue.launch(vectorBackwardCellNodes)
                        .tensor(edges.targetStart())
                        .tensor(dvector)
                        .tensor(shift)
                        .tensor(parts)
                        .wide(edges.nodes())
                        .blocks(blocks, THREADS);
                queue.launch(vectorBackwardCell)
                        .tensor(crystal)
                        .tensor(parts)
                        .sink(dcell)
                        .wide(edges.nodes())
                        .blocks(dcell.tensor().dim(0), THREADS);
            }
        }
    }

    void edgeFrame(Tensor edgeVector, Tensor distance, Tensor rotation, Tensor jacobian) {
        long edges = edgeVector.dim(0);
        edges("edgeFrame", edgeVector)
                .tensor("distance", distance, edgeVector.dim(0))
                .tensor("rotation", rotation, edgeVector.dim(0), 9)
                .optional("jacobian", jacobian, edgeVector.dim(0), 9);
        queue.launch(frame)
                .tensor(edgeVector)
                .tensor(distance)
                .tensor(rotation)
                .tensor(jacobian)
                .wide(edges)
                .over(edges, THREADS);
    }

    void edgeFrameBackward(
            Tensor edgeVector, Tensor distance, Tensor jacobian, Tensor ddistance, Tensor angular, Sink dvector) {
        long edges = edgeVector.dim(0);
        Shapes shapes = edges("edgeFrameBackward", edgeVector)
                .tensor("distance", distance, edges)
                .optional("ddistance", ddistance, edges)
                .optional("angular", angular, edges, 3)
                .same("dvector", dvector, edgeVector);
        if (angular != null) {
            shapes.tensor("jacobian", jacobian, edges, 9);
        }
        if (dvector != null) {
            queue.launch(frameBackward)
                    .tensor(edgeVector)
                    .tensor(distance)
                    .tensor(jacobian)
                    .tensor(ddistance)
                    .tensor(angular)
                    .sink(dvector)
                    .wide(edges)
                    .over(edges, THREADS);
        }
    }

    private Shapes edges(String kernel, Tensor edgeVector) {
        return Shapes.of(kernel, "vector", edgeVector, ANY, 3)
                .that(edgeVector.dtype() == dtype, "vector", edgeVector, "a tensor of " + dtype);
    }

    void wignerD(int lmax, Tensor rotation, Tensor out) {
        int size = SphericalLayout.wignerOffset(lmax + 1);
        Shapes.of("wignerD", "rotation", rotation, ANY, 9)
                .that(rotation.dtype() == dtype, "rotation", rotation, "a tensor of " + dtype)
                .that(lmax >= 0 && lmax < wigner.length, "lmax", lmax, "0 to 6")
                .tensor("wigner", out, rotation.dim(0), size);
        long edges = rotation.dim(0);
        int perBlock = WIGNER_BYTES / dtype.bytes();
        queue.launch(wigner[lmax])
                .tensor(rotation)
                .tensor(out)
                .wide(edges)
                .run((edges + perBlock - 1) / perBlock, 1, 1, WIGNER_THREADS, size * (perBlock + 1) * dtype.bytes());
    }
}
