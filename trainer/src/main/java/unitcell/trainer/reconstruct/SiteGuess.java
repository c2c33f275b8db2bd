package unitcell.trainer.reconstruct;

import java.util.ArrayList;
import java.util.List;
import unitcell.crystal.Element;
import unitcell.net.SpeciesRanking;

/**
 * What the network says about a hidden site.
 *
 * @param site index into the crystal's sites, from 0
 * @param ranking probabilities of all elements
 */
public record SiteGuess(int site, SpeciesRanking ranking) {
    /** A species with its probability. */
    public record Species(Element element, double probability) {}

    /** The most probable species, the best first. */
    public List<Species> best(int count) {
        List<Species> best = new ArrayList<>(count);
        for (int z : ranking.best(count)) {
            best.add(new Species(Element.of(z), ranking.probability(z)));
        }
        return best;
    }
}
