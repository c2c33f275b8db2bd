package unitcell.crystal.io;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import unitcell.crystal.io.CifLexer.Token;

/**
 * Reads CIF 1.1 text into data blocks, as strictly as the grammar: a value needs a tag and a tag a value, loops are
 * rectangular and have tags, tags and block names are unique. A loop with tags but without values is allowed, since
 * some programs write them.
 */
public final class CifParser {
    private final CifLexer lexer;
    private Token token;

    private CifParser(String text, String file, int firstLine) {
        lexer = new CifLexer(text, file, firstLine);
    }

    /**
     * Parses a CIF.
     *
     * @param text the text, without byte order mark
     * @param file name for messages
     * @param firstLine line number of the text's first line, 1 unless the text is a field of a larger file
     * @return the data blocks in order, possibly none
     * @throws InputException at the first violation of the grammar
     */
    public static List<CifBlock> parse(String text, String file, int firstLine) {
        return new CifParser(text, file, firstLine).document();
    }

    private List<CifBlock> document() {
        List<CifBlock> blocks = new ArrayList<>();
        Set<String> names = new HashSet<>();
        token = lexer.next();
        while (token != Token.END) {
            if (token != Token.BLOCK) {
                throw lexer.error("found '" + lexer.abbreviated() + "', expected a block header (data_)");
            }
            CifBlock block = new CifBlock(lexer.text(), lexer.line());
            if (!names.add(block.name().toLowerCase(Locale.ROOT))) {
                throw lexer.error("duplicate block name '" + lexer.abbreviated() + "'");
            }
            token = lexer.next();
            block(block);
            blocks.add(block);
        }
        return blocks;
    }

    private void block(CifBlock block) {
        Set<String> seen = new HashSet<>();
        while (true) {
            switch (token) {
                case TAG -> item(block, seen);
                case LOOP -> loop(block, seen);
                case VALUE, QUOTED -> throw lexer.error("value '" + lexer.abbreviated() + "' has no tag");
                case BLOCK, END -> {
                    return;
                }
            }
        }
    }

    private void item(CifBlock block, Set<String> seen) {
        String tag = tag(seen);
        token = lexer.next();
        if (token != Token.VALUE && token != Token.QUOTED) {
            throw lexer.error("found " + describe() + " where tag " + tag + " needs a value");
        }
        block.putItem(CifBlock.normalise(tag), value());
        token = lexer.next();
    }

    private String describe() {
        return token == Token.END ? "the end of the file" : "'" + lexer.abbreviated() + "'";
    }

    private String tag(Set<String> seen) {
        String tag = lexer.text();
        if (!seen.add(tag.toLowerCase(Locale.ROOT))) {
            throw lexer.error("duplicate tag " + tag);
        }
        return tag;
    }

    private void loop(CifBlock block, Set<String> seen) {
        int loopLine = lexer.line();
        int loopColumn = lexer.column();
        List<String> tags = new ArrayList<>();
        token = lexer.next();
        while (token == Token.TAG) {
            tags.add(CifBlock.normalise(tag(seen)));
            token = lexer.next();
        }
        if (tags.isEmpty()) {
            throw lexer.error("found " + describe() + " after loop_, expected a tag");
        }
        List<CifValue> values = new ArrayList<>();
        while (token == Token.VALUE || token == Token.QUOTED) {
            values.add(value());
            token = lexer.next();
        }
        if (values.size() % tags.size() != 0) {
            throw lexer.error("loop of " + tags.size() + " tags from line " + loopLine + " ends here after "
                    + values.size() + " values, expected a multiple of " + tags.size());
        }
        block.putLoop(tags, values.toArray(new CifValue[0]), loopLine, loopColumn);
    }

    private CifValue value() {
        return new CifValue(lexer.text(), token == Token.QUOTED, lexer.line(), lexer.column());
    }
}
