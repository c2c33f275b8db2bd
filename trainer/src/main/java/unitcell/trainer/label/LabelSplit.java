package unitcell.trainer.label;

import java.util.List;
import unitcell.trainer.TrainerException;

/**
 * Which rows train, which validate and which test; rows on no side are not used.
 *
 * @param train ascending
 * @param validation ascending
 * @param test ascending
 */
public record LabelSplit(int[] train, int[] validation, int[] test) {
    /**
     * As the rule says.
     *
     * @throws TrainerException if nothing is left to train or to test on
     */
    public static LabelSplit of(LabelledCrystals data, SplitRule rule, long seed) {
        throw new UnsupportedOperationException("split by " + rule.by());
    }

    /**
     * {@code k} splits whose tests together are all rows, no composition in two tests. A tenth of the other compositions
     * validate. Only the rule's crystal systems train and validate.
     *
     * @throws TrainerException if nothing is left to train or to test on
     */
    public static List<LabelSplit> folds(LabelledCrystals data, SplitRule rule, int k, long seed) {
        throw new UnsupportedOperationException(k + " folds");
    }
}
