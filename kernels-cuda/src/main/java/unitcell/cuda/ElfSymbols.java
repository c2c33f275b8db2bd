package unitcell.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The functions that a shared library expects of others, as {@code nm -D} lists them: undefined symbols of the section of
 * dynamic symbols (System V ABI, "Object files"; 64 bits, little-endian).
 */
final class ElfSymbols {
    private static final int DYNAMIC_SYMBOLS = 11;
    private static final int SYMBOL_BYTES = 24;

    private final ByteBuffer file;

    private ElfSymbols(byte[] library) {
        file = ByteBuffer.wrap(library).order(ByteOrder.LITTLE_ENDIAN);
        if (library.length < 64 || file.getInt(0) != 0x464c457f || file.get(4) != 2 || file.get(5) != 1) {
            throw new IllegalArgumentException("not a shared library of 64 bits, little-endian");
        }
    }

    /** Names of undefined symbols that begin with {@code prefix}. */
    static SortedSet<String> undefined(byte[] library, String prefix) {
        return new ElfSymbols(library).undefined(prefix);
    }

    private SortedSet<String> undefined(String prefix) {
        SortedSet<String> names = new TreeSet<>();
        int sections = Short.toUnsignedInt(file.getShort(60));
        for (int i = 0; i < sections; i++) {
            int section = section(i);
            if (file.getInt(section + 4) != DYNAMIC_SYMBOLS) {
                continue;
            }
            int from = Math.toIntExact(file.getLong(section + 24));
            int count = Math.toIntExact(file.getLong(section + 32)) / SYMBOL_BYTES;
            int strings = Math.toIntExact(file.getLong(section(file.getInt(section + 40)) + 24));
            for (int s = 0; s < count; s++) {
                int symbol = from + s * SYMBOL_BYTES;
                String name = text(strings + file.getInt(symbol));
                if (file.getShort(symbol + 6) == 0 && name.startsWith(prefix)) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    /** Where the header of a section lies. */
    private int section(int number) {
        return Math.toIntExact(file.getLong(40)) + number * Short.toUnsignedInt(file.getShort(58));
    }

    private String text(int from) {
        int to = from;
        while (file.get(to) != 0) {
            to++;
        }
        return new String(file.array(), from, to - from, StandardCharsets.US_ASCII);
    }
}
