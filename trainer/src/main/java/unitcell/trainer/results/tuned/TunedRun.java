package unitcell.trainer.results.tuned;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import unitcell.crystal.symmetry.CrystalSystem;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonArray;
import unitcell.engine.io.JsonObject;
import unitcell.trainer.TrainerException;
import unitcell.trainer.label.Metric;
import unitcell.trainer.label.Task;
import unitcell.trainer.label.TaskMetrics;
import unitcell.trainer.stats.Estimate;

/**
 * A fine-tuning run's results: {@code task.json} and {@code results.json} of its folder, and where its
 * {@code predictions.csv} are.
 *
 * <p>Values of several seeds are one for each seed, the mean over its folds. With several seeds (or, of a single seed,
 * several folds) the interval is Student's over these; of a single fit it is the one over resampled test crystals that the
 * run itself told.
 */
public final class TunedRun {
    /** Names of starts with a meaning of their own. */
    public static final String PRETRAINED = "pretrained";

    /** From fresh parameters. */
    public static final String SCRATCH = "scratch";

    /** Without a network. */
    public static final String DUMMY = "dummy";

    private static final List<String> ORDER = List.of(PRETRAINED, SCRATCH, DUMMY);

    private final Path folder;
    private final Task task;
    private final List<Metric> metrics;
    private final List<Fit> fits;
    private final JsonObject data;
    private final boolean complete;

    private TunedRun(Path folder, Task task, List<Fit> fits, JsonObject data, boolean complete) {
        this.folder = folder;
        this.task = task;
        this.metrics = new TaskMetrics(task).metrics();
        this.fits = List.copyOf(fits);
        this.data = data;
        this.complete = complete;
    }

    /**
     * Reads a folder.
     *
     * @throws IOException with the place of whatever is wrong in a file
     * @throws TrainerException if the folder holds no results
     */
    public static TunedRun read(Path folder) throws IOException {
        for (String name : List.of("task.json", "results.json")) {
            if (!Files.isRegularFile(folder.resolve(name))) {
                throw TrainerException.input(folder + ": "
                        + (Files.isDirectory(folder) ? "holds no " + name : "no such folder")
                        + "; expected the folder of a finished ./unitcell finetune --out");
            }
        }
        Task task = Task.read(folder.resolve("task.json"));
        JsonObject json = Json.parse(folder.resolve("results.json")).asObject();
        List<Fit> fits = new ArrayList<>();
        for (Json row : json.getArray("rows").values()) {
            JsonObject object = row.asObject();
            if (object.getString("split", "test").equals("test")) {
                fits.add(Fit.fromJson(object));
            }
        }
        if (fits.isEmpty()) {
            throw TrainerException.input(folder.resolve("results.json")
                    + ": no fit was tested yet; expected at least one row with split test: let finetune finish");
        }
        JsonObject data =
                json.has("data") ? json.getObject("data") : JsonObject.builder().build();
        return new TunedRun(folder, task, fits, data, json.getBoolean("complete", true));
    }

    /** The folder read. */
    public Path folder() {
        return folder;
    }

    /** What was learned. */
    public Task task() {
        return task;
    }

    /** Metrics in order, the main one first. */
    public List<Metric> metrics() {
        return metrics;
    }

    /** By which starts are compared. */
    public Metric main() {
        return metrics.get(0);
    }

    /** Whether every fit that was planned is done. */
    public boolean complete() {
        return complete;
    }

    /** The starts that occur: pre-trained, scratch, dummy, then others. */
    public List<String> inits() {
        Set<String> found = new LinkedHashSet<>();
        ORDER.stream()
                .filter(init -> fits.stream().anyMatch(f -> f.init().equals(init)))
                .forEach(found::add);
        fits.forEach(f -> found.add(f.init()));
        return List.copyOf(found);
    }

    /** Fits of a start. */
    public List<Fit> fits(String init) {
        return fits.stream().filter(f -> f.init().equals(init)).toList();
    }

    /** Crystals that test, in all folds of a seed together. */
    public long tested(String init) {
        long first = fits(init).stream().mapToLong(Fit::seed).findFirst().orElse(0);
        return fits(init).stream()
                .filter(f -> f.seed() == first)
                .mapToLong(Fit::n)
                .sum();
    }

    /** The predictions, if the folder holds them. */
    public Optional<Path> predictions() {
        return Optional.of(folder.resolve("predictions.csv")).filter(Files::isRegularFile);
    }

    /** A metric of a start. */
    public Estimate estimate(String init, String metric) {
        List<Fit> own = fits(init);
        double[] values = perSeed(own, f -> f.metrics().getOrDefault(metric, Double.NaN));
        if (own.size() == 1 && Double.isFinite(values[0])) {
            double[] ends = own.get(0).intervals().get(metric);
            if (ends != null && Double.isFinite(ends[0]) && Double.isFinite(ends[1])) {
                return new Estimate(
                        values[0], ends[0], ends[1], own.get(0).n(), Estimate.Kind.BOOTSTRAP, new double[] {values[0]});
            }
        }
        return possible(metric, Estimate.overRuns(values));
    }

