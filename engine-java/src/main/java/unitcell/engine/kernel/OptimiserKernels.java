package unitcell.engine.kernel;

import unitcell.engine.Tensor;

/** Parameter updates over flat arenas. */
public interface OptimiserKernels {
    /**
     * Hyper-parameters of one Adam step.
     *
     * @param step 1 for the first update; enters the bias corrections
     * @param gradientScale factor on the gradient, as from clipping
     * @param weightDecay decoupled decay (AdamW): p -= rate * weightDecay * p before the update
     */
    record AdamStep(
            double rate, double beta1, double beta2, double eps, double weightDecay, long step, double gradientScale) {}

    /**
     * AdamW (Loshchilov and Hutter): m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2;
     * p = p - rate*decay*p - rate * (m/(1-b1^t)) / (sqrt(v/(1-b2^t)) + eps).
     */
    void adamW(AdamStep step, Tensor parameter, Tensor gradient, Tensor m, Tensor v);

    /**
     * out[0] = sum of squares, summed in float64 in a fixed order. {@code out} [1] is F32 or F64, whatever the type of x;
     * for float32 x and an F64 result, it is not finite if and only if an element is not.
     */
    void sumOfSquares(Tensor x, Tensor out);

    /**
     * Every element held to [-limit, limit], in place; what is not a number stays.
     *
     * @param limit positive
     */
    void clip(double limit, Tensor values);

    /** average = decay * average + (1 - decay) * value. */
    void exponentialMovingAverage(double decay, Tensor value, Tensor average);
}
