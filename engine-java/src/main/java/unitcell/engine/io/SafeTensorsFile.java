package unitcell.engine.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import unitcell.engine.io.SafeTensorsException.Fault;

/**
 * A safetensors file, mapped read-only: 8 bytes of header length (little endian), a JSON header, then the data of all
 * entries without gaps, in C order and little endian. Nothing is trusted: whatever violates the format is refused on
 * opening, by a {@link SafeTensorsException} that names the file and the fault. Data bytes themselves are not checked;
 * {@link Sha256Sums} does that.
 *
 * <p>Memory: pages of the file come in as they are read; the segments handed out end with {@link #close}. The file must
 * not be cut short by somebody else meanwhile (the JVM then reports an {@code InternalError}); the project's own
 * writers replace files whole and never do that. Safe for use by several threads.
 */
public final class SafeTensorsFile implements AutoCloseable {
    /** The format's limit on the header, also that of its reference implementation. */
    public static final long MAX_HEADER_BYTES = 100_000_000;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path path;
    private final Arena arena;
    private final MemorySegment data;
    private final SafeTensorsHeader header;

    private SafeTensorsFile(Path path, Arena arena, MemorySegment data, SafeTensorsHeader header) {
        this.path = path;
        this.arena = arena;
        this.data = data;
        this.header = header;
    }

