package unitcell.engine.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes safetensors files. The bytes depend on the content alone: entries are ordered by falling element size, then by
 * the UTF-8 bytes of their names, metadata by key, whatever the order of the calls; so equal content gives equal files.
 * The header is padded with spaces to a multiple of 8, and the order by size keeps every entry aligned to its element
 * size within the file, as the format's reference implementation does.
 *
 * <p>Memory: data are referred to, not copied, until the file is written, and then go to it without passing through the
 * heap (native segments directly, Java arrays through a buffer of 1 MiB). They must not change or be freed before.
 */
public final class SafeTensorsWriter {
    private static final int SCRATCH_BYTES = 1 << 20;
    private static final long SLICE_BYTES = 1L << 28;

    /** Where the bytes of an entry come from. */
    private sealed interface Source {
        /** Little-endian bytes. */
        record Bytes(MemorySegment segment) implements Source {}

        /** Values of a Java array (a heap segment), in the machine's byte order, as elements of the given layout. */
        record Values(MemorySegment array, ValueLayout layout) implements Source {}
    }

    private record Entry(String name, StoredType type, long[] shape, long bytes, Source source) {}

    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<String, String> metadata = new TreeMap<>();

    /** Adds or replaces one string of the header's {@code __metadata__}. */
    public SafeTensorsWriter metadata(String key, String value) {
        metadata.put(checkedName(key), checkedName(value));
        return this;
    }

    /**
     * Adds an entry from memory.
     *
     * @param data elements in C order, little endian; exactly {@code type.bytes()} times the product of the shape
     * @throws IllegalArgumentException for a size that does not fit the shape, a name given twice or a negative extent
     */
    public SafeTensorsWriter add(String name, StoredType type, long[] shape, MemorySegment data) {
        return add(name, type, shape, data.byteSize(), new Source.Bytes(data));
    }

    /** Adds an F64 entry; no shape given means one dimension. */
    public SafeTensorsWriter add(String name, double[] values, long... shape) {
        return add(name, StoredType.F64, shape, MemorySegment.ofArray(values), ValueLayout.JAVA_DOUBLE_UNALIGNED);
    }

