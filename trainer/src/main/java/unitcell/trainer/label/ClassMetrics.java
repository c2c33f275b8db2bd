package unitcell.trainer.label;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import unitcell.trainer.label.Metric.Better;

/**
 * Quality of a classifier into two classes that tells the probability of class 1; at 1/2 and above it says class 1.
 *
 * <p>Balanced accuracy is the mean of the shares found of each class. F1 is {@code 2 tp / (2 tp + fp + fn)} of class 1.
 * The area under the ROC curve is the probability that a random positive row has a larger probability than a random
 * negative one, ties counting half, found by mean ranks (Mann-Whitney).
 */
final class ClassMetrics implements TaskMetrics.Scorer {
    private static final double THRESHOLD = 0.5;

    @Override
    public List<Metric> metrics() {
        return List.of(
                new Metric("accuracy", "", Better.HIGHER),
                new Metric("balanced_accuracy", "", Better.HIGHER),
                new Metric("f1", "", Better.HIGHER),
                new Metric("roc_auc", "", Better.HIGHER));
    }

    @Override
    public double[] score(double[][] truth, double[][] predicted) {
        double[] scores = new double[4];
        if (Arrays.stream(predicted).anyMatch(p -> Double.isNaN(p[0]))) {
            Arrays.fill(scores, Double.NaN);
            return scores;
        }
        long truePositive = 0;
        long falsePositive = 0;
        long positive = 0;
        for (int i = 0; i < truth.length; i++) {
            boolean isPositive = truth[i][0] == 1;
            boolean saidPositive = predicted[i][0] >= THRESHOLD;
            positive += isPositive ? 1 : 0;
            truePositive += isPositive && saidPositive ? 1 : 0;
            falsePositive += !isPositive && saidPositive ? 1 : 0;
        }
        long negative = truth.length - positive;
        long trueNegative = negative - falsePositive;
        long falseNegative = positive - truePositive;
        scores[0] = (truePositive + trueNegative) / (double) truth.length;
        scores[1] = (ratio(truePositive, positive) + ratio(trueNegative, negative)) / 2;
        scores[2] = ratio(2 * truePositive, 2 * truePositive + falsePositive + falseNegative);
        scores[3] = areaUnderRoc(truth, predicted, positive, negative);
        return scores;
    }

    private static double ratio(long a, long b) {
        return b == 0 ? Double.NaN : a / (double) b;
    }

    private static double areaUnderRoc(double[][] truth, double[][] predicted, long positive, long negative) {
        if (positive == 0 || negative == 0) {
            return Double.NaN;
        }
        Integer[] order = IntStream.range(0, truth.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> predicted[i][0]));
        double rankSum = 0; // of positive rows, ranks from 1, tied rows sharing their mean rank
        for (int from = 0; from < order.length; ) {
            int to = from;
            long positives = 0;
            while (to < order.length && predicted[order[to]][0] == predicted[order[from]][0]) {
                positives += truth[order[to]][0] == 1 ? 1 : 0;
                to++;
            }
            rankSum += positives * (from + 1 + to) / 2.0;
            from = to;
        }
        return (rankSum - positive * (positive + 1) / 2.0) / (positive * (double) negative);
    }
}
