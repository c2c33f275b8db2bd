package unitcell.trainer.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What NVIDIA's assembler says of the compiled kernels ({@code nvcc -Xptxas -v}), as {@code build-kernels.sh} keeps it. */
public final class PtxasReport {
    private static final Pattern ENTRY = Pattern.compile("Compiling entry function '(\\w+)' for 'sm_(\\w+)'");
    private static final Pattern FRAME =
            Pattern.compile("(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads");
    private static final Pattern USED = Pattern.compile("Used (\\d+) registers");
    private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

    private PtxasReport() {}

    /**
     * One entry point on one architecture.
     *
     * @param file kernel file without its extension
     * @param kernel the entry point
     * @param architecture as {@code 90} for sm_90
     * @param registers of a thread
     * @param stackBytes local memory of a thread
     * @param spillBytes stores and loads of spilled registers
     * @param sharedBytes static shared memory of a block; dynamic shared memory comes with the launch
     */
    public record Entry(
            String file,
            String kernel,
            String architecture,
            int registers,
            int stackBytes,
            int spillBytes,
            int sharedBytes) {}

    /** All reports of a folder, by file, then in the order of the reports; empty where nothing was compiled. */
    public static List<Entry> read(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(f -> f.toString().endsWith(".txt")).sorted().toList();
        }
        List<Entry> entries = new ArrayList<>();
        for (Path file : files) {
            String name = file.getFileName().toString();
            entries.addAll(parse(name.substring(0, name.length() - ".txt".length()), Files.readAllLines(file)));
        }
        return entries;
    }

    static List<Entry> parse(String file, List<String> lines) {
        List<Entry> entries = new ArrayList<>();
        String kernel = null;
        String architecture = null;
        int stack = 0;
        int spills = 0;
        for (String line : lines) {
            Matcher entry = ENTRY.matcher(line);
            Matcher frame = FRAME.matcher(line);
            Matcher used = USED.matcher(line);
            if (entry.find()) {
                kernel = entry.group(1);
                architecture = entry.group(2);
            } else if (frame.find()) {
                stack = Integer.parseInt(frame.group(1));
                spills = Integer.parseInt(frame.group(2)) + Integer.parseInt(frame.group(3));
            } else if (used.find() && kernel != null) {
                Matcher shared = SHARED.matcher(line);
                int sharedBytes = shared.find() ? Integer.parseInt(shared.group(1)) : 0;
                entries.add(new Entry(
                        file, kernel, architecture, Integer.parseInt(used.group(1)), stack, spills, sharedBytes));
                kernel = null;
            }
        }
        return entries;
    }
}
