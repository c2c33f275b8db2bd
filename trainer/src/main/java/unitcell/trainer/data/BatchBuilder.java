package unitcell.trainer.data;

import java.util.ArrayList;
import java.util.List;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.graph.NeighborRule;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.trainer.data.Corruption.Corrupted;
import unitcell.trainer.data.Corruption.MaskType;

/**
 * Spoils crystals and builds their neighbour graphs: what threads do ahead of the training step. A batch is a function
 * of (crystals, seed, epoch, batch number). Safe for several threads.
 *
 * @param crystals where crystals come from
 * @param corruption how they are spoilt
 * @param rule which atoms are neighbours, at the noisy positions
 * @param seed of the run
 */
public record BatchBuilder(CrystalStore crystals, Corruption corruption, NeighborRule rule, long seed) {
    /** A batch of the crystals at the given places. */
    public TrainingBatch build(int[] indices, long epoch, int batch) {
        List<Corrupted> corrupted = new ArrayList<>(indices.length);
        for (int index : indices) {
            corrupted.add(corruption.apply(crystals.get(index), seed, epoch, batch));
        }
        return of(corrupted, rule);
    }

    /** A batch of crystals already spoilt. */
    public static TrainingBatch of(List<Corrupted> corrupted, NeighborRule rule) {
        GraphBatch graph =
                GraphBatches.of(corrupted.stream().map(Corrupted::input).toList(), rule);
        int n = graph.nodes();
        TrainingBatch batch = new TrainingBatch(
                graph,
                new int[n],
                new boolean[n],
                new MaskType[corrupted.size()],
                new double[3 * n],
                new double[3 * n],
                new double[9 * corrupted.size()]);
        for (int b = 0; b < corrupted.size(); b++) {
            put(batch, b, graph.crystalStart()[b], corrupted.get(b));
        }
        return batch;
    }

    private static void put(TrainingBatch batch, int index, int node, Corrupted corrupted) {
        Crystal truth = corrupted.original();
        Lattice lattice = truth.lattice();
        int n = truth.size();
        for (int i = 0; i < n; i++) {
            // A site unknown in the truth itself has no class; it never counts, but the index must be valid.
            batch.target()[node + i] = Math.max(0, truth.species(i) - 1);
        }
        System.arraycopy(corrupted.masked(), 0, batch.masked(), node, n);
        System.arraycopy(corrupted.noise(), 0, batch.noise(), 3 * node, 3 * n);
        System.arraycopy(lattice.toFractional(corrupted.noise()), 0, batch.fractionalNoise(), 3 * node, 3 * n);
        System.arraycopy(lattice.inverse(), 0, batch.inverseCell(), 9 * index, 9);
        batch.types()[index] = corrupted.type();
    }
}
