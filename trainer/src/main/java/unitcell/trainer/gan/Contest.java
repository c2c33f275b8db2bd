package unitcell.trainer.gan;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a discriminator did on some real crystals and as many fakes.
 *
 * @param accuracyReal share of the crystals of the data that were taken for what they are labelled
 * @param accuracyFake share of the fakes that were taken for fakes
 * @param scoreReal mean score of the crystals labelled real
 * @param scoreFake mean score of the fakes
 */
public record Contest(double accuracyReal, double accuracyFake, double scoreReal, double scoreFake) {
    /**
     * Counts.
     *
     * @param real scores of crystals of the data
     * @param labels what they are labelled
     * @param fake scores of fakes
     */
    static Contest of(double[] real, double[] labels, double[] fake) {
        double right = 0;
        double sum = 0;
        double count = 0;
        for (int b = 0; b < real.length; b++) {
            right += (real[b] > 0) == (labels[b] > 0.5) ? 1 : 0;
            if (labels[b] > 0.5) {
                sum += real[b];
                count++;
            }
        }
        double caught = 0;
        double sumFake = 0;
        for (double score : fake) {
            caught += score > 0 ? 0 : 1;
            sumFake += score;
        }
        return new Contest(right / real.length, caught / fake.length, sum / count, sumFake / fake.length);
    }

    /** Share of the fakes that were taken for real. */
    public double calledReal() {
        return 1 - accuracyFake;
    }

    /**
     * The difference of the mean scores: a critic's estimate of the Wasserstein distance, up to the factor by which its
     * slope is limited.
     */
    public double wasserstein() {
        return scoreReal - scoreFake;
    }

    /** By name, for logs. */
    Map<String, Double> values() {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("accuracy_real", accuracyReal);
        values.put("accuracy_fake", accuracyFake);
        values.put("called_real", calledReal());
        values.put("score_real", scoreReal);
        values.put("score_fake", scoreFake);
        values.put("wasserstein", wasserstein());
        return values;
    }
}
