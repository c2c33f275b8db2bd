package unitcell.crystal.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Dictionaries in a field of a table, as Python prints them or as JSON: strings in single or double quotes, lists and
 * tuples, {@code True}, {@code None}, {@code nan}. Anything that would have to be evaluated is refused.
 */
final class LiteralParser {
    private static final int MAX_DEPTH = 32;

    private final String text;
    private final String field;
    private final Location where;
    private final DatumBudget budget = DatumBudget.ofRecord();
    private int at;
    private int depth;

    private LiteralParser(String text, String field, Location where) {
        this.text = text;
        this.field = field;
        this.where = where;
    }

    /**
     * Reads a text that is one value.
     *
     * @param field its name in messages
     * @param where place of the row
     * @throws InputException naming the character, if it is none
     */
    static Datum parse(String text, String field, Location where) {
        LiteralParser parser = new LiteralParser(text, field, where);
        Datum value = parser.value();
        parser.skipBlanks();
        if (parser.at < text.length()) {
            throw parser.unexpected("the end");
        }
        return value;
    }

    private Datum value() {
        skipBlanks();
        if (at == text.length()) {
            throw unexpected("a value");
        }
        char c = text.charAt(at);
        return switch (c) {
            case '{' -> members();
            case '[' -> items(']');
            case '(' -> items(')');
            case '\'', '"' -> scalar(Datum.Type.TEXT, string());
            default -> word();
        };
    }

    private Datum.Scalar scalar(Datum.Type type, String content) {
        budget.spend(content.length(), where);
        return new Datum.Scalar(type, content, where.line(), where.column());
    }

    private Datum members() {
        open();
        Map<String, Datum> members = new LinkedHashMap<>();
        while (!closes('}')) {
            int start = at;
            skipPrefix();
            if (at == text.length() || (text.charAt(at) != '\'' && text.charAt(at) != '"')) {
                at = start;
                throw unexpected("a quoted key");
            }
            String key = string();
            skipBlanks();
            require(':');
            if (members.put(key, value()) != null) {
                at = start;
                throw unexpected("no key twice");
            }
            separator('}');
        }
        depth--;
        return new Datum.Members(members, where.line(), where.column());
    }

    private Datum items(char end) {
        open();
        List<Datum> items = new ArrayList<>();
        while (!closes(end)) {
            items.add(value());
            separator(end);
        }
        depth--;
        return new Datum.Items(items, where.line(), where.column());
    }

    private void open() {
        budget.spend(0, where);
        if (++depth > MAX_DEPTH) {
            throw unexpected("at most " + MAX_DEPTH + " levels");
        }
        at++;
    }

    private boolean closes(char end) {
        skipBlanks();
        if (at < text.length() && text.charAt(at) == end) {
            at++;
            return true;
        }
        return false;
    }

    private void separator(char end) {
        skipBlanks();
        if (at == text.length() || text.charAt(at) != end) {
            require(',');
        }
    }

    private void require(char c) {
        if (at == text.length() || text.charAt(at) != c) {
            throw unexpected("'" + c + "'");
        }
        at++;
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    // Strings of Python 2 were marked u'...'.
    private void skipPrefix() {
        if (at + 1 < text.length()
                && text.charAt(at) == 'u'
                && (text.charAt(at + 1) == '\'' || text.charAt(at + 1) == '"')) {
            at++;
        }
    }

    private String string() {
        char quote = text.charAt(at++);
        StringBuilder out = new StringBuilder();
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at++);
            out.append(c == '\\' ? escaped() : c);
        }
        if (at == text.length()) {
            throw unexpected("a closing " + quote);
        }
        at++;
        return out.toString();
    }

    private char escaped() {
        if (at == text.length()) {
            throw unexpected("an escaped character");
        }
        char c = text.charAt(at++);
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'x' -> code(2);
            case 'u' -> code(4);
            case '\\', '/', '\'', '"' -> c;
            default -> {
                at--;
                throw unexpected("an escaped character");
            }
        };
    }

    private char code(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw unexpected("a hexadecimal digit");
            }
            value = 16 * value + digit;
            at++;
        }
        return (char) value;
    }

    private Datum word() {
        int start = at;
        skipPrefix();
        if (at > start) {
            return scalar(Datum.Type.TEXT, string());
        }
        while (at < text.length() && isWordCharacter(text.charAt(at))) {
            at++;
        }
        String word = text.substring(start, at);
        return switch (word) {
            case "True", "true" -> scalar(Datum.Type.FLAG, "true");
            case "False", "false" -> scalar(Datum.Type.FLAG, "false");
            case "None", "null" -> scalar(Datum.Type.NONE, "");
            case "nan", "NaN" -> scalar(Datum.Type.NUMBER, "NaN");
            case "inf", "Infinity", "+inf" -> scalar(Datum.Type.NUMBER, "Infinity");
            case "-inf", "-Infinity" -> scalar(Datum.Type.NUMBER, "-Infinity");
            default -> {
                if (!Double.isFinite(CifNumbers.parse(word))) {
                    at = start;
                    throw unexpected("a value");
                }
                yield scalar(Datum.Type.NUMBER, word);
            }
        };
    }

    private static boolean isWordCharacter(char c) {
        return (c >= '0' && c <= '9')
                || (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || c == '+'
                || c == '-'
                || c == '.';
    }

    private InputException unexpected(String expected) {
        String found = at >= text.length()
                ? "the end"
                : "'" + Findings.show(text.substring(at, Math.min(at + 20, text.length()))) + "'";
        return InputException.of(
                Finding.Kind.SYNTAX,
                where,
                "'" + field + "', character " + (at + 1) + ": found " + found + ", expected " + expected);
    }
}
