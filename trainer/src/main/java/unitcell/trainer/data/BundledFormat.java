package unitcell.trainer.data;

import java.util.Locale;
import unitcell.crystal.Crystal;
import unitcell.crystal.Element;
import unitcell.crystal.Lattice;

/**
 * One crystal as one line of facts: {@code id|a b c alpha beta gamma|species|coordinates}. Lengths in angstrom to 1e-4,
 * angles in degrees to 1e-3, fractional coordinates to 1e-5, trailing zeros and a leading 0 left out; species as element
 * symbols, {@code Na*4} for four atoms in a row; coordinates x y z of each atom in that order.
 *
 * <p>Rounding moves an atom by less than 2e-4 angstrom in cells of up to 30 angstrom.
 */
final class BundledFormat {
    private BundledFormat() {}

    static String format(Crystal crystal) {
        StringBuilder line = new StringBuilder(crystal.id()).append('|');
        double[] cell = crystal.lattice().parameters();
        for (int i = 0; i < 6; i++) {
            line.append(i == 0 ? "" : " ").append(number(cell[i], i < 3 ? 4 : 3));
        }
        line.append('|');
        int n = crystal.size();
        for (int i = 0; i < n; ) {
            int run = i + 1;
            while (run < n && crystal.species(run) == crystal.species(i)) {
                run++;
            }
            line.append(i == 0 ? "" : " ").append(Element.of(crystal.species(i)).symbol());
            line.append(run - i > 1 ? "*" + (run - i) : "");
            i = run;
        }
        line.append('|');
        for (int i = 0; i < 3 * n; i++) {
            double x = Crystal.wrap(crystal.frac(i / 3, i % 3));
            line.append(i == 0 ? "" : " ").append(number(x, 5));
        }
        return line.toString();
    }

    private static String number(double value, int digits) {
        String text = String.format(Locale.ROOT, "%." + digits + "f", value);
        text = text.replaceAll("0+$", "").replaceAll("\\.$", "");
        return text.startsWith("0.") ? text.substring(1) : text;
    }

    /**
     * Reads a line.
     *
     * @param where file and line, for messages
     * @throws IllegalArgumentException if it is not as {@link #format} writes it
     */
    static Crystal parse(String line, String where) {
        String[] parts = line.split("\\|", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException(where + ": " + parts.length + " fields, expected 4");
        }
        try {
            double[] cell = numbers(parts[1], 6);
            int[] species = species(parts[2]);
            double[] frac = numbers(parts[3], 3 * species.length);
            Lattice lattice = Lattice.ofParameters(cell[0], cell[1], cell[2], cell[3], cell[4], cell[5]);
            return new Crystal(parts[0], lattice, species, frac);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
        }
    }

    private static double[] numbers(String text, int count) {
        String[] words = text.split(" ");
        if (words.length != count) {
            throw new IllegalArgumentException(words.length + " numbers, expected " + count);
        }
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = Double.parseDouble(words[i]);
        }
        return values;
    }

    private static int[] species(String text) {
        return java.util.Arrays.stream(text.split(" "))
                .flatMapToInt(word -> {
                    int star = word.indexOf('*');
                    String symbol = star < 0 ? word : word.substring(0, star);
                    int z = Element.ofSymbol(symbol)
                            .orElseThrow(() -> new IllegalArgumentException("no element '" + symbol + "'"))
                            .z();
                    int count = star < 0 ? 1 : Integer.parseInt(word.substring(star + 1));
                    return java.util.stream.IntStream.generate(() -> z).limit(count);
                })
                .toArray();
    }
}
