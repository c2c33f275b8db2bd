package unitcell.engine.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import unitcell.engine.io.SafeTensorsException.Fault;

/** Reading and writing against bytes made by the format's reference implementation, and by round trips. */
class SafeTensorsTest {
    @TempDir
    Path directory;

    @Test
    void readsAFileOfTheReferenceImplementation() throws IOException {
        Path path = directory.resolve("python.safetensors");
        try (InputStream in = getClass().getResourceAsStream("written_by_python.safetensors")) {
            Files.copy(in, path);
        }
        try (SafeTensorsFile file = SafeTensorsFile.open(path)) {
            assertEquals(Map.of("format", "np", "note", "übung"), file.metadata());
            assertEquals(9, file.names().size());
            assertArrayEquals(new double[] {1.0 / 3, -2.5e300}, file.doubles("d"));
            assertArrayEquals(new float[] {1f / 3, Float.NEGATIVE_INFINITY}, file.floats("d"));
            assertArrayEquals(new float[] {0, 0.5f, 1, 1.5f, 2, 2.5f}, file.floats("w"));
            assertArrayEquals(new double[] {0, 0.5, 1, 1.5, 2, 2.5}, file.doubles("w"));
            assertArrayEquals(new long[] {2, 3}, file.shape("w"));
            assertArrayEquals(new long[] {-1, 1L << 40}, file.longs("i"));
            assertArrayEquals(new long[] {7, -8}, file.longs("j"));
            assertArrayEquals(new double[] {1.5, -0.0999755859375}, file.doubles("h"));
            assertArrayEquals(new long[] {1, 0, 1}, file.longs("b"));
            assertArrayEquals(new long[] {0, 200}, file.longs("u"));
            assertArrayEquals(new long[] {0, 3}, file.shape("empty"));
            assertEquals(0, file.floats("empty").length);
            assertArrayEquals(new long[0], file.shape("scalar"));
            assertArrayEquals(new double[] {2}, file.doubles("scalar"));
            assertEquals(StoredType.BOOL, file.type("b"));
        }
    }

    @Test
    void writesTheBytesOfTheReferenceImplementation() throws IOException {
        // The byte strings that the reference implementation's own tests expect for these tensors of zeros.
        assertBytes(
                "{\"attn.0\":{\"dtype\":\"F32\",\"shape\":[1,2,3],\"data_offsets\":[0,24]}}",
                64,
                new SafeTensorsWriter().add("attn.0", new float[6], 1, 2, 3),
                24);
        assertBytes(
                "{\"attn0\":{\"dtype\":\"F32\",\"shape\":[1,1,2,3],\"data_offsets\":[0,24]}}       ",
                72,
                new SafeTensorsWriter().add("attn0", new float[6], 1, 1, 2, 3),
                24);
        assertBytes("{}      ", 8, new SafeTensorsWriter(), 0);
    }

    private void assertBytes(String header, int headerBytes, SafeTensorsWriter writer, int zeros) throws IOException {
        Path path = directory.resolve("bytes.safetensors");
        writer.write(path);
        ByteBuffer expected = ByteBuffer.allocate(8 + headerBytes + zeros).order(ByteOrder.LITTLE_ENDIAN);
        expected.putLong(headerBytes).put(header.getBytes(StandardCharsets.UTF_8));
        assertArrayEquals(expected.array(), Files.readAllBytes(path));
    }

