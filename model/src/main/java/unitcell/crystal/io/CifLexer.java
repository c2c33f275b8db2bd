package unitcell.crystal.io;

/**
 * Splits CIF 1.1 text into tokens, strictly: quoted strings end on their line, text fields end with a semicolon at a
 * line start, control characters and NUL are refused. Line ends may be LF, CR LF or CR.
 *
 * <p>Two liberties, both of which published files need: characters above 127 are allowed everywhere, and an unquoted
 * value that starts with {@code [} runs to the matching {@code ]} on its line (a CIF 2 list, kept as one value).
 */
final class CifLexer {
    enum Token {
        END,
        BLOCK,
        LOOP,
        TAG,
        VALUE,
        QUOTED
    }

    private final char[] chars;
    private final String file;
    private final int firstLine;
    private int at;
    private int line = 1;
    private int lineStart;
    private int tokens;

    // The current token: its text is chars[from, to).
    private int from;
    private int to;
    private int tokenLine;
    private int tokenColumn;

    /**
     * @param text what to read
     * @param file name for messages
     * @param firstLine the line number of the text's first line in the file
     */
    CifLexer(String text, String file, int firstLine) {
        if (text.length() > InputLimits.MAX_CIF_BYTES) {
            throw InputException.of(
                    Finding.Kind.TOO_LARGE,
                    new Location(file, firstLine, 1),
                    "CIF of " + text.length() + " characters, the limit is " + InputLimits.MAX_CIF_BYTES);
        }
        this.chars = text.toCharArray();
        this.file = file;
        this.firstLine = firstLine;
    }

    /** Text of the current token: name of a block, tag with its underscore, value without quotes. */
    String text() {
        return new String(chars, from, to - from);
    }

    int line() {
        return tokenLine + firstLine - 1;
    }

    int column() {
        return tokenColumn;
    }

    Location here() {
        return new Location(file, line(), tokenColumn);
    }

    Token next() {
        skipBlanksAndComments();
        mark();
        if (at == chars.length) {
            from = at;
            to = at;
            return Token.END;
        }
        if (++tokens > InputLimits.MAX_CIF_TOKENS) {
            throw InputException.of(
                    Finding.Kind.TOO_LARGE, here(), "CIF has more than " + InputLimits.MAX_CIF_TOKENS + " tokens");
        }
        char c = chars[at];
        if (c == ';' && at == lineStart) {
            return textField();
        }
        if (c == '\'' || c == '"') {
            return quoted(c);
        }
        if (c == '$') {
            throw error("found a save frame reference, which CIF data do not have");
        }
        return bare(c);
    }

    private void mark() {
        tokenLine = line;
        tokenColumn = at - lineStart + 1;
    }

    private void skipBlanksAndComments() {
        while (at < chars.length) {
            char c = chars[at];
            if (c == '\n' || c == '\r') {
                newLine();
            } else if (c == ' ' || c == '\t') {
                at++;
            } else if (c == '#') {
                while (at < chars.length && chars[at] != '\n' && chars[at] != '\r') {
                    checkCharacter();
                    at++;
                }
            } else {
                return;
            }
        }
    }

    private void newLine() {
        if (chars[at] == '\r' && at + 1 < chars.length && chars[at + 1] == '\n') {
            at++;
        }
        at++;
        line++;
        lineStart = at;
    }

    private void checkCharacter() {
        char c = chars[at];
        if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 127) {
            mark();
            throw error(String.format("found control character 0x%02X, expected text", (int) c));
        }
    }

    private Token textField() {
        at++;
        from = at;
        while (at < chars.length) {
            checkCharacter();
            char c = chars[at];
            if (c == '\n' || c == '\r') {
                int end = at;
                newLine();
                if (at < chars.length && chars[at] == ';') {
                    to = end;
                    at++;
                    requireBlankAfter("text field");
                    return Token.QUOTED;
                }
            } else {
                at++;
            }
        }
        throw error("text field is not closed by a semicolon at a line start");
    }

    private Token quoted(char quote) {
        at++;
        from = at;
        while (at < chars.length) {
            checkCharacter();
            char c = chars[at];
            if (c == '\n' || c == '\r') {
                break;
            }
            if (c == quote && (at + 1 == chars.length || isBlank(chars[at + 1]))) {
                to = at;
                at++;
                return Token.QUOTED;
            }
            at++;
        }
        throw error("string is not closed by " + quote + " on its line");
    }

    private void requireBlankAfter(String what) {
        if (at < chars.length && !isBlank(chars[at])) {
            mark();
            throw error("found '" + chars[at] + "' right after a " + what + ", expected a blank");
        }
    }

    private Token bare(char first) {
        from = at;
        if (first == '[') {
            int end = at;
            while (end < chars.length && chars[end] != '\n' && chars[end] != '\r' && chars[end] != ']') {
                end++;
            }
            if (end < chars.length && chars[end] == ']') {
                while (at < end) {
                    checkCharacter();
                    at++;
                }
            }
        }
        while (at < chars.length && !isBlank(chars[at])) {
            checkCharacter();
            at++;
        }
        to = at;
        if (first == '_') {
            if (to - from == 1) {
                throw error("found a lone underscore, expected a tag");
            }
            return Token.TAG;
        }
        return keywordOrValue();
    }

    private Token keywordOrValue() {
        if (startsWith("data_")) {
            from += 5;
            return Token.BLOCK;
        }
        if (is("loop_")) {
            return Token.LOOP;
        }
        if (startsWith("save_") || is("global_") || is("stop_")) {
            throw error("found '" + abbreviated() + "', which CIF data files do not have");
        }
        return Token.VALUE;
    }

    private boolean startsWith(String lower) {
        if (to - from < lower.length()) {
            return false;
        }
        for (int i = 0; i < lower.length(); i++) {
            char c = chars[from + i];
            char folded = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
            if (folded != lower.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean is(String lower) {
        return to - from == lower.length() && startsWith(lower);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }

    /** The current token's text, cut to a printable length. */
    String abbreviated() {
        String text = new String(chars, from, Math.min(to - from, 40)).replaceAll("\\s+", " ");
        return to - from > 40 ? text + "..." : text;
    }

    InputException error(String message) {
        return InputException.of(Finding.Kind.SYNTAX, here(), message);
    }
}
