package unitcell.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.engine.profile.KernelProfile;
import unitcell.trainer.Console;

/** A profile as people and programs read it: a row for each kernel, and one for what lies between them. */
final class ProfileTable {
    private ProfileTable() {}

    static void print(Console console, KernelProfile profile) {
        double step = profile.stepSeconds();
        double outside = step;
        List<List<String>> rows = new ArrayList<>();
        for (KernelProfile.Row row : profile.rows()) {
            outside -= row.seconds();
            rows.add(List.of(
                    row.kernel(),
                    format("%.0f", row.calls()),
                    format("%.2f", 1e3 * row.seconds()),
                    format("%.1f", 100 * row.seconds() / step),
                    row.flops() == 0 ? "" : format("%.1f", row.flops() / row.seconds() / 1e9),
                    format("%.1f", row.bytes() / row.seconds() / 1e9)));
        }
        rows.add(List.of(
                "(between kernels)", "", format("%.2f", 1e3 * outside), format("%.1f", 100 * outside / step), "", ""));
        console.print("profile of a training step, %.1f ms (medians)", 1e3 * step);
        console.table(List.of("kernel", "calls", "ms", "% of step", "GFLOP/s", "GB/s"), rows);
    }

    static JsonArray json(KernelProfile profile) {
        return JsonArray.of(profile.rows().stream()
                .map(row -> JsonObject.builder()
                        .put("kernel", row.kernel())
                        .put("calls", row.calls())
                        .put("median_s", row.seconds())
                        .put("flops", row.flops())
                        .put("bytes", row.bytes())
                        .build())
                .toList());
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