    @Test
    void roundTripsEveryTypeFromArraysAndSegments() throws IOException {
        Path path = directory.resolve("all.safetensors");
        double[] f64 = {Math.PI, -0.0, Double.NaN, Double.MIN_VALUE};
        float[] f32 = new float[700_001]; // several pieces of the copy buffer
        for (int i = 0; i < f32.length; i++) {
            f32[i] = i * 0.25f;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment half = arena.allocate(6);
            MemorySegment brain = arena.allocate(6);
            for (int i = 0; i < 3; i++) {
                half.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(i - 1.25f));
                brain.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (Float.floatToRawIntBits(i - 1.25f) >>> 16));
            }
            MemorySegment heap = MemorySegment.ofArray(new byte[] {0, 1, (byte) 255});
            new SafeTensorsWriter()
                    .metadata("step", "12")
                    .add("z", f64)
                    .add("a", f32, 1, 700_001)
                    .add("longs", new long[] {Long.MIN_VALUE, 5}, 2, 1)
                    .add("ints", new int[] {Integer.MIN_VALUE, -1})
                    .add("half", StoredType.F16, new long[] {3}, half)
                    .add("brain", StoredType.BF16, new long[] {3, 1}, brain)
                    .add("bytes", StoredType.U8, new long[] {3}, heap)
                    .add("flags", StoredType.BOOL, new long[] {2}, heap.asSlice(0, 2))
                    .add("none", StoredType.F64, new long[] {0}, MemorySegment.NULL)
                    .write(path);
        }
        try (SafeTensorsFile file = SafeTensorsFile.open(path)) {
            assertArrayEquals(f64, file.doubles("z"));
            assertArrayEquals(f32, file.floats("a"));
            assertArrayEquals(new long[] {Long.MIN_VALUE, 5}, file.longs("longs"));
            assertArrayEquals(new long[] {Integer.MIN_VALUE, -1}, file.longs("ints"));
            assertArrayEquals(new float[] {-1.25f, -0.25f, 0.75f}, file.floats("half"));
            assertArrayEquals(new float[] {-1.25f, -0.25f, 0.75f}, file.floats("brain"));
            assertArrayEquals(new long[] {0, 1, 255}, file.longs("bytes"));
            assertArrayEquals(new long[] {0, 1}, file.longs("flags"));
            assertEquals(0, file.count("none"));
            assertEquals(Map.of("step", "12"), file.metadata());
            // Larger elements come first, so every span starts at a multiple of its element size.
            assertEquals(
                    List.of("longs", "none", "z", "a", "ints", "brain", "half", "bytes", "flags"),
                    List.copyOf(file.names()));
        }
        byte[] bytes = Files.readAllBytes(path);
        assertEquals(0, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8);
    }

    @Test
    void bytesDoNotDependOnTheOrderOfCalls() throws IOException {
        Path one = directory.resolve("1.safetensors");
        Path two = directory.resolve("2.safetensors");
        new SafeTensorsWriter()
                .add("x", new float[3])
                .add("y", new double[2])
                .metadata("k", "1")
                .metadata("j", "2")
                .write(one);
        new SafeTensorsWriter()
                .metadata("j", "2")
                .metadata("k", "1")
                .add("y", new double[2])
                .add("x", new float[3])
                .write(two);
        assertEquals(-1, Files.mismatch(one, two));
    }

    @Test
    void refusesToWriteWhatWouldNotFit() throws IOException {
        SafeTensorsWriter writer = new SafeTensorsWriter().add("x", new float[3]);
        assertThrows(IllegalArgumentException.class, () -> writer.add("x", new float[3]));
        assertThrows(IllegalArgumentException.class, () -> writer.add("y", new float[3], 2, 2));
        assertThrows(IllegalArgumentException.class, () -> writer.add("y", new float[1], -1, -1));
        assertThrows(IllegalArgumentException.class, () -> writer.add("__metadata__", new float[3]));
        assertThrows(IllegalArgumentException.class, () -> writer.add("half \uD800", new float[3]));
        long[] huge = {1L << 31, 1L << 31, 8};
        assertThrows(IllegalArgumentException.class, () -> writer.add("y", StoredType.F64, huge, MemorySegment.NULL));
        Path file = directory.resolve("once.safetensors");
        writer.writeNew(file);
        FileFault fault = assertThrows(FileFault.class, () -> writer.writeNew(file));
        assertTrue(fault.getMessage().contains("it exists already"), fault.getMessage());
    }

    @Test
    void accessErrorsNameFileEntryAndExpectation() throws IOException {
        Path path = directory.resolve("access.safetensors");
        new SafeTensorsWriter()
                .add("x", new float[6], 2, 3)
                .add("n", new long[1])
                .write(path);
        SafeTensorsFile file = SafeTensorsFile.open(path);
        file.require("x", StoredType.F32, 2, 3);
        file.require("x", StoredType.F32, -1, 3);
        assertFault(Fault.WRONG_SHAPE, () -> file.require("x", StoredType.F32, 3, 2), "[2, 3]", "[3, 2]");
        assertFault(Fault.WRONG_SHAPE, () -> file.require("x", StoredType.F32, 6), "[6]");
        assertFault(Fault.WRONG_TYPE, () -> file.require("x", StoredType.F64, 2, 3), "F32", "F64");
        assertFault(Fault.WRONG_TYPE, () -> file.longs("x"), "F32");
        assertFault(Fault.WRONG_TYPE, () -> file.doubles("n"), "I64");
        assertFault(Fault.NO_SUCH_ENTRY, () -> file.segment("y"), "'y'", path.toString());
        MemorySegment x = file.segment("x");
        assertThrows(IllegalArgumentException.class, () -> x.set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
        file.close();
        assertThrows(IllegalStateException.class, () -> x.get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void unreadableFilesAreNamed() {
        for (Path path : List.of(directory.resolve("absent"), directory)) {
            FileFault fault = assertThrows(FileFault.class, () -> SafeTensorsFile.open(path));
            assertTrue(fault.getMessage().startsWith("cannot read " + path + ": "), fault.getMessage());
        }
    }

    private static void assertFault(Fault fault, Executable action, String... words) {
        SafeTensorsException e = assertThrows(SafeTensorsException.class, action);
        assertEquals(fault, e.fault(), e.getMessage());
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), e.getMessage());
        }
    }
}
