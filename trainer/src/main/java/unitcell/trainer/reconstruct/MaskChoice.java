package unitcell.trainer.reconstruct;

import java.util.ArrayList;
import java.util.List;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.Corruption;
import unitcell.trainer.data.Corruption.MaskType;
import unitcell.trainer.data.Corruption.Rules;

/** Which sites of a crystal to hide. Sites that are unknown in the input (element {@code X}) are hidden in any case. */
public sealed interface MaskChoice {
    /** Only what is unknown in the input. */
    record Unknown() implements MaskChoice {}

    /** All sites of some elements. */
    record Elements(List<Element> elements) implements MaskChoice {
        public Elements {
            elements = List.copyOf(elements);
        }
    }

    /** Certain sites, by index from 0. */
    record Sites(List<Integer> sites) implements MaskChoice {
        public Sites {
            sites = List.copyOf(sites);
        }
    }

    /** As many random sites as training hides; a ratio of 0 hides none, so that only positions are restored. */
    record Random(double ratio) implements MaskChoice {}

    /** All sites of one random species of each crystal, as training does half the time. */
    record Species() implements MaskChoice {}

    /** How results of this choice are labelled. */
    default MaskType type() {
        return switch (this) {
            case Random random -> random.ratio() == 0 ? MaskType.NONE : MaskType.RANDOM;
            case Species _ -> MaskType.SPECIES;
            case Elements _, Sites _, Unknown _ -> MaskType.GIVEN;
        };
    }

    /**
     * The sites to hide, [N].
     *
     * @param seed of random masks, which also depend on the crystal's id
     * @throws TrainerException if a named site or element is not in the crystal, or nothing would be hidden
     */
    default boolean[] of(Crystal crystal, long seed) {
        boolean[] mask = switch (this) {
            case Unknown _ -> new boolean[crystal.size()];
            case Elements choice -> elements(crystal, choice.elements());
            case Sites choice -> sites(crystal, choice.sites());
            case Random choice -> drawn(crystal, choice.ratio(), 0, seed);
            case Species _ -> drawn(crystal, 0, 1, seed);
        };
        boolean any = false;
        for (int i = 0; i < mask.length; i++) {
            mask[i] |= crystal.species(i) == Element.UNKNOWN_Z;
            any |= mask[i];
        }
        if (!any && type() != MaskType.NONE) {
            throw TrainerException.input("crystal '" + crystal.id() + "' has nothing to hide: no site is marked "
                    + Element.of(Element.UNKNOWN_Z).symbol()
                    + "; say what with --mask ELEMENT, --mask-sites, --mask-ratio or --mask-species");
        }
        return mask;
    }

    private static boolean[] drawn(Crystal crystal, double ratio, double wholeSpecies, long seed) {
        return new Corruption(ratio, wholeSpecies, 0, Rules.CORRECTED)
                .apply(crystal, seed, ReconstructionTrials.EPOCH, 0)
                .masked();
    }

    private static boolean[] elements(Crystal crystal, List<Element> elements) {
        boolean[] mask = new boolean[crystal.size()];
        List<String> absent = new ArrayList<>();
        for (Element element : elements) {
            boolean found = false;
            for (int i = 0; i < mask.length; i++) {
                mask[i] |= crystal.species(i) == element.z();
                found |= crystal.species(i) == element.z();
            }
            if (!found) {
                absent.add(element.symbol());
            }
        }
        if (absent.size() == elements.size()) {
            throw TrainerException.input("crystal '" + crystal.id() + "' has no " + String.join(" and no ", absent)
                    + " to hide: it is " + crystal.composition().reducedFormula());
        }
        return mask;
    }

    private static boolean[] sites(Crystal crystal, List<Integer> sites) {
        boolean[] mask = new boolean[crystal.size()];
        for (int site : sites) {
            if (site >= mask.length) {
                throw TrainerException.input("crystal '" + crystal.id() + "' has no site " + site + ": its "
                        + mask.length + " atoms, symmetry images included, are numbered 0 to " + (mask.length - 1));
            }
            mask[site] = true;
        }
        return mask;
    }
}
