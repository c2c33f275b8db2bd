package unitcell.engine.scalar;

/** The scalar functions and their derivatives. */
final class Activations {
    private Activations() {}

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    static double silu(double x) {
        return x / (1 + Math.exp(-x));
    }

    static double siluSlope(double x) {
        double s = sigmoid(x);
        return s * (1 + x * (1 - s));
    }

    static double smoothLeakyRelu(double slope, double x) {
        return (1 + slope) / 2 * x + (1 - slope) / 2 * x * (2 * sigmoid(x) - 1);
    }

    static double smoothLeakyReluSlope(double slope, double x) {
        double s = sigmoid(x);
        return (1 + slope) / 2 + (1 - slope) / 2 * (2 * s - 1 + 2 * x * s * (1 - s));
    }
}
