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
 * @param errorLeft the pre-trained fit's error as a share of the guess's, where the error is the metric, or its distance
 *     from 1 where more is better; NaN where there is no guess
 */
public record Verdict(
        String task, Metric metric, Outcome outcome, Estimate difference, boolean certain, double errorLeft) {
    /** With at most this share of the guess's error left a fit beats the guess by a wide margin. */
    private static final double WIDE = 2.0 / 3;

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
        double errorLeft = error(metric, pretrained) / error(metric, dummy);
        return new Verdict(run.task().title(), metric, outcome, difference, difference.excludes(0), errorLeft);
    }

    private static double error(Metric metric, double value) {
        return metric.better() == Metric.Better.LOWER ? value : 1 - value;
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
        sentences.addAll(besideDummies(known));
        return String.join(" ", sentences);
    }

    /** What is left of the error of a guess without a network. */
    private static List<String> besideDummies(List<Verdict> known) {
        List<Verdict> guessed =
                known.stream().filter(v -> Double.isFinite(v.errorLeft())).toList();
        if (guessed.isEmpty()) {
            return List.of();
        }
        List<String> sentences = new ArrayList<>();
        List<Verdict> wide = guessed.stream().filter(v -> v.errorLeft() <= WIDE).toList();
        sentences.add(
                "The pre-trained fit beats a guess without a network by a wide margin, leaving at most two thirds of"
                        + " its error, on " + wide.size() + " of " + guessed.size() + names(wide) + ".");
        List<Verdict> narrow = guessed.stream()
                .filter(v -> v.errorLeft() > WIDE && v.errorLeft() < 1)
                .toList();
        if (!narrow.isEmpty()) {
            sentences.add("The margin is narrow on " + narrow.size() + names(narrow) + ".");
        }
        List<Verdict> useless = guessed.stream().filter(v -> v.errorLeft() >= 1).toList();
        if (!useless.isEmpty()) {
            sentences.add("It does not beat the guess on " + useless.size() + names(useless) + ".");
        }
        return sentences;
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
                .putOrNull("error_left_of_dummy", errorLeft)
                .build();
    }
}
