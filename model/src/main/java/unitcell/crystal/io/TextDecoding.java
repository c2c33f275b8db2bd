package unitcell.crystal.io;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Bytes to text: UTF-8, with or without byte order mark, else Latin-1 with a warning. UTF-16 is refused. */
final class TextDecoding {
    private TextDecoding() {}

    /**
     * Decodes a whole file.
     *
     * @param bytes its content
     * @param file its name, for messages
     * @param warnings receives what was noticed
     */
    static String decode(byte[] bytes, String file, List<Finding> warnings) {
        int start = 0;
        if (startsWith(bytes, 0xEF, 0xBB, 0xBF)) {
            start = 3;
            warnings.add(new Finding(
                    Finding.Kind.BYTE_ORDER_MARK, new Location(file, 1, 1), "skipped a UTF-8 byte order mark"));
        } else if (startsWith(bytes, 0xFE, 0xFF) || startsWith(bytes, 0xFF, 0xFE)) {
            throw InputException.of(
                    Finding.Kind.ENCODING,
                    new Location(file, 1, 1),
                    "file is UTF-16, expected UTF-8; convert it first");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, start, bytes.length - start))
                    .toString();
        } catch (CharacterCodingException e) {
            warnings.add(new Finding(Finding.Kind.LATIN1, Location.of(file), "not valid UTF-8, read as Latin-1"));
            return new String(bytes, start, bytes.length - start, StandardCharsets.ISO_8859_1);
        }
    }

    private static boolean startsWith(byte[] bytes, int... prefix) {
        if (bytes.length < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if ((bytes[i] & 0xFF) != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
