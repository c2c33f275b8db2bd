package unitcell.engine.scalar;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/**
 * The learnable Gaussian basis of the radial family.
 *
 * <p>Memory convention: parameters are copied to local arrays; parameter gradients are summed over edges in ascending
 * order.
 */
final class LearnableGaussians {
    /** The reference's own value. */
    private static final double PI = 3.14159;

    private static final double MIN_STD = 1e-5;

    private final double[] mean;
    private final double[] std;
    private final double[] sign;
    private final double slope;
    private final double shift;

    private LearnableGaussians(Tensor mean, Tensor std, Tensor weight, Tensor bias) {
        this.mean = mean.toDoubles();
        this.std = std.toDoubles();
        this.sign = new double[this.std.length];
        for (int k = 0; k < this.std.length; k++) {
            sign[k] = Math.signum(this.std[k]);
            this.std[k] = Math.abs(this.std[k]) + MIN_STD;
        }
        this.slope = weight.item();
        this.shift = bias.item();
    }

    private double value(int k, double x) {
        double u = (x - mean[k]) / std[k];
        return Math.exp(-0.5 * u * u) / (Math.sqrt(2 * PI) * std[k]);
    }

    static void forward(double cutoff, Tensor mean, Tensor std, Tensor weight, Tensor bias, Tensor distance, Tensor y) {
        check("gaussianRadialBasis", mean, std, weight, bias, distance).tensor("y", y, distance.dim(0), mean.dim(0));
        LearnableGaussians basis = new LearnableGaussians(mean, std, weight, bias);
        int count = basis.mean.length;
        double[] row = new double[count];
        for (long e = 0; e < distance.dim(0); e++) {
            double x = basis.slope * distance.get(e) / cutoff + basis.shift;
            for (int k = 0; k < count; k++) {
                row[k] = basis.value(k, x);
            }
            Rows.write(y, e * count, row);
        }
    }

    private static Shapes check(String kernel, Tensor mean, Tensor std, Tensor weight, Tensor bias, Tensor distance) {
        return Shapes.of(kernel, "mean", mean, Shapes.ANY)
                .tensor("std", std, mean.dim(0))
                .tensor("weight", weight, 1)
                .tensor("bias", bias, 1)
                .tensor("distance", distance, Shapes.ANY);
    }

    static void backward(
            double cutoff,
            Tensor dy,
            Tensor mean,
            Tensor std,
            Tensor weight,
            Tensor bias,
            Tensor distance,
            Sink dmean,
            Sink dstd,
            Sink dweight,
            Sink dbias,
            Sink ddistance) {
        check("gaussianRadialBasisBackward", mean, std, weight, bias, distance)
                .tensor("dy", dy, distance.dim(0), mean.dim(0))
                .same("dmean", dmean, mean)
                .same("dstd", dstd, std)
                .same("dweight", dweight, weight)
                .same("dbias", dbias, bias)
                .same("ddistance", ddistance, distance);
        LearnableGaussians basis = new LearnableGaussians(mean, std, weight, bias);
        int count = basis.mean.length;
        double[] meanSum = new double[count];
        double[] stdSum = new double[count];
        double weightSum = 0;
        double biasSum = 0;
        for (long e = 0; e < distance.dim(0); e++) {
            double u = distance.get(e) / cutoff;
            double x = basis.slope * u + basis.shift;
            double[] g = Rows.read(dy, e * count, count);
            double dx = 0;
            for (int k = 0; k < count; k++) {
                double z = (x - basis.mean[k]) / basis.std[k];
                double gy = g[k] * basis.value(k, x) / basis.std[k];
                meanSum[k] += gy * z;
                stdSum[k] += gy * (z * z - 1) * basis.sign[k];
                dx -= gy * z;
            }
            weightSum += dx * u;
            biasSum += dx;
            if (ddistance != null) {
                Rows.put(ddistance, e, dx * basis.slope / cutoff);
            }
        }
        Rows.put(dmean, 0, meanSum);
        Rows.put(dstd, 0, stdSum);
        Rows.put(dweight, 0, new double[] {weightSum});
        Rows.put(dbias, 0, new double[] {biasSum});
    }
}
