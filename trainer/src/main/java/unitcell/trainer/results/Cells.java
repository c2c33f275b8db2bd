package unitcell.trainer.results;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import unitcell.trainer.report.ReportTable;
import unitcell.trainer.stats.Estimate;

/** Numbers as the page writes them. */
final class Cells {
    private Cells() {}

    /** In the metric's unit, two decimals for percentages, four for the rest. */
    static ReportTable.Measured of(Metric metric, Estimate estimate) {
        return metric.isShare() ? percent(estimate) : of(estimate, 4);
    }

    /** With about four significant digits, four decimals at most. */
    static ReportTable.Measured of(Estimate estimate) {
        double size = Math.abs(estimate.value());
        return of(estimate, size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4);
    }

    /** A share in percent with two decimals. */
    static ReportTable.Measured percent(Estimate share) {
        return of(share.times(100), 2);
    }

    /** A number with its interval in small print. */
    static ReportTable.Measured of(Estimate estimate, int decimals) {
        return new ReportTable.Measured(
                Estimate.decimal(estimate.value(), decimals),
                estimate.hasInterval()
                        ? Estimate.decimal(estimate.low(), decimals) + " to "
                                + Estimate.decimal(estimate.high(), decimals)
                        : "");
    }

    /** A number without an interval; a dash where there is none. */
    static String plain(double value, int decimals) {
        return Estimate.decimal(value, decimals);
    }

    /** Thousands apart. */
    static String grouped(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** A p-value of a test with a number of shuffles. */
    static String p(double p, int shuffles) {
        if (Double.isNaN(p)) {
            return "\u2013";
        }
        return p <= 1.0 / (shuffles + 1) * 1.0001
                ? "\u2264 " + Estimate.decimal(p, 4)
                : Estimate.decimal(p, p < 0.01 ? 4 : 3);
    }

    /** How the intervals of some numbers were made, as a sentence. */
    static String kinds(Collection<Estimate> estimates) {
        Set<String> texts = new LinkedHashSet<>();
        for (Estimate estimate : estimates) {
            switch (estimate.kind()) {
                case WILSON -> texts.add("Wilson\u2019s for shares of crystals");
                case BOOTSTRAP -> texts.add("a bootstrap over crystals");
                case RUNS -> texts.add("Student\u2019s t over runs");
                case NONE -> {}
            }
        }
        return texts.isEmpty()
                ? "There are too few runs or crystals for intervals."
                : "Small print: 95 % intervals, " + join(List.copyOf(texts)) + ".";
    }

    /** Text as a sentence: a capital first, a full stop last. */
    static String sentence(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }

    /** "a, b and c". */
    static String join(List<String> texts) {
        int last = texts.size() - 1;
        return last < 1
                ? String.join("", texts)
                : String.join(", ", texts.subList(0, last)) + " and " + texts.get(last);
    }
}
