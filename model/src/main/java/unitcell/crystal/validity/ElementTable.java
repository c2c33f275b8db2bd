package unitcell.crystal.validity;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import unitcell.crystal.Element;

/**
 * Facts about the elements, from a text resource with one line for each element in order of atomic number:
 * {@code symbol electronegativity metal states}, as {@code Fe 1.83 m -2 -1 1 2 3 4 5 6}. A dash stands for an unknown
 * electronegativity and for what is no metal; lines with {@code #} are comments. {@link ElementTableWriter} writes it.
 */
final class ElementTable {
    private static final Map<OxidationStates, ElementTable> TABLES = readAll();

    private final int[][] states = new int[OxidationStates.MAX_Z + 1][];
    private final double[] electronegativity = new double[OxidationStates.MAX_Z + 1];
    private final boolean[] metal = new boolean[OxidationStates.MAX_Z + 1];

    private ElementTable() {}

    /** The table of a set. */
    static ElementTable of(OxidationStates set) {
        return TABLES.get(set);
    }

    private static Map<OxidationStates, ElementTable> readAll() {
        Map<OxidationStates, ElementTable> tables = new EnumMap<>(OxidationStates.class);
        for (OxidationStates set : OxidationStates.values()) {
            tables.put(set, read(set.slug() + ".txt"));
        }
        return Collections.unmodifiableMap(tables);
    }

    private static ElementTable read(String resource) {
        ElementTable table = new ElementTable();
        try (InputStream in = ElementTable.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(
                        "the program was packed without its table of elements (" + resource + ")");
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            int z = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    table.put(++z, line, resource);
                }
            }
            if (z != OxidationStates.MAX_Z) {
                throw new IllegalStateException(
                        resource + " has " + z + " elements, expected " + OxidationStates.MAX_Z);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return table;
    }

    private void put(int z, String line, String resource) {
        String[] words = line.split(" ");
        if (z > OxidationStates.MAX_Z
                || words.length < 3
                || !words[0].equals(Element.of(z).symbol())) {
            throw new IllegalStateException(resource + ": no line for element " + z + ": " + line);
        }
        electronegativity[z] = words[1].equals("-") ? Double.NaN : Double.parseDouble(words[1]);
        metal[z] = words[2].equals("m");
        states[z] = Arrays.stream(words, 3, words.length)
                .mapToInt(Integer::parseInt)
                .toArray();
        // The rules tell cations from anions: a state of 0 would be neither.
        if (Arrays.stream(states[z]).anyMatch(s -> s == 0)) {
            throw new IllegalStateException(resource + ": oxidation state 0: " + line);
        }
    }

    int[] states(int z) {
        return states[z];
    }

    double electronegativity(int z) {
        return electronegativity[z];
    }

    boolean isMetal(int z) {
        return metal[z];
    }
}
