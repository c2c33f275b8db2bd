package unitcell.crystal;

/**
 * Recursive-descent reader of chemical formulas: element symbols in their usual case, amounts after a symbol or a
 * group, groups in (), [] or {}, blanks anywhere between. Amounts may be written as decimals but must add up to whole
 * numbers within 1e-6.
 */
final class FormulaParser {
    private static final int MAX_DEPTH = 20;
    private static final double MAX_ATOMS = 1e6;

    private final String text;
    private int at;

    FormulaParser(String text) {
        this.text = text;
    }

    /** Returns [119] counts by atomic number. */
    int[] parse() {
        double[] amounts = parseAmounts();
        int[] counts = new int[amounts.length];
        for (int z = 0; z < amounts.length; z++) {
            double amount = amounts[z];
            counts[z] = (int) Math.round(amount);
            if (Math.abs(amount - counts[z]) > 1e-6) {
                throw new IllegalArgumentException("formula '" + abbreviated() + "' has " + amount + " "
                        + Element.of(z).symbol() + ", expected whole numbers of atoms");
            }
        }
        return counts;
    }

    /** Returns [119] amounts by atomic number. */
    double[] parseAmounts() {
        return group('\0', 0);
    }

    private double[] group(char closing, int depth) {
        if (depth > MAX_DEPTH) {
            throw error("more than " + MAX_DEPTH + " nested groups");
        }
        double[] amounts = new double[Element.MAX_Z + 1];
        boolean any = false;
        while (true) {
            skipBlanks();
            if (at == text.length()) {
                if (closing != '\0') {
                    throw error("missing '" + closing + "'");
                }
                break;
            }
            char c = text.charAt(at);
            if (c == closing) {
                at++;
                break;
            }
            int open = "([{".indexOf(c);
            if (open >= 0) {
                at++;
                double[] inner = group(")]}".charAt(open), depth + 1);
                double times = amount();
                for (int z = 0; z < inner.length; z++) {
                    add(amounts, z, inner[z] * times);
                }
            } else {
                int z = symbol();
                add(amounts, z, amount());
            }
            any = true;
        }
        if (!any) {
            throw error("no element");
        }
        return amounts;
    }

    private void add(double[] amounts, int z, double amount) {
        amounts[z] += amount;
        if (amounts[z] > MAX_ATOMS) {
            throw error("more than " + (long) MAX_ATOMS + " atoms of "
                    + Element.of(z).symbol());
        }
    }

    private int symbol() {
        char c = text.charAt(at);
        if (c < 'A' || c > 'Z') {
            throw error("found '" + c + "', expected an element symbol");
        }
        int end = at + 1;
        if (end < text.length() && text.charAt(end) >= 'a' && text.charAt(end) <= 'z') {
            end++;
        }
        String symbol = text.substring(at, end);
        int z = Element.ofSymbol(symbol)
                .orElseThrow(() -> error("'" + symbol + "' is no element"))
                .z();
        at = end;
        return z;
    }

    private double amount() {
        skipBlanks();
        int start = at;
        while (at < text.length() && (Character.digit(text.charAt(at), 10) >= 0 || text.charAt(at) == '.')) {
            at++;
        }
        if (at == start) {
            return 1;
        }
        try {
            double value = Double.parseDouble(text.substring(start, at));
            if (value > 0 && value <= MAX_ATOMS) {
                return value;
            }
        } catch (NumberFormatException e) {
            at = start;
            throw error("'" + text.charAt(start) + "' starts no number");
        }
        at = start;
        throw error("amounts must be positive and at most " + (long) MAX_ATOMS);
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private IllegalArgumentException error(String what) {
        return new IllegalArgumentException("formula '" + abbreviated() + "', column " + (at + 1) + ": " + what);
    }

    private String abbreviated() {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= 60 ? line : line.substring(0, 57) + "...";
    }
}
