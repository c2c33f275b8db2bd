package unitcell.engine.kernel;

import unitcell.engine.Tensor;

/** Element-by-element kernels, masks and losses. Shapes of all tensors of a call agree unless stated. */
public interface PointwiseKernels {
    /** y = value everywhere. */
    void fill(Tensor y, double value);

    /** y = a x + b y; with b 0, y is not read. */
    void axpby(double a, Tensor x, double b, Tensor y);

    /**
     * Strided copy: to = scale * from, or to += scale * from where {@code add}. Slices and concatenations of features are
     * of this kind. Neither matrix is transposed; the two must not overlap.
     */
    void copyMatrix(double scale, Matrix from, Matrix to, boolean add);

    /** y = a * b, element by element; the gradient for a is {@code multiply(dy, b)}. */
    void multiply(Tensor a, Tensor b, Sink y);

    /** y = x / (1 + exp(-x)). */
    void silu(Tensor x, Tensor y);

    /** dx = dy * silu'(x). */
    void siluBackward(Tensor dy, Tensor x, Sink dx);

    /** y = 1 / (1 + exp(-x)). */
    void sigmoid(Tensor x, Tensor y);

    /** dx = dy * y (1 - y), from the output. */
    void sigmoidBackward(Tensor dy, Tensor y, Sink dx);

    /** y = ((1+s)/2) x + ((1-s)/2) x (2 sigmoid(x) - 1), EquiformerV2's SmoothLeakyReLU of slope s. */
    void smoothLeakyRelu(double slope, Tensor x, Tensor y);

    /** Gradient of {@link #smoothLeakyRelu}. */
    void smoothLeakyReluBackward(double slope, Tensor dy, Tensor x, Sink dx);

    /** y[n,:] = exp(x[n,:]) / sum(exp(x[n,:])), without overflow for any finite x; x and y are [N, C]. */
    void softmax(Tensor x, Tensor y);

    /** dx[n,:] = y[n,:] * (dy[n,:] - sum(dy[n,:] * y[n,:])), from the output. */
    void softmaxBackward(Tensor dy, Tensor y, Sink dx);

    /**
     * Every row times one factor: y[r,:] = x[r,:] * scale[index[r]]. Stochastic depth for each crystal is of this kind.
     *
     * @param x [rows, width...]
     * @param scale [groups]
     * @param index I32 [rows], or null for index[r] = r
     */
    void scaleRows(Tensor x, Tensor scale, Tensor index, Sink y);

    /** Gradient for the factors when index is null: dscale[r] = sum over the row of dy * x. */
    void scaleRowsBackwardScale(Tensor dy, Tensor x, Sink dscale);

    /** Every channel of a node times one factor, over all coefficients: y[n,s,c] = x[n,s,c] * scale[n,c]. */
    void scaleChannels(Tensor x, Tensor scale, Sink y);

    /**
     * A dropout mask: element i is 0 where {@link unitcell.engine.random.RandomStream#uniformFloat uniformFloat(i)} of
     * (seed, step, stream) is below p, compared in float64, else 1/(1-p); so it depends on neither threads nor backend.
     *
     * @param p probability of zero, 0 &lt;= p &lt; 1
     */
    void dropoutMask(long seed, long step, int stream, double p, Tensor mask);

    /**
     * Weighted negative log-likelihood: loss = sum_n weight[n] * (logsumexp(logits[n,:]) - logits[n, target[n]]).
     *
     * @param logits [N, classes]
     * @param target I32 [N]
     * @param weight [N]
     * @param loss [1]
     */
    void crossEntropy(Tensor logits, Tensor target, Tensor weight, Tensor loss);

    /** dlogits = dloss * weight * (softmax(logits) - onehot(target)); dloss is [1]. */
    void crossEntropyBackward(Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits);

    /**
     * Weighted cross entropy with distributions as targets: loss = sum_n weight[n] * sum_c target[n,c] *
     * (logsumexp(logits[n,:]) - logits[n,c]). The rows of {@code target} need not sum to 1.
     *
     * @param logits [N, classes], finite
     * @param target [N, classes]
     * @param weight [N]
     * @param loss [1]
     */
    void softCrossEntropy(Tensor logits, Tensor target, Tensor weight, Tensor loss);

    /** dlogits[n,:] = dloss * weight[n] * (sum(target[n,:]) softmax(logits[n,:]) - target[n,:]); dloss is [1]. */
    void softCrossEntropyBackward(Tensor dloss, Tensor logits, Tensor target, Tensor weight, Sink dlogits);

    /** loss[0] = weight * sum_i (a[i] - b[i])^2. */
    void squaredError(double weight, Tensor a, Tensor b, Tensor loss);

    /** da = dloss * 2 weight (a - b); dloss is [1]. */
    void squaredErrorBackward(double weight, Tensor dloss, Tensor a, Tensor b, Sink da);

    /** loss[0] = weight * sum_i |a[i] - b[i]|. */
    void absoluteError(double weight, Tensor a, Tensor b, Tensor loss);

    /** da = dloss * weight * sign(a - b), 0 where a = b; dloss is [1]. */
    void absoluteErrorBackward(double weight, Tensor dloss, Tensor a, Tensor b, Sink da);

    /**
     * Huber's loss (P. Huber, Ann. Math. Statist. 35 (1964) 73): loss[0] = weight * sum_i h(a[i] - b[i]) with h(d) = d^2/2
     * where |d| is at most delta, delta (|d| - delta/2) beyond.
     *
     * @param delta where the square turns into a line, positive
     */
    void huberError(double weight, double delta, Tensor a, Tensor b, Tensor loss);

    /** da = dloss * weight * (a - b held to [-delta, delta]); dloss is [1]. */
    void huberErrorBackward(double weight, double delta, Tensor dloss, Tensor a, Tensor b, Sink da);

    /** y[0] = sum of all elements, in float64 internally. */
    void sum(Tensor x, Tensor y);
}
