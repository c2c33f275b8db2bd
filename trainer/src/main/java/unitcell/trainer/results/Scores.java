package unitcell.trainer.results;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.stats.Estimate;
import unitcell.trainer.stats.Tally;

/**
 * What was measured under one setting, for one run of a model or several.
 *
 * <p>Memory: some kilobytes for each metric and run, whatever the number of crystals.
 */
public final class Scores {
    private final int draws;
    private final List<Map<Metric, Tally>> runs = new ArrayList<>();

    /** @param draws how often each crystal is spoilt anew */
    public Scores(int draws) {
        this.draws = draws;
    }

    /** Begins a run; what is added from now on belongs to it. */
    public void startRun() {
        runs.add(new EnumMap<>(Metric.class));
    }

    /**
     * Adds what one crystal contributes to the current run.
     *
     * @param weights of the crystal, see {@link Tally#add}
     */
    public void add(Metric metric, byte[] weights, double hits, double cases) {
        runs.getLast().computeIfAbsent(metric, m -> new Tally()).add(weights, hits, cases);
    }

    /** Runs. */
    public int runs() {
        return runs.size();
    }

    /** Metrics that something was added to. */
    public Set<Metric> metrics() {
        Set<Metric> all = EnumSet.noneOf(Metric.class);
        runs.forEach(run -> all.addAll(run.keySet()));
        return all;
    }

    /** Whether a metric was measured. */
    public boolean has(Metric metric) {
        return metrics().contains(metric);
    }

    /**
     * The value with its interval: over runs where there are several that differ, otherwise over crystals.
     */
    public Estimate estimate(Metric metric) {
        if (!has(metric)) {
            return Estimate.NONE;
        }
        double[] values = runs.stream().mapToDouble(run -> value(metric, run)).toArray();
        Optional<Tally> first =
                runs.stream().map(run -> run.get(metric)).filter(t -> t != null).findFirst();
        // Runs that agree to the last digit say nothing about how sure the number is; crystals still do.
        boolean agree = Arrays.stream(values).allMatch(x -> x == values[0]);
        return agree && first.isPresent()
                ? metric.ofOneRun(first.get(), draws).withRuns(values)
                : metric.possible(Estimate.overRuns(values));
    }

    private static double value(Metric metric, Map<Metric, Tally> run) {
        Tally tally = run.get(metric);
        return tally == null ? Double.NaN : metric.value(tally);
    }

    /**
     * How much more this has than another: over pairs of runs in their order where both have as many, at least two;
     * otherwise, of their first runs, resampled with the same crystals on both sides.
     */
    public Estimate minus(Scores other, Metric metric) {
        if (!has(metric) || !other.has(metric)) {
            return Estimate.NONE;
        }
        if (runs.size() == other.runs.size() && runs.size() > 1) {
            double[] differences = new double[runs.size()];
            Arrays.setAll(differences, r -> value(metric, runs.get(r)) - value(metric, other.runs.get(r)));
            if (Arrays.stream(differences).anyMatch(x -> x != differences[0])) {
                return Estimate.overRuns(differences);
            }
        }
        Tally mine = runs.get(0).get(metric);
        Tally others = other.runs.get(0).get(metric);
        if (mine == null || others == null) {
            return Estimate.NONE;
        }
        double[] a = metric.resampled(mine);
        double[] b = metric.resampled(others);
        Arrays.setAll(a, i -> a[i] - b[i]);
        double crystals = (double) Math.min(mine.crystals(), others.crystals()) / draws;
        return Estimate.resampled(metric.value(mine) - metric.value(others), a, crystals);
    }

    /** Everything, for programs: each metric under its name. */
    JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder();
        for (Metric metric : metrics()) {
            json.put(metric.slug(), estimate(metric).toJson());
        }
        return json.build();
    }
}
