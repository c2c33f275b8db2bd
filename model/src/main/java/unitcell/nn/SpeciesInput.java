package unitcell.nn;

import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.DenseOps;
import unitcell.engine.Tensor;

/**
 * What the network is told of the species of each atom: one of them, or a distribution over all of them, through which
 * gradients flow. A table is then read as a row, or as the mean of its rows under the distribution.
 *
 * <p>Memory convention: tensors belong to the tape.
 */
public sealed interface SpeciesInput {
    /**
     * One species for each atom.
     *
     * @param index I32 [N], atomic numbers; 0 is the mask
     */
    record Hard(Tensor index) implements SpeciesInput {
        @Override
        public Rows read(Tape tape, Var table) {
            return new Rows(index, table);
        }

        @Override
        public Tensor rowOfNode() {
            return index;
        }
    }

    /**
     * A distribution over species for each atom. A row that is 1 at one species gives what that species gives.
     *
     * @param probabilities [N, S]; columns are atomic numbers, column 0 the mask
     * @param rowOfNode I32 [N], 0 to N-1; see {@link SpeciesInput#soft}
     */
    record Soft(Var probabilities, Tensor rowOfNode) implements SpeciesInput {
        public Soft {
            Tensor p = probabilities.value();
            if (p.rank() != 2 || p.dim(0) != rowOfNode.size()) {
                throw new IllegalArgumentException("probabilities of species are " + p + "; expected a row for each of "
                        + rowOfNode.size() + " atoms");
            }
        }

        @Override
        public Rows read(Tape tape, Var table) {
            long species = probabilities.value().dim(1);
            if (table.value().dim(0) != species) {
                throw new IllegalArgumentException("probabilities of " + species
                        + " species do not fit a network with tables of "
                        + table.value().dim(0)
                        + " (max_num_elements)");
            }
            return new Rows(rowOfNode, DenseOps.matmul(tape, probabilities, table));
        }
    }

    /** Probabilities [N, S] as an input. */
    static SpeciesInput soft(Tape tape, Var probabilities) {
        int nodes = Math.toIntExact(probabilities.value().dim(0));
        int[] rows = new int[nodes];
        for (int n = 0; n < nodes; n++) {
            rows[n] = n;
        }
        return new Soft(probabilities, tape.of(rows, nodes));
    }

    /**
     * Rows to read and which atom reads which.
     *
     * @param index I32 [N], rows of the table
     * @param table [rows, C]
     */
    record Rows(Tensor index, Var table) {}

    /** What atoms read from a table of the network, [S, C]. */
    Rows read(Tape tape, Var table);

    /** The index of what {@link #read} gives. */
    Tensor rowOfNode();
}
