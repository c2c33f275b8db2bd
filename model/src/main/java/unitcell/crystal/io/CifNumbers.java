package unitcell.crystal.io;

/**
 * Numbers as CIF writes them: an optional sign, digits with or without a decimal point, an optional exponent, and an
 * optional standard uncertainty in brackets, which is read and dropped: {@code 5.64(1)}, {@code 90.(0)}, {@code -.5}.
 */
final class CifNumbers {
    private CifNumbers() {}

    private static final double[] POWERS = {
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };

    /**
     * Reads a number.
     *
     * @return its value, correctly rounded; NaN if the text is no number in this notation (a text {@code nan} neither);
     *     infinite if it is too large
     */
    static double parse(String text) {
        int end = numberEnd(text);
        if (end <= 0) {
            return Double.NaN;
        }
        // Short decimals, the usual case, are exact integers divided by an exact power of ten (Clinger 1990).
        long mantissa = 0;
        int digits = 0;
        int decimals = 0;
        boolean point = false;
        int i = text.charAt(0) == '-' || text.charAt(0) == '+' ? 1 : 0;
        for (; i < end; i++) {
            char c = text.charAt(i);
            if (c == '.') {
                point = true;
            } else if (c >= '0' && c <= '9' && digits < 18) {
                mantissa = 10 * mantissa + (c - '0');
                digits++;
                decimals += point ? 1 : 0;
            } else {
                break;
            }
        }
        if (i == end && mantissa < 1L << 53) {
            double value = mantissa / POWERS[decimals];
            return text.charAt(0) == '-' ? -value : value;
        }
        return Double.parseDouble(text.substring(0, end));
    }

    /** Number of digits written after the decimal point; 0 if there is no point or an exponent. */
    static int decimals(String text) {
        int point = text.indexOf('.');
        if (point < 0) {
            return 0;
        }
        int i = point + 1;
        while (i < text.length() && isDigit(text, i)) {
            i++;
        }
        return i < text.length() && (text.charAt(i) == 'e' || text.charAt(i) == 'E') ? 0 : i - point - 1;
    }

    // Length of the number without its uncertainty, or -1 if the text does not match the notation.
    private static int numberEnd(String text) {
        int n = text.length();
        int i = n > 0 && (text.charAt(0) == '+' || text.charAt(0) == '-') ? 1 : 0;
        int start = i;
        while (i < n && isDigit(text, i)) {
            i++;
        }
        int digits = i - start;
        if (i < n && text.charAt(i) == '.') {
            i++;
            int fraction = i;
            while (i < n && isDigit(text, i)) {
                i++;
            }
            digits += i - fraction;
        }
        if (digits == 0) {
            return -1;
        }
        if (i < n && (text.charAt(i) == 'e' || text.charAt(i) == 'E')) {
            i++;
            if (i < n && (text.charAt(i) == '+' || text.charAt(i) == '-')) {
                i++;
            }
            int exponent = i;
            while (i < n && isDigit(text, i)) {
                i++;
            }
            if (i == exponent) {
                return -1;
            }
        }
        int end = i;
        if (i < n && text.charAt(i) == '(') {
            i++;
            int uncertainty = i;
            while (i < n && isDigit(text, i)) {
                i++;
            }
            if (i == uncertainty || i == n || text.charAt(i) != ')') {
                return -1;
            }
            i++;
        }
        return i == n ? end : -1;
    }

    private static boolean isDigit(String text, int i) {
        char c = text.charAt(i);
        return c >= '0' && c <= '9';
    }
}
