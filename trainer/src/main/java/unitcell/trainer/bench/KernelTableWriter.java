package unitcell.trainer.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import unitcell.engine.Device;
import unitcell.engine.Devices;
import unitcell.engine.io.AtomicFiles;
import unitcell.net.EquiformerV2Config;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.ModelConfigJson;
import unitcell.net.ModelPresets;
import unitcell.trainer.data.BundledCrystals;

/**
 * Writes {@code docs/kernels.md}: registers and memory of every compiled kernel, from the assembler's reports; bytes and
 * operations of every operation at the sizes of some networks, and the time that an H100 needs for them at the least.
 */
public final class KernelTableWriter {
    /** NVIDIA H100 Tensor Core GPU data sheet, column H100 SXM, without sparsity. */
    private static final double BYTES = 3.35e12;

    private static final double FP32 = 67e12;
    private static final double TF32 = 495e12;

    private final StringBuilder text = new StringBuilder();

    private KernelTableWriter() {}

    /** Arguments: folder of reports, a model configuration, the file to write. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("expected: REPORT_FOLDER MODEL_CONFIG.json OUTPUT.md");
        }
        List<PtxasReport.Entry> entries = PtxasReport.read(Path.of(arguments[0]));
        if (entries.isEmpty()) {
            throw new IllegalArgumentException(
                    arguments[0] + " holds no reports of compiled kernels: nvcc was not found when they were built");
        }
        KernelTableWriter writer = new KernelTableWriter();
        writer.head();
        writer.network("tiny", ModelPresets.of("tiny"), 32);
        writer.network("small", ModelPresets.of("small"), 32);
        Path config = Path.of(arguments[1]);
        writer.network(config.getFileName().toString(), ModelConfigJson.readFile(config), 16);
        writer.kernels(entries);
        AtomicFiles.replace(Path.of(arguments[2]), writer.text.toString());
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private void head() {
        line("# Kernels");
        line("");
        line(
                "Written by `make kernel-table`; nothing here is measured. `./unitcell bench kernels --device cuda` measures, and");
        line("prints the same operations beside the ceilings of the GPU at hand.");
        line("");
        line("## Operations");
        line("");
        line(
                "What a call of each operation of the contract has to do at the sizes of a network: bytes with every argument read");
        line(
                "once and every result written once, operations as its definition has them (dense products on the grid and over all");
        line(
                "Gaussians; a function such as exp is one), whatever a kernel saves of them. The floor is the time for the bytes or");
        line(
                "for the operations, whichever is longer, on an H100 SXM by its data sheet: 3.35 TB/s, 67 TFLOP/s in FP32 and 495");
        line(
                "TFLOP/s in TF32 without sparsity. A kernel that needs fewer operations than the definition may go below a floor");
        line(
                "that operations set. Launches cost a few microseconds each on top, which at small sizes is all there is.");
    }

    private void network(String name, EquiformerV2Config config, int crystals) {
        GraphBatch batch = GraphBatches.of(BundledCrystals.read().subList(0, crystals), GraphBatches.rule(config));
        List<KernelBenchmark.Work> works;
        try (Device device = Devices.open("cpu", 1)) {
            works = new KernelBenchmark(device, config, batch).work("");
        }
        line("");
        line(
                "### %s: lmax %d, mmax %d, %d layers, %d channels; %d crystals, %d atoms, %d edges",
                name,
                config.lmax(),
                config.mmax(),
                config.numLayers(),
                config.sphereChannels(),
                batch.crystals(),
                batch.nodes(),
                batch.edges());
        line("");
        line("| family | operation | kB | MFLOP | F/B | floor us | set by | TF32 floor us | sizes |");
        line("|---|---|---|---|---|---|---|---|---|");
        for (KernelBenchmark.Work w : works) {
            double memory = w.bytes() / BYTES;
            double plain = w.flops() / FP32;
            String tensor = w.family().equals("dense") ? number(1e6 * Math.max(memory, w.flops() / TF32)) : "";
            line(
                    "| %s | `%s` | %s | %s | %.2f | %s | %s | %s | %s |",
                    w.family(),
                    w.kernel(),
                    number(w.bytes() / 1e3),
                    number(w.flops() / 1e6),
                    w.flops() / w.bytes(),
                    number(1e6 * Math.max(memory, plain)),
                    memory >= plain ? "bytes" : "operations",
                    tensor,
                    w.shape());
        }
    }

    /** Three digits that count. */
    private static String number(double value) {
        if (value >= 100 || value == 0) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(Locale.ROOT, value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.3f", value);
    }

    private void kernels(List<PtxasReport.Entry> entries) {
        line("");
        line("## Compiled kernels");
        line("");
        line(
                "What the assembler says of every entry point: registers of a thread and static shared memory of a block (dynamic");
        line(
                "shared memory comes with the launch). Stack and spills are named where there are any. A multiprocessor has 65,536");
        line("registers; a block of 256 threads with 64 registers fits on it four times.");
        Map<String, Map<String, Map<String, PtxasReport.Entry>>> files = new TreeMap<>();
        for (PtxasReport.Entry e : entries) {
            files.computeIfAbsent(e.file(), f -> new TreeMap<>())
                    .computeIfAbsent(e.kernel(), k -> new LinkedHashMap<>())
                    .put(e.architecture(), e);
        }
        long clean = entries.stream()
                .filter(e -> e.stackBytes() == 0 && e.spillBytes() == 0)
                .count();
        line("");
        line(
                "%d entry points on two architectures; %d of %d without stack and spills.",
                files.values().stream().mapToInt(Map::size).sum(), clean, entries.size());
        files.forEach((file, kernels) -> {
            line("");
            line("### %s.cu", file);
            line("");
            line("| entry point | registers sm_80 | sm_90 | shared bytes sm_80 | sm_90 | stack, spills |");
            line("|---|---|---|---|---|---|");
            kernels.forEach((kernel, by) -> {
                PtxasReport.Entry older = by.get("80");
                PtxasReport.Entry newer = by.get("90");
                line(
                        "| `%s` | %s | %s | %s | %s | %s |",
                        kernel,
                        older == null ? "" : older.registers(),
                        newer == null ? "" : newer.registers(),
                        older == null ? "" : older.sharedBytes(),
                        newer == null ? "" : newer.sharedBytes(),
                        faults(by));
            });
        });
    }

    private static String faults(Map<String, PtxasReport.Entry> by) {
        List<String> faults = new ArrayList<>();
        by.forEach((architecture, e) -> {
            if (e.stackBytes() > 0 || e.spillBytes() > 0) {
                faults.add("sm_" + architecture + ": " + e.stackBytes() + " bytes of stack, " + e.spillBytes()
                        + " of spills");
            }
        });
        return String.join("; ", faults);
    }
}
