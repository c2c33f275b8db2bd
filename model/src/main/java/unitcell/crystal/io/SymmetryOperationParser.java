package unitcell.crystal.io;

import java.util.Locale;

/** Reads one symmetry operation, {@code 1/2-x, y+z, .25}, character by character. */
final class SymmetryOperationParser {
    private static final int MAX_LENGTH = 200;

    private final String text;
    private int at;

    SymmetryOperationParser(String text) {
        this.text = text.toLowerCase(Locale.ROOT);
    }

    SymmetryOperation parse() {
        if (text.length() > MAX_LENGTH) {
            throw error("it has " + text.length() + " characters, expected at most " + MAX_LENGTH);
        }
        int[] rotation = new int[9];
        double[] translation = new double[3];
        for (int row = 0; row < 3; row++) {
            component(rotation, translation, row);
            skipBlanks();
            if (row < 2) {
                if (at == text.length() || text.charAt(at) != ',') {
                    throw error("expected ',' after component " + (row + 1));
                }
                at++;
            }
        }
        timeReversal();
        int det = SymmetryOperation.determinant(rotation);
        if (det != 1 && det != -1) {
            throw error("its rotation has determinant " + det + ", expected 1 or -1");
        }
        return SymmetryOperation.of(rotation, translation);
    }

    private void timeReversal() {
        if (at < text.length() && text.charAt(at) == ',') {
            at++;
            String rest = text.substring(at).strip();
            if (!rest.equals("+1") && !rest.equals("-1") && !rest.equals("1")) {
                throw error("expected +1 or -1 (time reversal) as fourth component");
            }
            at = text.length();
        }
        if (at != text.length()) {
            throw error("found '" + text.charAt(at) + "', expected the end");
        }
    }

    private void component(int[] rotation, double[] translation, int row) {
        int terms = 0;
        while (true) {
            skipBlanks();
            if (at == text.length() || text.charAt(at) == ',') {
                break;
            }
            int sign = 1;
            char c = text.charAt(at);
            if (c == '+' || c == '-') {
                sign = c == '-' ? -1 : 1;
                at++;
                skipBlanks();
            } else if (terms > 0) {
                throw error("found '" + c + "', expected '+', '-' or ','");
            }
            term(rotation, translation, row, sign);
            terms++;
        }
        if (terms == 0) {
            throw error("component " + (row + 1) + " is empty");
        }
    }

    private void term(int[] rotation, double[] translation, int row, int sign) {
        char c = at < text.length() ? text.charAt(at) : ' ';
        if (c >= 'x' && c <= 'z') {
            rotation[3 * row + (c - 'x')] += sign;
            at++;
            return;
        }
        double value = number();
        if (at < text.length() && text.charAt(at) == '/') {
            at++;
            double denominator = number();
            if (denominator == 0) {
                throw error("division by zero");
            }
            value /= denominator;
        }
        if (!(value <= 1e6)) {
            throw error("translation " + value + " is too large");
        }
        translation[row] += sign * value;
    }

    private double number() {
        int start = at;
        while (at < text.length() && (text.charAt(at) == '.' || (text.charAt(at) >= '0' && text.charAt(at) <= '9'))) {
            at++;
        }
        double value = CifNumbers.parse(text.substring(start, at));
        if (Double.isNaN(value)) {
            at = start;
            throw error("expected x, y, z or a number");
        }
        return value;
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private IllegalArgumentException error(String what) {
        String shown = text.replaceAll("\\s+", " ");
        shown = shown.length() <= 40 ? shown : shown.substring(0, 37) + "...";
        return new IllegalArgumentException("symmetry operation '" + shown + "', column " + (at + 1) + ": " + what);
    }
}
