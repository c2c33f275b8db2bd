package unitcell.trainer.reconstruct.guide;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;

/**
 * Which elements hidden sites may get.
 *
 * @param everywhere for sites without a list of their own; empty: all elements
 * @param at lists of single sites, by index from 0
 */
public record AllowedSpecies(Optional<List<Element>> everywhere, Map<Integer, List<Element>> at) {
    /** All elements on all sites. */
    public static final AllowedSpecies ALL = new AllowedSpecies(Optional.empty(), Map.of());

    public AllowedSpecies {
        everywhere = everywhere.map(List::copyOf);
        Map<Integer, List<Element>> copy = new TreeMap<>();
        at.forEach((site, elements) -> copy.put(site, List.copyOf(elements)));
        at = java.util.Collections.unmodifiableMap(copy);
    }

    /**
     * What the hidden sites of a crystal may get.
     *
     * @param hidden indices of the hidden sites, [H], ascending
     * @param rows the first atomic number that the network does not know
     * @return [H, 119] by atomic number
     * @throws IllegalArgumentException if a site with a list is not there or not hidden, or its list has no element that
     *     the network knows
     */
    boolean[][] of(Crystal crystal, int[] hidden, int rows) {
        for (int site : at.keySet()) {
            if (site >= crystal.size()) {
                throw new IllegalArgumentException("crystal '" + crystal.id() + "' has no site " + site
                        + " to allow elements at: its " + crystal.size() + " atoms, symmetry images included, are"
                        + " numbered 0 to " + (crystal.size() - 1));
            }
            if (Arrays.binarySearch(hidden, site) < 0) {
                throw new IllegalArgumentException("site " + site + " of crystal '" + crystal.id()
                        + "' has elements allowed but is not hidden: it is "
                        + Element.of(crystal.species(site)).symbol());
            }
        }
        boolean[][] allowed = new boolean[hidden.length][Element.MAX_Z + 1];
        for (int s = 0; s < hidden.length; s++) {
            Optional<List<Element>> own = Optional.ofNullable(at.get(hidden[s])).or(() -> everywhere);
            boolean any = false;
            for (int z = 1; z <= Element.MAX_Z; z++) {
                allowed[s][z] = z < rows && (own.isEmpty() || own.get().contains(Element.of(z)));
                any |= allowed[s][z];
            }
            if (!any) {
                throw new IllegalArgumentException("the model knows none of the elements allowed at site " + hidden[s]
                        + " of crystal '" + crystal.id() + "' (" + symbols(own.orElse(List.of()))
                        + "): its species go up to " + Element.of(rows - 1).symbol());
            }
        }
        return allowed;
    }

    private static String symbols(List<Element> elements) {
        return elements.stream().map(Element::symbol).collect(Collectors.joining(", "));
    }
}
