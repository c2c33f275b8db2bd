package unitcell.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import unitcell.engine.Device;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.engine.io.JsonString;
import unitcell.net.GraphBatch;
import unitcell.trainer.Console;
import unitcell.trainer.bench.Ceilings;
import unitcell.trainer.bench.KernelBenchmark;

/** Timings of kernels as people and programs read them. */
final class KernelReport {
    /** Widths of the columns that are printed as each kernel is done. */
    private static final String ROW = "%-10s %-27s %6s %11s %11s %8s %8s %8s %6s  %s";
    /** The same with the host's time, where that is another. */
    private static final String ROW_WITH_SUBMIT = "%-10s %-27s %6s %11s %11s %10s %8s %8s %8s %6s  %s";

    private final Console console;
    private final Device device;
    private final int threads;
    private final boolean cpu;
    private final List<String> clocks;

    /** Prints the device's clock rates. */
    KernelReport(Console console, Device device, int threads) {
        this.console = console;
        this.device = device;
        this.threads = threads;
        this.cpu = device.name().startsWith("cpu");
        clocks = device.clocks();
        clocks.forEach(console::line);
    }

    /** Prints what follows is measured on, the ceilings and the names of the columns. */
    void begin(GraphBatch batch, Ceilings ceilings) {
        printBatch(console, batch);
        console.line(cpu ? cpuLine(ceilings) : acceleratorLine(ceilings));
        if (cpu) {
            console.print(
                    ROW,
                    "family",
                    "kernel",
                    "calls",
                    "median us",
                    "min us",
                    "GB/s",
                    "GFLOP/s",
                    "F/B",
                    "share",
                    "sizes");
        } else {
            console.print(
                    ROW_WITH_SUBMIT,
                    "family",
                    "kernel",
                    "calls",
                    "median us",
                    "min us",
                    "submit us",
                    "GB/s",
                    "GFLOP/s",
                    "F/B",
                    "share",
                    "sizes");
        }
    }

    static void printBatch(Console console, GraphBatch batch) {
        console.print("%d crystals, %d atoms, %d edges", batch.crystals(), batch.nodes(), batch.edges());
    }

    private String cpuLine(Ceilings c) {
        return String.format(
                Locale.ROOT,
                "ceilings: copy %.1f GB/s with %d threads, %d x %d product %.1f GFLOP/s (%.1f with one thread)",
                c.copyBytes() / 1e9,
                threads,
                c.gemm().size(),
                c.gemm().size(),
                c.gemm().flops() / 1e9,
                c.gemmFlopsOneThread() / 1e9);
    }

    private static String acceleratorLine(Ceilings c) {
        List<String> parts = new ArrayList<>();
        parts.add(String.format(Locale.ROOT, "copy %.1f GB/s", c.copyBytes() / 1e9));
        parts.add(product(c.gemm()));
        c.others().forEach(other -> parts.add(product(other)));
        return "ceilings: " + String.join(", ", parts)
                + String.format(Locale.ROOT, "; nothing measures as %.1f us", c.emptySeconds() * 1e6);
    }

    private static String product(Ceilings.Product p) {
        return String.format(
                Locale.ROOT,
                "%d x %d product%s %.1f GFLOP/s",
                p.size(),
                p.size(),
                p.precision().isEmpty() ? "" : " in " + p.precision(),
                p.flops() / 1e9);
    }

    void print(KernelBenchmark.Row r) {
        double median = r.timing().median();
        List<String> cells = new ArrayList<>(List.of(
                r.family(),
                r.kernel(),
                String.valueOf(r.timing().count()),
                format("%.1f", median * 1e6),
                format("%.1f", r.timing().min() * 1e6)));
        if (!cpu) {
            cells.add(format("%.1f", r.submit().median() * 1e6));
        }
        cells.add(format("%.2f", r.bytes() / median / 1e9));
        cells.add(format("%.2f", r.flops() / median / 1e9));
        cells.add(format("%.2f", r.intensity()));
        cells.add(format("%.0f%%", 100 * r.share()));
        cells.add(r.shape());
        console.print(cpu ? ROW : ROW_WITH_SUBMIT, cells.toArray());
    }

