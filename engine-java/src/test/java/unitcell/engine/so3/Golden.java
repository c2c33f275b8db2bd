package unitcell.engine.so3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reference vectors for these tests: just enough of the safetensors format to read the F64 arrays of the files among the
 * test resources, which other programs wrote.
 */
final class Golden {
    /** One array: shape and values, C order. */
    record Array(int[] shape, double[] values) {
        double[] slice(int first) {
            int size = values.length / shape[0];
            return Arrays.copyOfRange(values, first * size, (first + 1) * size);
        }
    }

    private final String name;
    private final String header;
    private final ByteBuffer data;

    private Golden(String name, String header, ByteBuffer data) {
        this.name = name;
        this.header = header;
        this.data = data;
    }

    static Golden open(String name) throws IOException {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name + ".safetensors")) {
            if (in == null) {
                throw new IOException("no golden file " + name + " among the test resources");
            }
            ByteBuffer all = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
            int length = Math.toIntExact(all.getLong(0));
            String header = new String(all.array(), 8, length, StandardCharsets.UTF_8);
            return new Golden(
                    name,
                    header,
                    all.slice(8 + length, all.limit() - 8 - length).order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    Array get(String key) throws IOException {
        Matcher m = Pattern.compile("\"" + Pattern.quote(key)
                        + "\":\\{\"dtype\":\"F64\",\"shape\":\\[([0-9,]*)\\],\"data_offsets\":\\[([0-9]+),([0-9]+)\\]")
                .matcher(header);
        if (!m.find()) {
            throw new IOException("no F64 array " + key + " in golden file " + name);
        }
        int[] shape = Arrays.stream(m.group(1).split(",", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        int begin = Integer.parseInt(m.group(2));
        double[] values = new double[(Integer.parseInt(m.group(3)) - begin) / 8];
        for (int i = 0; i < values.length; i++) {
            values[i] = data.getDouble(begin + 8 * i);
        }
        return new Array(shape, values);
    }
}
