package unitcell.trainer.gan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.autograd.ops.SegmentOps;
import unitcell.crystal.Crystal;
import unitcell.crystal.Lattice;
import unitcell.crystal.graph.NeighborGraph;
import unitcell.crystal.graph.NeighborRule;
import unitcell.engine.Tensor;
import unitcell.net.Generator;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.ModelMetadata;

/**
 * Crystals as a generator completes them: the most probable species on every site, visible ones included as in the paper,
 * and the noisy positions less the predicted displacement, wrapped into the cell. Their neighbour graphs are those of
 * the new positions: which atoms are neighbours is decided on the host, without a gradient; how far and in which
 * direction they lie follows the positions.
 *
 * <p>Memory convention: crystals and graphs are host objects; {@code position} belongs to the tape.
 *
 * @param crystals with the most probable species, [B]
 * @param graphs their neighbours, [B]
 * @param position the same positions as a variable that depends on the generator, Cartesian, angstrom, [N, 3]
 */
record FakeCrystals(List<Crystal> crystals, List<NeighborGraph> graphs, Var position) {
    /**
     * Completes crystals.
     *
     * @param noisy what the generator saw
     * @param rule which atoms are neighbours to whoever judges them
     * @return empty if some position or logit is not finite
     */
    static Optional<FakeCrystals> of(
            Tape tape, Generator generator, Generator.Output output, GraphBatch noisy, NeighborRule rule) {
        int n = noisy.nodes();
        double[] logits = output.logits().value().toDoubles();
        Var moved = PointwiseOps.axpby(
                tape, 1, Var.constant(tape.of(noisy.position(), n, 3)), -1, cartesian(tape, generator, output, noisy));
        double[] position = moved.value().toDoubles();
        if (!allFinite(logits) || !allFinite(position)) {
            return Optional.empty();
        }
        List<Crystal> crystals = new ArrayList<>();
        List<NeighborGraph> graphs = new ArrayList<>();
        double[] back = new double[3 * n];
        for (int b = 0; b < noisy.crystals(); b++) {
            int from = noisy.crystalStart()[b];
            int to = noisy.crystalStart()[b + 1];
            Lattice lattice = Lattice.ofRows(Arrays.copyOfRange(noisy.cell(), 9 * b, 9 * b + 9));
            double[] frac = lattice.toFractional(Arrays.copyOfRange(position, 3 * from, 3 * to));
            double[] whole = new double[frac.length];
            for (int i = 0; i < frac.length; i++) {
                whole[i] = -Math.floor(frac[i]);
                frac[i] += whole[i];
            }
            System.arraycopy(lattice.toCartesian(whole), 0, back, 3 * from, whole.length);
            Crystal crystal = new Crystal("", lattice, best(logits, from, to), frac);
            crystals.add(crystal);
            graphs.add(NeighborGraph.of(crystal, rule));
        }
        Var wrapped = PointwiseOps.axpby(tape, 1, moved, 1, Var.constant(tape.of(back, n, 3)));
        return Optional.of(new FakeCrystals(crystals, graphs, wrapped));
    }

    private static Var cartesian(Tape tape, Generator generator, Generator.Output output, GraphBatch batch) {
        if (generator.metadata().displacement() == ModelMetadata.Displacement.CARTESIAN) {
            return output.displacement();
        }
        Tensor cell = tape.of(batch.cell(), batch.crystals(), 3, 3);
        return SegmentOps.crystalMatrix(tape, output.displacement(), cell, batch.crystalTensor(tape));
    }

    private static boolean allFinite(double[] values) {
        return Arrays.stream(values).allMatch(Double::isFinite);
    }

    /** The species with the largest logit of each site, the lightest of equals. */
    private static int[] best(double[] logits, int from, int to) {
        int[] species = new int[to - from];
        for (int i = from; i < to; i++) {
            int best = 0;
            for (int k = 1; k < Generator.CLASSES; k++) {
                if (logits[i * Generator.CLASSES + k] > logits[i * Generator.CLASSES + best]) {
                    best = k;
                }
            }
            species[i - from] = best + 1;
        }
        return species;
    }

    /** All of them as one graph. */
    GraphBatch batch() {
        return GraphBatches.of(crystals, graphs);
    }
}
