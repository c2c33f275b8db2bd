package unitcell.trainer.label;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;
import unitcell.net.Heads;
import unitcell.net.Readout;

/**
 * What is learned: which columns of a table, as numbers, classes or a spectrum, with which loss, and who tests.
 * Immutable; read and written as JSON.
 *
 * @param name word for options, folders and files
 * @param title for people
 * @param description where the data come from, their unit, how they are split
 * @param kind what is predicted
 * @param columns columns of the table: T numbers, or one column that holds a class or a list
 * @param unit of the numbers, or of the ordinate of a spectrum; empty if they have none
 * @param transform of numbers before the network learns them
 * @param loss of training
 * @param pooling how atoms become a crystal
 * @param rules for rows, checked in order
 * @param classes which rows are positive; with {@link Kind#CLASSIFICATION} only, and always there
 * @param grid of a spectrum; with {@link Kind#SPECTRUM} only, and always there
 * @param split who trains, validates and tests
 * @param inputs files this task is meant for, in words that help a user find them
 */
public record Task(
        String name,
        String title,
        String description,
        Kind kind,
        List<String> columns,
        String unit,
        Transform transform,
        Loss loss,
        Heads.Pooling pooling,
        List<RowRule> rules,
        Optional<ClassRule> classes,
        Optional<SpectrumGrid> grid,
        SplitRule split,
        List<String> inputs) {

    /** What is predicted. */
    public enum Kind {
        /** T numbers for each crystal. */
        REGRESSION,
        /** One of two classes. */
        CLASSIFICATION,
        /** A non-negative function on a grid, its largest value 1 in the table. */
        SPECTRUM
    }

    /** What is done to numbers before the network learns them; undone in predictions. */
    public enum Transform {
        NONE,
        /** Decimal logarithm. */
        LOG10,
        /** Mean 0 and standard deviation 1 over the training rows. */
        STANDARDISE,
        /** {@link #LOG10}, then {@link #STANDARDISE}. */
        LOG10_STANDARDISE;

        /** Whether the network learns logarithms. */
        public boolean isLogarithmic() {
            return this == LOG10 || this == LOG10_STANDARDISE;
        }

        /** Whether mean and deviation are measured. */
        public boolean isStandardised() {
            return this == STANDARDISE || this == LOG10_STANDARDISE;
        }
    }

    /** What training lowers. */
    public enum Loss {
        /** Squared error. */
        MSE,
        /** Absolute error. */
        L1,
        /** Squared error near 0, absolute error beyond. */
        HUBER,
        /** Negative logarithm of the probability of the right class. */
        NLL,
        /** Cross entropy of spectra of sum 1, which differs from the Kullback-Leibler divergence by a constant. */
        KL
    }

    /**
     * @throws IllegalArgumentException naming what does not fit together
     */
    public Task {
        columns = List.copyOf(columns);
        rules = List.copyOf(rules);
        inputs = List.copyOf(inputs);
        require(
                name.matches("[A-Za-z0-9][A-Za-z0-9._-]*"),
                "task name '" + name + "', expected letters, digits, '.', '_' and '-'");
        require(!columns.isEmpty() && columns.stream().noneMatch(String::isBlank), "task " + name + " names no column");
        require(new HashSet<>(columns).size() == columns.size(), "task " + name + " names a column twice: " + columns);
        require(
                kind == Kind.REGRESSION || columns.size() == 1,
                "task " + name + " has columns " + columns + ", expected one for " + Keys.word(kind));
        require(
                kind == Kind.REGRESSION || transform == Transform.NONE,
                "task " + name + " transforms by " + Keys.word(transform) + ", expected none for " + Keys.word(kind));
        List<Loss> losses = losses(kind);
        require(
                losses.contains(loss),
                "task " + name + " has loss " + Keys.word(loss) + ", expected one of "
                        + losses.stream().map(Keys::word).toList() + " for " + Keys.word(kind));
        require(
                classes.isPresent() == (kind == Kind.CLASSIFICATION),
                "task " + name + " of kind " + Keys.word(kind) + (classes.isPresent() ? " has" : " lacks")
                        + " classes");
        require(
                grid.isPresent() == (kind == Kind.SPECTRUM),
                "task " + name + " of kind " + Keys.word(kind) + (grid.isPresent() ? " has" : " lacks") + " a grid");
    }

    private static void require(boolean condition, String complaint) {
        if (!condition) {
            throw new IllegalArgumentException(complaint);
        }
    }

    /** The losses a kind may have. */
    public static List<Loss> losses(Kind kind) {
        return switch (kind) {
            case REGRESSION -> List.of(Loss.MSE, Loss.L1, Loss.HUBER);
            case CLASSIFICATION -> List.of(Loss.NLL);
            case SPECTRUM -> List.of(Loss.MSE, Loss.L1, Loss.KL);
        };
    }

    /** Names of the tasks that come with the program. */
    public static List<String> names() {
        return TaskFiles.NAMES;
    }

    /**
     * A task that comes with the program.
     *
     * @throws unitcell.trainer.TrainerException if there is none of that name
     */
    public static Task named(String name) {
        return TaskFiles.named(name);
    }

    /**
     * Reads a task.
     *
     * @throws JsonException with the place of whatever is wrong
     * @throws IOException if the file cannot be read
     */
    public static Task read(Path file) throws IOException {
        return TaskFiles.read(file);
    }

    /**
     * What a user names: a task that comes with the program, or a file if it ends in {@code .json}.
     *
     * @throws unitcell.trainer.TrainerException if it is neither
     */
    public static Task find(String nameOrFile) throws IOException {
        return nameOrFile.endsWith(".json") ? read(Path.of(nameOrFile)) : named(nameOrFile);
    }

    /**
     * From JSON.
     *
     * @throws JsonException with the place of whatever is wrong
     */
    public static Task fromJson(JsonObject json) throws JsonException {
        return TaskJson.read(json);
    }

    /** As JSON: every key that is not at its default, in a fixed order. */
    public JsonObject toJson() {
        return TaskJson.write(this);
    }

    /** Width T of a row of labels, and of a row of predictions. */
    public int width() {
        return switch (kind) {
            case REGRESSION -> columns.size();
            case CLASSIFICATION -> 1;
            case SPECTRUM -> grid.orElseThrow().bins();
        };
    }

    /** Outputs K of the network: two for classes, otherwise T. */
    public int outputs() {
        return kind == Kind.CLASSIFICATION ? 2 : width();
    }

    /** How a network of this task reads node features. */
    public Readout readout() {
        return new Readout(outputs(), pooling, 1);
    }

    /** The same task under other columns. */
    public Task withColumns(List<String> other) {
        return new Task(
                name,
                title,
                description,
                kind,
                other,
                unit,
                transform,
                loss,
                pooling,
                rules,
                classes,
                grid,
                split,
                inputs);
    }

    /** The same task with another transform. */
    public Task withTransform(Transform other) {
        return new Task(
                name,
                title,
                description,
                kind,
                columns,
                unit,
                other,
                loss,
                pooling,
                rules,
                classes,
                grid,
                split,
                inputs);
    }

    /** The same task with another loss. */
    public Task withLoss(Loss other) {
        return new Task(
                name,
                title,
                description,
                kind,
                columns,
                unit,
                transform,
                other,
                pooling,
                rules,
                classes,
                grid,
                split,
                inputs);
    }

    /** The same task with another pooling. */
    public Task withPooling(Heads.Pooling other) {
        return new Task(
                name,
                title,
                description,
                kind,
                columns,
                unit,
                transform,
                loss,
                other,
                rules,
                classes,
                grid,
                split,
                inputs);
    }

    /** The same task with other rules for rows. */
    public Task withRules(List<RowRule> other) {
        return new Task(
                name,
                title,
                description,
                kind,
                columns,
                unit,
                transform,
                loss,
                pooling,
                other,
                classes,
                grid,
                split,
                inputs);
    }

    /** The same task with another split. */
    public Task withSplit(SplitRule other) {
        return new Task(
                name,
                title,
                description,
                kind,
                columns,
                unit,
                transform,
                loss,
                pooling,
                rules,
                classes,
                grid,
                other,
                inputs);
    }

    /** The JSON, indented. */
    @Override
    public String toString() {
        return toJson().pretty();
    }
}
