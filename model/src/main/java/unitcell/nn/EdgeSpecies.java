package unitcell.nn;

import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.Tensor;

/**
 * What a radial function reads of the species at both ends of an edge.
 *
 * @param index I32 [N], each node's row in both tables
 * @param source [rows, C], or null for a function of distances alone
 * @param target [rows, C], or null together with {@code source}
 */
record EdgeSpecies(Tensor index, Var source, Var target) {
    /** Nothing but the distance counts. */
    static EdgeSpecies none(SpeciesInput species) {
        return new EdgeSpecies(species.rowOfNode(), null, null);
    }

    /** Rows of two tables of the network. */
    static EdgeSpecies of(Tape tape, SpeciesInput species, Var sourceTable, Var targetTable) {
        SpeciesInput.Rows source = species.read(tape, sourceTable);
        SpeciesInput.Rows target = species.read(tape, targetTable);
        return new EdgeSpecies(source.index(), source.table(), target.table());
    }
}