    /** Adds an F32 entry; no shape given means one dimension. */
    public SafeTensorsWriter add(String name, float[] values, long... shape) {
        return add(name, StoredType.F32, shape, MemorySegment.ofArray(values), ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    /** Adds an I64 entry; no shape given means one dimension. */
    public SafeTensorsWriter add(String name, long[] values, long... shape) {
        return add(name, StoredType.I64, shape, MemorySegment.ofArray(values), ValueLayout.JAVA_LONG_UNALIGNED);
    }

    /** Adds an I32 entry; no shape given means one dimension. */
    public SafeTensorsWriter add(String name, int[] values, long... shape) {
        return add(name, StoredType.I32, shape, MemorySegment.ofArray(values), ValueLayout.JAVA_INT_UNALIGNED);
    }

    private SafeTensorsWriter add(
            String name, StoredType type, long[] shape, MemorySegment array, ValueLayout nativeLayout) {
        long[] extents = shape.length == 0 ? new long[] {array.byteSize() / type.bytes()} : shape;
        return add(name, type, extents, array.byteSize(), new Source.Values(array, nativeLayout));
    }

    private SafeTensorsWriter add(String name, StoredType type, long[] shape, long bytes, Source source) {
        if (name.equals("__metadata__")) {
            throw new IllegalArgumentException("safetensors entry '__metadata__': the format reserves this name");
        }
        for (long extent : shape) {
            if (extent < 0) {
                throw new IllegalArgumentException(
                        "safetensors entry '" + name + "': negative extent in shape " + Arrays.toString(shape));
            }
        }
        long expected = SafeTensorsHeader.bytes(type, shape);
        if (expected != bytes) {
            throw new IllegalArgumentException("safetensors entry '" + name + "': " + bytes + " bytes given, expected "
                    + (expected < 0 ? "more than 2^63" : expected) + " for " + type + " of shape "
                    + Arrays.toString(shape));
        }
        if (entries.put(name, new Entry(checkedName(name), type, shape.clone(), bytes, source)) != null) {
            throw new IllegalArgumentException("safetensors entry '" + name + "': the name was added twice");
        }
        return this;
    }

    /** Writes the file atomically: afterwards it is the new one, complete and on the disk, or still the old one. */
    public void write(Path target) throws IOException {
        AtomicFiles.replace(target, this::writeNew);
    }

    /**
     * Writes a new file plainly, for a directory that is published as a whole by {@link AtomicFiles#publishDirectory}.
     *
     * @throws FileFault if it exists already or cannot be written
     */
    public void writeNew(Path file) throws IOException {
        List<Entry> ordered = ordered();
        byte[] header = header(ordered);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            ByteBuffer start = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
            start.putLong(header.length).put(header).flip();
            writeFully(channel, start);
            MemorySegment scratch = arena.allocate(SCRATCH_BYTES, 64);
            for (Entry entry : ordered) {
                switch (entry.source()) {
                    case Source.Bytes(MemorySegment segment) -> writeBytes(channel, segment, scratch);
                    case Source.Values(MemorySegment array, ValueLayout layout) ->
                        writeValues(channel, array, layout, scratch);
                }
            }
        } catch (IOException e) {
            throw FileFault.of("write", file, e);
        }
    }

    private List<Entry> ordered() {
        List<Entry> ordered = new ArrayList<>(entries.values());
        ordered.sort(Comparator.comparingInt((Entry e) -> -e.type().bytes())
                .thenComparing(e -> e.name().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
        return ordered;
    }

    private byte[] header(List<Entry> ordered) throws IOException {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator out = new JsonFactory().createGenerator(json)) {
            out.writeStartObject();
            if (!metadata.isEmpty()) {
                out.writeObjectFieldStart("__metadata__");
                for (Map.Entry<String, String> pair : metadata.entrySet()) {
                    out.writeStringField(pair.getKey(), pair.getValue());
                }
                out.writeEndObject();
            }
            long offset = 0;
            for (Entry entry : ordered) {
                out.writeObjectFieldStart(entry.name());
                out.writeStringField("dtype", entry.type().name());
                out.writeFieldName("shape");
                out.writeArray(entry.shape(), 0, entry.shape().length);
                out.writeFieldName("data_offsets");
                out.writeArray(new long[] {offset, offset + entry.bytes()}, 0, 2);
                out.writeEndObject();
                offset += entry.bytes();
            }
            out.writeEndObject();
        }
        while (json.size() % 8 != 0) {
            json.write(' ');
        }
        if (json.size() > SafeTensorsFile.MAX_HEADER_BYTES) {
            throw new IllegalStateException("safetensors: the header of " + entries.size() + " entries takes "
                    + json.size() + " bytes, the format allows " + SafeTensorsFile.MAX_HEADER_BYTES);
        }
        return json.toByteArray();
    }

    private static void writeBytes(FileChannel channel, MemorySegment segment, MemorySegment scratch)
            throws IOException {
        // A channel would copy a heap buffer into a native one of the same size, and keep that: so copy in pieces.
        long piece = segment.isNative() ? SLICE_BYTES : SCRATCH_BYTES;
        for (long from = 0; from < segment.byteSize(); from += piece) {
            long bytes = Math.min(piece, segment.byteSize() - from);
            MemorySegment slice = segment.asSlice(from, bytes);
            if (!segment.isNative()) {
                slice = scratch.asSlice(0, bytes).copyFrom(slice);
            }
            writeFully(channel, slice.asByteBuffer());
        }
    }

    private static void writeValues(
            FileChannel channel, MemorySegment array, ValueLayout nativeLayout, MemorySegment scratch)
            throws IOException {
        ValueLayout stored = nativeLayout.withOrder(ByteOrder.LITTLE_ENDIAN);
        for (long from = 0; from < array.byteSize(); from += SCRATCH_BYTES) {
            long bytes = Math.min(SCRATCH_BYTES, array.byteSize() - from);
            MemorySegment.copy(array, nativeLayout, from, scratch, stored, 0, bytes / stored.byteSize());
            writeFully(channel, scratch.asSlice(0, bytes).asByteBuffer());
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.write(buffer) == 0) {
                throw new IOException("the system accepts no more bytes");
            }
        }
    }

    private static String checkedName(String name) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new IllegalArgumentException("safetensors: a name holds half a surrogate pair: not valid Unicode");
        }
        return name;
    }
}
