package unitcell.trainer.results.tuned;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.label.Metric;
import unitcell.trainer.stats.Estimate;

/**
 * Whether starting from a pre-trained network pays on a task.
 *
 * @param task title of the task
 * @param metric by which it is judged
 * @param outcome of pre-trained against scratch
 * @param difference pre-trained minus scratch
 * @param certain whether the interval of the difference leaves out 0
 * @param beatsDummy whether the pre-trained fit is better than the guess; true where there is no guess
 */
public record Verdict(
        String task, Metric metric, Outcome outcome, Estimate difference, boolean certain, boolean beatsDummy) {
    /** Who is better. */
    public enum Outcome {
        /** The pre-trained one. */
        BETTER,
        /** The fresh one. */
        WORSE,
        /** Neither. */
        EVEN,
        /** One of them was not fitted. */
        UNKNOWN
    }

    /** Compares the two starts of a run. */
    public static Verdict of(TunedRun run) {
        Metric metric = run.main();
        double pretrained = run.estimate(TunedRun.PRETRAINED, metric.name()).value();
        double scratch = run.estimate(TunedRun.SCRATCH, metric.name()).value();
        double dummy = run.estimate(TunedRun.DUMMY, metric.name()).value();
        Estimate difference = run.difference(TunedRun.PRETRAINED, TunedRun.SCRATCH, metric.name());
        Outcome outcome;
        if (!Double.isFinite(pretrained) || !Double.isFinite(scratch)) {
            outcome = Outcome.UNKNOWN;
        } else if (metric.isBetter(pretrained, scratch)) {
            outcome = Outcome.BETTER;
        } else {
            outcome = metric.isBetter(scratch, pretrained) ? Outcome.WORSE : Outcome.EVEN;
        }
        boolean beatsDummy = !Double.isFinite(dummy) || metric.isBetter(pretrained, dummy);
        return new Verdict(run.task().title(), metric, outcome, difference, difference.excludes(0), beatsDummy);
    }

    /** In a few words: "pre-trained, certain". */
    public String text() {
        String sure = certain ? ", certain" : difference.hasInterval() ? ", not certain" : "";
        return switch (outcome) {
            case BETTER -> "pre-trained" + sure;
            case WORSE -> "scratch" + sure;
            case EVEN -> "even";
            case UNKNOWN -> "one is missing";
        };
    }

    /** A few plain sentences about several tasks. */
    public static String sentences(List<Verdict> verdicts) {
        List<Verdict> known =
                verdicts.stream().filter(v -> v.outcome() != Outcome.UNKNOWN).toList();
        if (known.isEmpty()) {
            return "No task has fits of both starts, so nothing can be said about what pre-training gains.";
        }
        List<Verdict> better = with(known, Outcome.BETTER);
        List<String> sentences = new ArrayList<>();
        sentences.add("Pre-trained beats scratch on " + better.size() + " of " + known.size()
                + (known.size() == 1 ? " task" : " tasks") + names(better) + ".");
        List<Verdict> certain = better.stream().filter(Verdict::certain).toList();
        if (!better.isEmpty()) {
            sentences.add("The 95 % interval of the difference leaves out 0 on " + certain.size() + " of these"
                    + names(certain) + ".");
        }
        List<Verdict> worse = with(known, Outcome.WORSE);
        if (!worse.isEmpty()) {
            List<Verdict> clearly = worse.stream().filter(Verdict::certain).toList();
            sentences.add("Scratch is better on " + worse.size() + names(worse)
                    + (clearly.isEmpty()
                            ? ", but on none of them does the interval leave out 0."
                            : "; the interval leaves out 0 on " + clearly.size() + "."));
        }
        List<Verdict> even = with(known, Outcome.EVEN);
        if (!even.isEmpty()) {
            sentences.add("Both are even on " + even.size() + names(even) + ".");
        }
        List<Verdict> useless = known.stream().filter(v -> !v.beatsDummy()).toList();
        if (!useless.isEmpty()) {
            sentences.add("The pre-trained fit does not beat a guess without a network on " + useless.size()
                    + names(useless) + ".");
        }
        return String.join(" ", sentences);
    }

    private static List<Verdict> with(List<Verdict> verdicts, Outcome outcome) {
        return verdicts.stream().filter(v -> v.outcome() == outcome).toList();
    }

    private static String names(List<Verdict> verdicts) {
        return verdicts.isEmpty()
                ? ""
                : " (" + String.join("; ", verdicts.stream().map(Verdict::task).toList()) + ")";
    }

    JsonObject toJson() {
        return JsonObject.builder()
                .put("metric", metric.name())
                .put("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .put("pretrained_minus_scratch", difference.toJson())
                .put("interval_leaves_out_0", certain)
                .put("beats_dummy", beatsDummy)
                .build();
    }
}
