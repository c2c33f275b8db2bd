package unitcell.trainer.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Two models whose difference is told.
 *
 * @param name what is judged
 * @param base what it is judged by
 */
public record Comparison(String name, String base) {
    private static final String ON = "gan-";
    private static final String OFF = "gan-off";

    /**
     * Pairs that names suggest: {@code gan-X} with {@code gan-off-X}, and with {@code gan-off} where there is no such
     * partner.
     */
    static List<Comparison> suggested(Set<String> names) {
        List<Comparison> pairs = new ArrayList<>();
        for (String name : names) {
            if (name.startsWith(ON) && !name.equals(OFF) && !name.startsWith(OFF + "-")) {
                String partner = OFF + "-" + name.substring(ON.length());
                if (names.contains(partner)) {
                    pairs.add(new Comparison(name, partner));
                } else if (names.contains(OFF)) {
                    pairs.add(new Comparison(name, OFF));
                }
            }
        }
        return pairs;
    }
}
