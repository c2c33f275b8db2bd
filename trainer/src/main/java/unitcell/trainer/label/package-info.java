/**
 * What is learned of crystals, and from which tables: {@link unitcell.trainer.label.Task} says which columns, in which
 * unit, which rows are refused and who trains and who tests; {@link unitcell.trainer.label.LabelledReader} reads crystals
 * with their labels; {@link unitcell.trainer.label.LabelSplit} divides them; {@link unitcell.trainer.label.Normaliser}
 * turns labels into what a network is trained on and back; {@link unitcell.trainer.label.TaskMetrics} and
 * {@link unitcell.trainer.label.Dummy} judge predictions.
 *
 * <p>Three kinds of numbers, each a row of a {@code double[][]}: labels are in the unit of the table (a class is its
 * index, 0 or 1); targets are what the loss compares with; predictions are in the unit of the labels (of a class, the
 * probability of class 1). Labels and predictions of a task have the same width.
 */
package unitcell.trainer.label;
