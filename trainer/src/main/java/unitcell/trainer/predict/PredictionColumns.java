package unitcell.trainer.predict;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import unitcell.trainer.label.SpectrumGrid;
import unitcell.trainer.label.Task;

/**
 * The columns of a table of predictions: {@code id}, then for numbers {@code NAME [UNIT]}; for classes {@code class} (the
 * more probable one's name) and {@code probability of NAME}; for spectra {@code NAME at X UNIT} for each bin. Where
 * predictions have an uncertainty, each number's is the column after it, {@code sd of ...}; those of a spectrum follow the
 * whole of it.
 */
final class PredictionColumns {
    private final Task task;
    private final boolean spread;

    PredictionColumns(Task task, boolean spread) {
        this.task = task;
        this.spread = spread;
    }

    List<String> header() {
        List<String> names = names();
        List<String> header = new ArrayList<>(List.of("id"));
        if (task.kind() == Task.Kind.CLASSIFICATION) {
            header.add("class");
        }
        if (task.kind() == Task.Kind.SPECTRUM) {
            header.addAll(names);
            if (spread) {
                names.forEach(name -> header.add("sd of " + name));
            }
            return header;
        }
        for (String name : names) {
            header.add(name);
            if (spread) {
                header.add("sd of " + name);
            }
        }
        return header;
    }

    private List<String> names() {
        return switch (task.kind()) {
            case REGRESSION -> task.columns().stream().map(this::withUnit).toList();
            case CLASSIFICATION ->
                List.of("probability of " + task.classes().orElseThrow().positive());
            case SPECTRUM -> bins(task.grid().orElseThrow());
        };
    }

    private String withUnit(String column) {
        return task.unit().isEmpty() ? column : column + " [" + task.unit() + "]";
    }

    private List<String> bins(SpectrumGrid grid) {
        List<String> names = new ArrayList<>();
        for (double x : grid.axis()) {
            String place = x == Math.rint(x) ? Long.toString((long) x) : Double.toString(x);
            names.add(withUnit(task.columns().get(0)) + " at " + place + " " + grid.unit());
        }
        return names;
    }

    /**
     * A row.
     *
     * @param mean [T]
     * @param sd [T], or null
     */
    List<String> row(String id, double[] mean, double[] sd) {
        List<String> row = new ArrayList<>(List.of(id));
        if (task.kind() == Task.Kind.CLASSIFICATION) {
            var classes = task.classes().orElseThrow();
            row.add(mean[0] >= 0.5 ? classes.positive() : classes.negative());
        }
        if (task.kind() == Task.Kind.SPECTRUM) {
            for (double value : mean) {
                row.add(text(value));
            }
            for (int t = 0; spread && t < sd.length; t++) {
                row.add(text(sd[t]));
            }
            return row;
        }
        for (int t = 0; t < mean.length; t++) {
            row.add(text(mean[t]));
            if (spread) {
                row.add(text(sd[t]));
            }
        }
        return row;
    }

    /** Float32 networks know no more digits. */
    private static String text(double value) {
        return String.format(Locale.ROOT, "%.7g", value);
    }
}
