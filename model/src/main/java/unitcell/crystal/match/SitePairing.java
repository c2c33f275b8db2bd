package unitcell.crystal.match;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import unitcell.crystal.Crystal;

/** Which sites of two crystals with the same atoms may correspond: those of the same species. */
final class SitePairing {
    /** Sites of one species. Both arrays have the same length. */
    record Block(int[] first, int[] second) {}

    private final List<Block> blocks = new ArrayList<>();
    private final int anchor;
    private final int[] partners;

    /** Two crystals with equal counts of every species. */
    SitePairing(Crystal first, Crystal second) {
        int[] species = Arrays.stream(second.species()).distinct().toArray();
        Block rarest = null;
        for (int z : species) {
            Block block = new Block(sites(first, z), sites(second, z));
            blocks.add(block);
            if (rarest == null || block.first.length < rarest.first.length) {
                rarest = block;
            }
        }
        anchor = rarest.second[0];
        partners = rarest.first;
    }

    private static int[] sites(Crystal crystal, int z) {
        int[] all = new int[crystal.size()];
        int n = 0;
        for (int i = 0; i < crystal.size(); i++) {
            if (crystal.species(i) == z) {
                all[n++] = i;
            }
        }
        return Arrays.copyOf(all, n);
    }

    /** Number of pairs of sites of the same species. */
    long pairs() {
        return blocks.stream()
                .mapToLong(b -> (long) b.first.length * b.first.length)
                .sum();
    }

    List<Block> blocks() {
        return blocks;
    }

    /** The site of the second crystal that is put onto sites of the first: the first of the rarest species. */
    int anchor() {
        return anchor;
    }

    /** The sites of the first crystal that the anchor is put onto. */
    int[] partners() {
        return partners;
    }
}
