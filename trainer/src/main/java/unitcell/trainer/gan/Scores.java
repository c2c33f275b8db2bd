package unitcell.trainer.gan;

import unitcell.autograd.Var;

/**
 * A discriminator's scores of some crystals: {@code output_1 - output_0}, positive where a crystal is taken for real.
 *
 * @param values one for each crystal, [B]
 */
record Scores(double[] values) {
    /** @param outputs [B, 2] */
    static Scores of(Var outputs) {
        double[] out = outputs.value().toDoubles();
        double[] scores = new double[out.length / 2];
        for (int b = 0; b < scores.length; b++) {
            scores[b] = out[2 * b + 1] - out[2 * b];
        }
        return new Scores(scores);
    }

    /** How many are taken for real. */
    int calledReal() {
        int count = 0;
        for (double score : values) {
            count += score > 0 ? 1 : 0;
        }
        return count;
    }
}