    /** Prints clock rates that changed; returns everything as JSON. */
    JsonObject end(GraphBatch batch, boolean warm, Ceilings ceilings, List<KernelBenchmark.Row> rows) {
        List<String> after = device.clocks();
        after.stream().filter(line -> !clocks.contains(line)).forEach(line -> console.line("afterwards " + line));
        return JsonObject.builder()
                .put("device", device.description())
                .put("clocks", strings(clocks))
                .put("clocks_afterwards", strings(after))
                .put("threads", threads)
                .put("warm_caches", warm || cpu)
                .put("crystals", batch.crystals())
                .put("atoms", batch.nodes())
                .put("edges", batch.edges())
                .put("copy_bytes_per_s", ceilings.copyBytes())
                .put("gemm_flops_per_s", ceilings.gemm().flops())
                .put("gemm_size", ceilings.gemm().size())
                .put("gemm_precision", ceilings.gemm().precision())
                .putOrNull("gemm_flops_per_s_one_thread", ceilings.gemmFlopsOneThread())
                .put(
                        "gemm_in_other_precisions",
                        JsonArray.of(ceilings.others().stream()
                                .map(p -> JsonObject.builder()
                                        .put("precision", p.precision())
                                        .put("size", p.size())
                                        .put("flops_per_s", p.flops())
                                        .build())
                                .toList()))
                .put("empty_s", ceilings.emptySeconds())
                .put(
                        "kernels",
                        JsonArray.of(rows.stream().map(r -> json(r, ceilings)).toList()))
                .build();
    }

    private static JsonArray strings(List<String> lines) {
        return JsonArray.of(lines.stream().map(JsonString::of).toList());
    }

    private static JsonObject json(KernelBenchmark.Row r, Ceilings ceilings) {
        double median = r.timing().median();
        return JsonObject.builder()
                .put("family", r.family())
                .put("kernel", r.kernel())
                .put("sizes", r.shape())
                .put("calls", r.timing().count())
                .put("median_s", median)
                .put("min_s", r.timing().min())
                .put("max_s", r.timing().max())
                .put("submit_median_s", r.submit().median())
                .put("bytes", r.bytes())
                .put("flops", r.flops())
                .put("flops_per_byte", r.intensity())
                .put("bytes_per_s", r.bytes() / median)
                .put("flops_per_s", r.flops() / median)
                .put("share_of_copy", r.bytes() / median / ceilings.copyBytes())
                .put("share_of_gemm", r.flops() / median / ceilings.gemm().flops())
                .put("share_of_ceilings", r.share())
                .build();
    }

    /** Prints what calls have to do, without times. */
    static void print(Console console, List<KernelBenchmark.Work> works) {
        List<List<String>> rows = new ArrayList<>();
        for (KernelBenchmark.Work w : works) {
            rows.add(List.of(
                    w.family(),
                    w.kernel(),
                    format("%.0f", w.bytes()),
                    format("%.0f", w.flops()),
                    format("%.2f", w.flops() / w.bytes()),
                    w.shape()));
        }
        console.table(List.of("family", "kernel", "bytes", "FLOP", "F/B", "sizes"), rows);
    }

    static JsonObject json(GraphBatch batch, List<KernelBenchmark.Work> works) {
        return JsonObject.builder()
                .put("crystals", batch.crystals())
                .put("atoms", batch.nodes())
                .put("edges", batch.edges())
                .put(
                        "kernels",
                        JsonArray.of(works.stream()
                                .map(w -> JsonObject.builder()
                                        .put("family", w.family())
                                        .put("kernel", w.kernel())
                                        .put("sizes", w.shape())
                                        .put("bytes", w.bytes())
                                        .put("flops", w.flops())
                                        .put("flops_per_byte", w.flops() / w.bytes())
                                        .build())
                                .toList()))
                .build();
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