    /**
     * Maps and checks a file.
     *
     * @throws SafeTensorsException if it is no valid safetensors file
     * @throws FileFault if it cannot be read
     */
    @SuppressWarnings("MustBeClosedChecker")
    public static SafeTensorsFile open(Path path) throws IOException {
        Arena arena = Arena.ofShared();
        try {
            MemorySegment bytes = map(path, arena);
            long headerBytes = headerBytes(path, bytes);
            long dataStart = 8 + headerBytes;
            byte[] json = bytes.asSlice(8, headerBytes).toArray(ValueLayout.JAVA_BYTE);
            SafeTensorsHeader header = SafeTensorsHeader.parse(path, json, bytes.byteSize() - dataStart);
            return new SafeTensorsFile(path, arena, bytes.asSlice(dataStart).asReadOnly(), header);
        } catch (IOException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static MemorySegment map(Path path, Arena arena) throws FileFault {
        try {
            if (!Files.exists(path)) {
                throw new NoSuchFileException(path.toString());
            }
            if (!Files.isRegularFile(path)) {
                throw new IOException("not a regular file");
            }
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            }
        } catch (IOException e) {
            throw FileFault.of("read", path, e);
        }
    }

    private static long headerBytes(Path path, MemorySegment bytes) throws SafeTensorsException {
        if (bytes.byteSize() < 8) {
            throw new SafeTensorsException(
                    path,
                    Fault.FILE_TOO_SHORT,
                    "the file has " + bytes.byteSize() + " bytes, expected at least the 8 of the header's length");
        }
        long length = bytes.get(LONG, 0);
        if (length < 0 || length > MAX_HEADER_BYTES) {
            throw new SafeTensorsException(
                    path,
                    Fault.HEADER_TOO_LARGE,
                    "the header's length is given as " + Long.toUnsignedString(length) + " bytes, expected at most "
                            + MAX_HEADER_BYTES + ": not a safetensors file");
        }
        if (length > bytes.byteSize() - 8) {
            throw new SafeTensorsException(
                    path,
                    Fault.HEADER_TRUNCATED,
                    "the header's length is given as " + length + " bytes, the file has " + (bytes.byteSize() - 8)
                            + " after it: the file is cut short");
        }
        return length;
    }

    /** The file that was opened. */
    public Path path() {
        return path;
    }

    /** Names of all entries, in the order of the header. */
    public Set<String> names() {
        return Collections.unmodifiableSet(header.entries().keySet());
    }

    /** Whether there is an entry of that name. */
    public boolean contains(String name) {
        return header.entries().containsKey(name);
    }

    /** The header's {@code __metadata__}, empty where there is none. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /** Element type of an entry. */
    public StoredType type(String name) throws SafeTensorsException {
        return entry(name).type();
    }

    /** Shape of an entry; empty for a scalar. */
    public long[] shape(String name) throws SafeTensorsException {
        return entry(name).shape().clone();
    }

    /** Number of elements of an entry. */
    public long count(String name) throws SafeTensorsException {
        SafeTensorsHeader.Entry entry = entry(name);
        return (entry.end() - entry.begin()) / entry.type().bytes();
    }

    /** The little-endian bytes of an entry, read-only, aligned to nothing in particular; valid until {@link #close}. */
    public MemorySegment segment(String name) throws SafeTensorsException {
        SafeTensorsHeader.Entry entry = entry(name);
        return data.asSlice(entry.begin(), entry.end() - entry.begin());
    }

    /**
     * Refuses an entry that is not what the caller needs.
     *
     * @param shape one extent per dimension; -1 stands for any
     * @throws SafeTensorsException with the found and the expected type and shape
     */
    public void require(String name, StoredType type, long... shape) throws SafeTensorsException {
        SafeTensorsHeader.Entry entry = entry(name);
        if (entry.type() != type) {
            throw wrongType(entry, type.toString());
        }
        boolean fits = entry.shape().length == shape.length;
        for (int i = 0; fits && i < shape.length; i++) {
            fits = shape[i] == -1 || shape[i] == entry.shape()[i];
        }
        if (!fits) {
            throw new SafeTensorsException(
                    path,
                    Fault.WRONG_SHAPE,
                    "'" + name + "' has shape " + Arrays.toString(entry.shape()) + ", expected "
                            + Arrays.toString(shape).replace("-1", "any"));
        }
    }

    /** All elements of a floating-point entry, widened exactly where they are narrower. */
    public double[] doubles(String name) throws SafeTensorsException {
        SafeTensorsHeader.Entry entry = floating(name);
        MemorySegment bytes = segment(name);
        double[] values = new double[length(entry)];
        switch (entry.type()) {
            case F64 -> MemorySegment.copy(bytes, DOUBLE, 0, values, 0, values.length);
            default -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = narrow(entry.type(), bytes, i);
                }
            }
        }
        return values;
    }

    /** All elements of a floating-point entry; F64 is rounded to the nearest float. */
    public float[] floats(String name) throws SafeTensorsException {
        SafeTensorsHeader.Entry entry = floating(name);
        MemorySegment bytes = segment(name);
        float[] values = new float[length(entry)];
        switch (entry.type()) {
            case F32 -> MemorySegment.copy(bytes, FLOAT, 0, values, 0, values.length);
            case F64 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) bytes.get(DOUBLE, 8L * i);
                }
            }
            default -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = narrow(entry.type(), bytes, i);
                }
            }
        }
        return values;
    }

    /** All elements of an integer or boolean entry; U8 is unsigned, a boolean is 0 or 1. */
    public long[] longs(String name) throws SafeTensorsException {
        SafeTensorsHeader.Entry entry = entry(name);
        if (entry.type().isFloating()) {
            throw wrongType(entry, "I64, I32, U8 or BOOL");
        }
        MemorySegment bytes = segment(name);
        long[] values = new long[length(entry)];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (entry.type()) {
                case I64 -> bytes.get(LONG, 8L * i);
                case I32 -> bytes.get(INT, 4L * i);
                default -> bytes.get(ValueLayout.JAVA_BYTE, i) & 0xFFL;
            };
        }
        return values;
    }

    /** Unmaps the file; its segments must not be used any more. */
    @Override
    public void close() {
        arena.close();
    }

    private static float narrow(StoredType type, MemorySegment bytes, int i) {
        return switch (type) {
            case F32 -> bytes.get(FLOAT, 4L * i);
            case F16 -> Float.float16ToFloat(bytes.get(SHORT, 2L * i));
            case BF16 -> Float.intBitsToFloat(bytes.get(SHORT, 2L * i) << 16);
            default -> throw new IllegalStateException("no narrow floating-point type: " + type);
        };
    }

    private SafeTensorsHeader.Entry entry(String name) throws SafeTensorsException {
        SafeTensorsHeader.Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new SafeTensorsException(
                    path,
                    Fault.NO_SUCH_ENTRY,
                    "no entry '" + name + "' among its " + header.entries().size());
        }
        return entry;
    }

    private SafeTensorsHeader.Entry floating(String name) throws SafeTensorsException {
        SafeTensorsHeader.Entry entry = entry(name);
        if (!entry.type().isFloating()) {
            throw wrongType(entry, "a floating-point type");
        }
        return entry;
    }

    private SafeTensorsException wrongType(SafeTensorsHeader.Entry entry, String expected) {
        return new SafeTensorsException(
                path, Fault.WRONG_TYPE, "'" + entry.name() + "' has type " + entry.type() + ", expected " + expected);
    }

    private int length(SafeTensorsHeader.Entry entry) throws SafeTensorsException {
        long count = (entry.end() - entry.begin()) / entry.type().bytes();
        if (count > Integer.MAX_VALUE - 8) {
            throw new SafeTensorsException(
                    path,
                    Fault.WRONG_SHAPE,
                    "'" + entry.name() + "' has " + count + " elements, too many for a Java array: use its segment");
        }
        return (int) count;
    }
}
