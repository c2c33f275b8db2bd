package unitcell.trainer.label;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import unitcell.crystal.io.RowFields;

/** The labels of one row: the columns a task names, checked by its rules. */
final class RowLabels {
    private final Task task;

    RowLabels(Task task) {
        this.task = task;
    }

    /** A row without labels: the reason it is counted under, and what exactly was found. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        private final String reason;

        Refusal(String reason, String detail) {
            super(detail, null, false, false);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    /**
     * Labels [T] of a row.
     *
     * @throws Refusal if one is missing, no number, or against the rules
     */
    double[] of(RowFields fields) throws Refusal {
        RowFields named = named(fields);
        for (RowRule rule : task.rules()) {
            double value = number(named, rule.column());
            if (!rule.allows(value)) {
                throw new Refusal(
                        rule.reason(),
                        rule.column() + " = " + text(named, rule.column()).strip() + " outside " + rule.range());
            }
        }
        return switch (task.kind()) {
            case REGRESSION -> numbers(named);
            case CLASSIFICATION -> new double[] {classOf(named)};
            case SPECTRUM -> spectrum(named);
        };
    }

    // A table without header has no names: its columns are the task's, in order.
    private RowFields named(RowFields fields) throws Refusal {
        if (!fields.isPositional()) {
            return fields;
        }
        int found = fields.names().size();
        if (found < task.columns().size()) {
            throw new Refusal(
                    "too few values",
                    "row has " + found + " values without names, expected "
                            + task.columns().size() + " for " + task.columns());
        }
        return fields.renamed(task.columns());
    }

    private double[] numbers(RowFields fields) throws Refusal {
        double[] label = new double[task.columns().size()];
        for (int t = 0; t < label.length; t++) {
            String column = task.columns().get(t);
            label[t] = number(fields, column);
            if (task.transform().isLogarithmic() && !(label[t] > 0)) {
                throw new Refusal(
                        column + " not positive",
                        column + " = " + Numbers.text(label[t]) + " has no logarithm, expected a positive number");
            }
        }
        return label;
    }

    private int classOf(RowFields fields) throws Refusal {
        ClassRule rule = task.classes().orElseThrow();
        String column = task.columns().get(0);
        return rule.isNumeric()
                ? rule.classOf(number(fields, column))
                : rule.classOf(text(fields, column).strip());
    }

    private double[] spectrum(RowFields fields) throws Refusal {
        SpectrumGrid grid = task.grid().orElseThrow();
        String column = task.columns().get(0);
        double[] y = list(fields, column);
        if (y.length != grid.bins()) {
            throw new Refusal(
                    column + " of another length", column + " has " + y.length + " numbers, expected " + grid.bins());
        }
        if (!grid.column().isEmpty()) {
            double[] axis = list(fields, grid.column());
            if (!NumberList.near(axis, grid.axis(), 1e-6 * grid.step())) {
                throw new Refusal(
                        grid.column() + " off the grid",
                        grid.column() + " is another axis, expected " + grid.bins() + " points from "
                                + Numbers.text(grid.start()) + " by " + Numbers.text(grid.step()) + " " + grid.unit());
            }
        }
        for (int i = 0; i < y.length; i++) {
            if (y[i] < 0) {
                throw new Refusal(
                        column + " negative", column + "[" + i + "] = " + y[i] + ", expected no negative number");
            }
        }
        double largest = Arrays.stream(y).max().orElseThrow();
        if (largest == 0) {
            throw new Refusal(column + " zero everywhere", column + " is zero everywhere");
        }
        return Arrays.stream(y).map(x -> x / largest).toArray();
    }

    private static double[] list(RowFields fields, String column) throws Refusal {
        try {
            return NumberList.parse(text(fields, column));
        } catch (IllegalArgumentException e) {
            throw new Refusal(column + " no list of numbers", column + ": " + e.getMessage());
        }
    }

    private static double number(RowFields fields, String column) throws Refusal {
        String text = text(fields, column);
        return fields.number(column)
                .orElseThrow(() -> new Refusal(
                        column + " no number", column + " is '" + shown(text) + "', expected a finite number"));
    }

    private static String text(RowFields fields, String column) throws Refusal {
        Optional<String> text = fields.text(column);
        if (text.isEmpty()) {
            boolean known = fields.names().contains(column);
            throw new Refusal(
                    known ? column + " missing" : "no column '" + column + "'",
                    known ? column + " is blank" : "no column '" + column + "'" + columns(fields.names()));
        }
        return text.get();
    }

    private static String columns(List<String> names) {
        return names.isEmpty() ? ", the input has none" : ", the columns are " + String.join(", ", names);
    }

    private static String shown(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= 40 ? line : line.substring(0, 37) + "...";
    }
}
