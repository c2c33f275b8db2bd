package unitcell.trainer.reconstruct.guide;

import unitcell.crystal.Crystal;

/**
 * One way to complete a crystal.
 *
 * @param crystal every site with a species, displacements removed, wrapped into the cell; the input's id
 * @param generatorRank place by the generator's probability, from 1
 * @param logProbability of the species on hidden sites together, in nats: see {@link SpeciesChoice}
 * @param stability probability of being stable, by a discriminator; NaN where none was asked
 * @param property predicted value of the property that is aimed at; NaN where there is none
 */
public record Candidate(Crystal crystal, int generatorRank, double logProbability, double stability, double property) {
    /** A candidate that nothing but the generator has judged. */
    public Candidate(Crystal crystal, int generatorRank, double logProbability) {
        this(crystal, generatorRank, logProbability, Double.NaN, Double.NaN);
    }

    /** The same candidate at other positions. */
    public Candidate at(Crystal other) {
        return new Candidate(other, generatorRank, logProbability, stability, property);
    }
}
