package unitcell.engine.scalar;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.so3.EdgeFrame;
import unitcell.engine.so3.WignerD;

/** Edge vectors, frames and Wigner matrices. Vectors are row-major [.., 3] in angstrom, matrices [.., 9]. */
final class EdgeGeometry {
    private EdgeGeometry() {}

    static void edgeVector(EdgeIndex edges, Tensor position, Tensor cell, Tensor crystal, Tensor shift, Tensor vector) {
        Shapes shapes = Shapes.ofAny("edgeVector", "position", position)
                .edges(edges)
                .tensor("position", position, edges.nodes(), 3)
                .tensor("cell", cell, ANY, 3, 3)
                .indices("crystal", crystal, edges.nodes())
                .tensor("shift", shift, edges.edges(), 3)
                .tensor("vector", vector, edges.edges(), 3);
        for (long e = 0; e < edges.edges(); e++) {
            long source = Rows.index(edges.source(), e);
            long target = Rows.index(edges.target(), e);
            long b = shapes.index("crystal", target, Rows.index(crystal, target), cell.dim(0));
            for (int k = 0; k < 3; k++) {
                double translation = 0;
                for (int i = 0; i < 3; i++) {
                    translation += shift.get(3 * e + i) * cell.get(9 * b + 3L * i + k);
                }
                vector.set(3 * e + k, position.get(3 * source + k) + translation - position.get(3 * target + k));
            }
        }
    }

    static void edgeVectorBackward(
            EdgeIndex edges, Tensor dvector, Tensor crystal, Tensor shift, Sink dposition, Sink dcell) {
        Shapes shapes = Shapes.ofAny("edgeVectorBackward", "dvector", dvector)
                .edges(edges)
                .tensor("dvector", dvector, edges.edges(), 3)
                .indices("crystal", crystal, edges.nodes())
                .tensor("shift", shift, edges.edges(), 3)
                .sink("dposition", dposition, edges.nodes(), 3)
                .sink("dcell", dcell, ANY, 3, 3);
        double[] positionSum = Rows.accumulator(dposition);
        double[] cellSum = Rows.accumulator(dcell);
        for (long e = 0; e < edges.edges(); e++) {
            int source = Rows.index(edges.source(), e);
            int target = Rows.index(edges.target(), e);
            double[] g = Rows.read(dvector, 3 * e, 3);
            if (dposition != null) {
                for (int k = 0; k < 3; k++) {
                    positionSum[3 * source + k] += g[k];
                    positionSum[3 * target + k] -= g[k];
                }
            }
            if (dcell != null) {
                int b = shapes.index(
                        "crystal",
                        target,
                        Rows.index(crystal, target),
                        dcell.tensor().dim(0));
                Products.addOuter(1, Rows.read(shift, 3 * e, 3), 0, 3, g, 0, 3, cellSum, 9 * b);
            }
        }
        Rows.flush(dposition, positionSum);
        Rows.flush(dcell, cellSum);
    }

    static void edgeFrame(Tensor vector, Tensor distance, Tensor rotation, Tensor jacobian) {
        Shapes.of("edgeFrame", "vector", vector, ANY, 3)
                .tensor("distance", distance, vector.dim(0))
                .tensor("rotation", rotation, vector.dim(0), 9)
                .optional("jacobian", jacobian, vector.dim(0), 9);
        double[] frame = new double[9];
        double[] map = new double[9];
        for (long e = 0; e < vector.dim(0); e++) {
            distance.set(e, EdgeFrame.fromVector(Rows.read(vector, 3 * e, 3), 0, frame, 0));
            Rows.write(rotation, 9 * e, frame);
            if (jacobian != null) {
                EdgeFrame.angularJacobian(frame, 0, map, 0);
                Rows.write(jacobian, 9 * e, map);
            }
        }
    }

    static void edgeFrameBackward(
            Tensor vector, Tensor distance, Tensor jacobian, Tensor ddistance, Tensor angular, Sink dvector) {
        Shapes shapes = Shapes.of("edgeFrameBackward", "vector", vector, ANY, 3)
                .tensor("distance", distance, vector.dim(0))
                .optional("ddistance", ddistance, vector.dim(0))
                .optional("angular", angular, vector.dim(0), 3)
                .same("dvector", dvector, vector);
        if (angular != null) {
            shapes.tensor("jacobian", jacobian, vector.dim(0), 9);
        }
        for (long e = 0; dvector != null && e < vector.dim(0); e++) {
            double d = distance.get(e);
            double[] n = Rows.read(vector, 3 * e, 3);
            for (int k = 0; k < 3; k++) {
                n[k] /= d;
            }
            double[] gn = new double[3]; // gradient for the direction n
            if (angular != null) {
                double[] map = Rows.read(jacobian, 9 * e, 9);
                Products.addTransposedVector(1, map, 0, 3, 3, Rows.read(angular, 3 * e, 3), 0, gn, 0);
            }
            double along = n[0] * gn[0] + n[1] * gn[1] + n[2] * gn[2];
            double gd = ddistance == null ? 0 : ddistance.get(e);
            for (int k = 0; k < 3; k++) {
                Rows.put(dvector, 3 * e + k, n[k] * gd + (gn[k] - n[k] * along) / d);
            }
        }
    }

    static void wignerD(int lmax, Tensor rotation, Tensor wigner) {
        int size = SphericalLayout.wignerOffset(lmax + 1);
        Shapes.of("wignerD", "rotation", rotation, ANY, 9).tensor("wigner", wigner, rotation.dim(0), size);
        double[] blocks = new double[size];
        for (long e = 0; e < rotation.dim(0); e++) {
            WignerD.fromRotation(Rows.read(rotation, 9 * e, 9), lmax, blocks);
            Rows.write(wigner, e * size, blocks);
        }
    }
}
