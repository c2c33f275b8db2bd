package unitcell.trainer.data;

import java.util.Arrays;
import unitcell.net.GraphBatch;
import unitcell.trainer.data.Corruption.MaskType;

/**
 * Corrupted crystals as one graph with the truth beside it. Host arrays, shared, not to be changed.
 *
 * @param graph what the network sees: hidden species 0, noisy positions
 * @param target true species class of each atom, atomic number - 1, [N]
 * @param masked which atoms are hidden, [N]
 * @param types how each crystal's hidden atoms were chosen, [B]
 * @param noise Cartesian displacements from the truth, angstrom, [N*3]
 * @param fractionalNoise the same in fractions of the lattice vectors, [N*3]
 * @param inverseCell inverse cell matrices, {@code frac = cart @ inverse}, [B*9]
 */
public record TrainingBatch(
        GraphBatch graph,
        int[] target,
        boolean[] masked,
        MaskType[] types,
        double[] noise,
        double[] fractionalNoise,
        double[] inverseCell) {
    /** Number of hidden atoms. */
    public int maskedCount() {
        int count = 0;
        for (boolean m : masked) {
            count += m ? 1 : 0;
        }
        return count;
    }

    /**
     * Some consecutive crystals as a batch of their own.
     *
     * @param from first crystal
     * @param to the crystal after the last
     */
    public TrainingBatch part(int from, int to) {
        int node = graph.crystalStart()[from];
        int nodeEnd = graph.crystalStart()[to];
        return new TrainingBatch(
                GraphParts.of(graph, from, to),
                Arrays.copyOfRange(target, node, nodeEnd),
                Arrays.copyOfRange(masked, node, nodeEnd),
                Arrays.copyOfRange(types, from, to),
                Arrays.copyOfRange(noise, 3 * node, 3 * nodeEnd),
                Arrays.copyOfRange(fractionalNoise, 3 * node, 3 * nodeEnd),
                Arrays.copyOfRange(inverseCell, 9 * from, 9 * to));
    }
}
