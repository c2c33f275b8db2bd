package unitcell.trainer.report;

import java.util.Locale;

/** Text and numbers as they may stand in HTML and SVG. */
final class Markup {
    private Markup() {}

    /** Text for elements and quoted attributes; control characters that no document may hold become '?'. */
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(isAllowed(c) ? c : '?');
            }
        });
        return out.toString();
    }

    private static boolean isAllowed(int c) {
        boolean control = c < ' ' && c != '\n' && c != '\t' || c >= 0x7F && c < 0xA0;
        boolean surrogate = c >= 0xD800 && c < 0xE000;
        boolean noncharacter = (c & 0xFFFE) == 0xFFFE || c >= 0xFDD0 && c <= 0xFDEF;
        return !control && !surrogate && !noncharacter;
    }

    /** A coordinate with at most two decimals, always with a point. */
    static String coordinate(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("drawing coordinate is " + value + ", expected a finite number");
        }
        String text = String.format(Locale.ROOT, "%.2f", value);
        int end = text.length();
        while (text.charAt(end - 1) == '0') {
            end--;
        }
        text = text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
        return text.equals("-0") ? "0" : text;
    }

    /** A measured number for readers: integers plain, others with four significant digits, "-" for NaN. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "\u2013";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "\u221e" : "\u2212\u221e";
        }
        String text;
        double size = Math.abs(value);
        if (value == Math.rint(value) && size < 1e15) {
            text = Long.toString((long) value);
        } else if (size >= 1e-3 && size < 1e6) {
            int decimals = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
            text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        } else {
            text = String.format(Locale.ROOT, "%.3e", value);
        }
        return text.replace('-', '\u2212');
    }
}
