package unitcell.trainer.label;

/**
 * A value and how sure it is.
 *
 * @param value over all rows
 * @param low lower end of the confidence interval
 * @param high upper end
 */
public record Interval(double value, double low, double high) {}
