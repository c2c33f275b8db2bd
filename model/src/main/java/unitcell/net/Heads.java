package unitcell.net;

import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.autograd.ops.SegmentOps;
import unitcell.engine.Tensor;

/** What heads read from node features [N, (L+1)^2, C]. */
public final class Heads {
    private Heads() {}

    /** The l=0 coefficients, [N, C]. */
    public static Var scalars(Tape tape, Var features) {
        long channels = features.value().dim(2);
        return PointwiseOps.columns(tape, features, features.value().dim(1) * channels, 0, channels);
    }

    /** The l=1 coefficients (x, y, z) of features with one channel, [N, 3]; they rotate as a vector. */
    public static Var vector(Tape tape, Var features) {
        if (features.value().dim(2) != 1) {
            throw new IllegalArgumentException("a vector head has one channel, got " + features.value());
        }
        return PointwiseOps.columns(tape, features, features.value().dim(1), 1, 3);
    }

    /** How node scalars become one row for each crystal. */
    public enum Pooling {
        /** Mean over atoms: intensive. */
        MEAN,
        /** Sum over atoms: extensive. */
        SUM
    }

    /**
     * Pools node scalars [N, C] to [B, C].
     *
     * @param divisor divides the result; 1, or a constant such as the reference's average number of nodes
     */
    public static Var pool(Tape tape, Var scalars, int[] crystalStart, Pooling pooling, double divisor) {
        int crystals = crystalStart.length - 1;
        double[] scale = new double[crystals];
        for (int b = 0; b < crystals; b++) {
            int atoms = crystalStart[b + 1] - crystalStart[b];
            scale[b] = (pooling == Pooling.MEAN ? 1.0 / atoms : 1.0) / divisor;
        }
        Tensor start = tape.of(crystalStart, crystalStart.length);
        return SegmentOps.segmentSum(tape, scalars, start, tape.of(scale, crystals));
    }
}