    /** The interval cut to what a measure can be: no error below 0, no accuracy or R2 beyond 1. */
    private Estimate possible(String metric, Estimate estimate) {
        boolean error = metrics.stream().anyMatch(m -> m.name().equals(metric) && m.better() == Metric.Better.LOWER);
        if (error) {
            return estimate.within(0, Double.MAX_VALUE);
        }
        return estimate.within(metric.startsWith("r2") ? -Double.MAX_VALUE : 0, 1);
    }

    private interface Value {
        double of(Fit fit);
    }

    /** One value for each seed, the mean over its folds; of a single seed, one for each fold. */
    private static double[] perSeed(Collection<Fit> fits, Value value) {
        TreeMap<Long, List<Double>> bySeed = new TreeMap<>();
        for (Fit fit : fits) {
            bySeed.computeIfAbsent(fit.seed(), s -> new ArrayList<>()).add(value.of(fit));
        }
        if (bySeed.size() == 1) {
            return bySeed.firstEntry().getValue().stream().mapToDouble(x -> x).toArray();
        }
        return bySeed.values().stream()
                .mapToDouble(own -> own.stream().mapToDouble(x -> x).average().orElse(Double.NaN))
                .toArray();
    }

    /**
     * How much more of a metric one start has than another, over pairs of fits with equal seed and fold; the interval is
     * Student's over seeds (or folds of a single seed).
     */
    public Estimate difference(String init, String base, String metric) {
        List<Fit> paired = new ArrayList<>();
        for (Fit a : fits(init)) {
            for (Fit b : fits(base)) {
                if (a.seed() == b.seed() && a.fold() == b.fold()) {
                    double difference = a.metrics().getOrDefault(metric, Double.NaN)
                            - b.metrics().getOrDefault(metric, Double.NaN);
                    paired.add(
                            new Fit(init, a.seed(), a.fold(), a.n(), Map.of(metric, difference), Map.of(), Map.of()));
                }
            }
        }
        return Estimate.overRuns(perSeed(paired, f -> f.metrics().get(metric)));
    }

    /** Crystal systems that test, from triclinic to cubic. */
    public Set<CrystalSystem> systems() {
        Set<CrystalSystem> systems = EnumSet.noneOf(CrystalSystem.class);
        fits.forEach(f -> systems.addAll(f.systems().keySet()));
        return systems;
    }

    /** Crystals of a system that test, in all folds of a seed together. */
    public long tested(String init, CrystalSystem system) {
        long first = fits(init).stream().mapToLong(Fit::seed).findFirst().orElse(0);
        return fits(init).stream()
                .filter(f -> f.seed() == first && f.systems().containsKey(system))
                .mapToLong(f -> f.systems().get(system).n())
                .sum();
    }

    /** A metric of a start within a crystal system; of a single fit's accuracy with Wilson's interval. */
    public Estimate estimate(String init, CrystalSystem system, String metric) {
        List<Fit> own =
                fits(init).stream().filter(f -> f.systems().containsKey(system)).toList();
        if (own.isEmpty()) {
            return Estimate.NONE;
        }
        double[] values = perSeed(own, f -> f.systems().get(system).metrics().getOrDefault(metric, Double.NaN));
        return own.size() == 1 && metric.equals("accuracy")
                ? Estimate.share(
                        values[0], (double) own.get(0).systems().get(system).n())
                : possible(metric, Estimate.overRuns(values));
    }

    /** Everything read and made of it, for programs. */
    public JsonObject toJson() {
        List<JsonObject> summary = new ArrayList<>();
        List<JsonObject> bySystem = new ArrayList<>();
        for (String init : inits()) {
            for (Metric metric : metrics) {
                summary.add(JsonObject.builder()
                        .put("init", init)
                        .put("metric", metric.name())
                        .put("unit", metric.unit())
                        .put("tested", tested(init))
                        .put("estimate", estimate(init, metric.name()).toJson())
                        .build());
            }
            for (CrystalSystem system : systems()) {
                bySystem.add(JsonObject.builder()
                        .put("init", init)
                        .put("system", system.slug())
                        .put("metric", main().name())
                        .put("tested", tested(init, system))
                        .put("estimate", estimate(init, system, main().name()).toJson())
                        .build());
            }
        }
        return JsonObject.builder()
                .put("folder", folder.toString())
                .put("task", task.toJson())
                .put("main_metric", main().name())
                .put("complete", complete)
                .put("fits", (long) fits.size())
                .put("summary", JsonArray.of(summary))
                .put("by_system", JsonArray.of(bySystem))
                .put("verdict", Verdict.of(this).toJson())
                .put("data", data)
                .build();
    }
}
