package unitcell.engine.scalar;

import static unitcell.engine.kernel.Shapes.ANY;

import unitcell.engine.Tensor;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.RadialKernels;
import unitcell.engine.kernel.Shapes;
import unitcell.engine.kernel.Sink;

/** Scalar {@link RadialKernels}. */
final class ScalarRadialKernels implements RadialKernels {
    @Override
    public void gaussianSmearing(GaussianBasis basis, Tensor distance, Tensor y) {
        Shapes.of("gaussianSmearing", "distance", distance, ANY).tensor("y", y, distance.dim(0), basis.count());
        double[] row = new double[basis.count()];
        for (long e = 0; e < distance.dim(0); e++) {
            gaussians(basis, distance.get(e), row);
            Rows.write(y, e * basis.count(), row);
        }
    }

    @Override
    public void gaussianSmearingBackward(GaussianBasis basis, Tensor dy, Tensor distance, Sink ddistance) {
        Shapes.of("gaussianSmearingBackward", "distance", distance, ANY)
                .tensor("dy", dy, distance.dim(0), basis.count())
                .same("ddistance", ddistance, distance);
        for (long e = 0; ddistance != null && e < distance.dim(0); e++) {
            double[] g = Rows.read(dy, e * basis.count(), basis.count());
            Rows.put(ddistance, e, gaussianGradient(basis, distance.get(e), g));
        }
    }

    /** The first basis.count() entries of {@code into} become g_k(d). */
    private static void gaussians(GaussianBasis basis, double d, double[] into) {
        for (int k = 0; k < basis.count(); k++) {
            double offset = d - k * basis.spacing();
            into[k] = Math.exp(basis.coefficient() * offset * offset);
        }
    }

    /** sum_k g[k] g_k'(d). */
    private static double gaussianGradient(GaussianBasis basis, double d, double[] g) {
        double sum = 0;
        for (int k = 0; k < basis.count(); k++) {
            double offset = d - k * basis.spacing();
            sum += g[k] * 2 * basis.coefficient() * offset * Math.exp(basis.coefficient() * offset * offset);
        }
        return sum;
    }

    @Override
    public void gaussianRadialBasis(
            double cutoff, Tensor mean, Tensor std, Tensor weight, Tensor bias, Tensor distance, Tensor y) {
        LearnableGaussians.forward(cutoff, mean, std, weight, bias, distance, y);
    }

    @Override
    public void gaussianRadialBasisBackward(
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
        LearnableGaussians.backward(
                cutoff, dy, mean, std, weight, bias, distance, dmean, dstd, dweight, dbias, ddistance);
    }

    @Override
    public void radialInput(
            GaussianBasis basis,
            EdgeIndex edges,
            Tensor distance,
            Tensor species,
            Tensor sourceTable,
            Tensor targetTable,
            Tensor w,
            Tensor bias,
            Tensor y) {
        Input input = Input.check("radialInput", basis, edges, distance, species, sourceTable, targetTable, w);
        int out = (int) w.dim(0);
        input.shapes.tensor("bias", bias, out).tensor("y", y, edges.edges(), out);
        double[] weights = w.toDoubles();
        double[] shift = bias.toDoubles();
        for (int e = 0; e < edges.edges(); e++) {
            double[] result = shift.clone();
            Products.addMatrixVector(1, weights, 0, out, input.width, input.row(e), 0, result, 0);
            Rows.write(y, (long) e * out, result);
        }
    }

    @Override
    public void radialInputBackward(
            GaussianBasis basis,
            EdgeIndex edges,
            Tensor dy,
            Tensor distance,
            Tensor species,
            Tensor sourceTable,
            Tensor targetTable,
            Tensor w,
            Sink ddistance,
            Sink dsourceTable,
            Sink dtargetTable,
            Sink dw,
            Sink dbias) {
        Input input = Input.check("radialInputBackward", basis, edges, distance, species, sourceTable, targetTable, w);
        int out = (int) w.dim(0);
        input.shapes
                .tensor("dy", dy, edges.edges(), out)
                .same("ddistance", ddistance, distance)
                .that(dsourceTable == null || sourceTable != null, "dsourceTable", dsourceTable, "null without tables")
                .that(dtargetTable == null || targetTable != null, "dtargetTable", dtargetTable, "null without tables")
                .same("dsourceTable", dsourceTable, sourceTable)
                .same("dtargetTable", dtargetTable, targetTable)
                .same("dw", dw, w)
                .sink("dbias", dbias, out);
        double[] weights = w.toDoubles();
        double[] sourceSum = Rows.accumulator(dsourceTable);
        double[] targetSum = Rows.accumulator(dtargetTable);
        double[] weightSum = Rows.accumulator(dw);
        double[] biasSum = Rows.accumulator(dbias);
        for (int e = 0; e < edges.edges(); e++) {
            double[] g = Rows.read(dy, (long) e * out, out);
            double[] gInput = new double[input.width];
            Products.addTransposedVector(1, weights, 0, out, input.width, g, 0, gInput, 0);
            if (ddistance != null) {
                Rows.put(ddistance, e, gaussianGradient(basis, distance.get(e), gInput));
            }
            for (int c = 0; c < input.embedding; c++) {
                if (dsourceTable != null) {
                    sourceSum[input.sourceSpecies(e) * input.embedding + c] += gInput[basis.count() + c];
                }
                if (dtargetTable != null) {
                    targetSum[input.targetSpecies(e) * input.embedding + c] +=
                            gInput[basis.count() + input.embedding + c];
                }
            }
            if (dw != null) {
                Products.addOuter(1, g, 0, out, input.row(e), 0, input.width, weightSum, 0);
            }
            if (dbias != null) {
                Rows.add(g, biasSum, 0);
            }
        }
        Rows.flush(dsourceTable, sourceSum);
        Rows.flush(dtargetTable, targetSum);
        Rows.flush(dw, weightSum);
        Rows.flush(dbias, biasSum);
    }

    /**
     * What the first radial layer multiplies, one row for each edge.
     *
     * @param embedding Ce, 0 without tables
     * @param width K + 2 Ce
     */
    private record Input(
            Shapes shapes,
            GaussianBasis basis,
            EdgeIndex edges,
            Tensor distance,
            Tensor species,
            Tensor sourceTable,
            Tensor targetTable,
            int embedding,
            int width) {
        static Input check(
                String kernel,
                GaussianBasis basis,
                EdgeIndex edges,
                Tensor distance,
                Tensor species,
                Tensor sourceTable,
                Tensor targetTable,
                Tensor w) {
            Shapes shapes = Shapes.of(kernel, "distance", distance, ANY)
                    .edges(edges)
                    .tensor("distance", distance, edges.edges())
                    .that(
                            (sourceTable == null) == (targetTable == null),
                            "targetTable",
                            targetTable,
                            "both tables or none")
                    .optional("sourceTable", sourceTable, ANY, ANY);
            int embedding = 0;
            if (sourceTable != null) {
                shapes.indices("species", species, edges.nodes()).same("targetTable", targetTable, sourceTable);
                embedding = (int) sourceTable.dim(1);
            }
            int width = basis.count() + 2 * embedding;
            shapes.tensor("w", w, ANY, width);
            return new Input(shapes, basis, edges, distance, species, sourceTable, targetTable, embedding, width);
        }

        int sourceSpecies(int e) {
            return speciesOf(Rows.index(edges.source(), e));
        }

        int targetSpecies(int e) {
            return speciesOf(Rows.index(edges.target(), e));
        }

        private int speciesOf(int node) {
            return shapes.index("species", node, Rows.index(species, node), sourceTable.dim(0));
        }

        double[] row(int e) {
            double[] row = new double[width];
            gaussians(basis, distance.get(e), row);
            for (int c = 0; c < embedding; c++) {
                row[basis.count() + c] = sourceTable.get((long) sourceSpecies(e) * embedding + c);
                row[basis.count() + embedding + c] = targetTable.get((long) targetSpecies(e) * embedding + c);
            }
            return row;
        }
    }

    @Override
    public void polynomialEnvelope(double cutoff, int exponent, Tensor distance, Tensor y) {
        Shapes.of("polynomialEnvelope", "distance", distance, ANY)
                .that(cutoff > 0, "cutoff", cutoff, "a positive length")
                .that(exponent >= 1, "exponent", exponent, "at least 1")
                .same("y", y, distance);
        for (long e = 0; e < distance.dim(0); e++) {
            double u = distance.get(e) / cutoff;
            // The same polynomial without its cancellation near the cutoff, where it is small: it equals
            // (1-u)^3 times the first p terms, (k+1)(k+2)/2 u^k, of the series of (1-u)^-3.
            double series = 0;
            for (int k = exponent - 1; k >= 0; k--) {
                series = series * u + (k + 1.0) * (k + 2.0) / 2;
            }
            double value = (1 - u) * (1 - u) * (1 - u) * series;
            y.set(e, u < 1 ? value : 0);
        }
    }

    @Override
    public void polynomialEnvelopeBackward(double cutoff, int exponent, Tensor dy, Tensor distance, Sink ddistance) {
        Shapes.of("polynomialEnvelopeBackward", "distance", distance, ANY)
                .that(cutoff > 0, "cutoff", cutoff, "a positive length")
                .that(exponent >= 1, "exponent", exponent, "at least 1")
                .same("dy", dy, distance)
                .same("ddistance", ddistance, distance);
        double p = exponent;
        for (long e = 0; ddistance != null && e < distance.dim(0); e++) {
            double u = distance.get(e) / cutoff;
            // The three powers share the factor u^(p-1) (1-u)^2.
            double slope = -p * (p + 1) * (p + 2) / 2 * Math.pow(u, p - 1) * (1 - u) * (1 - u) / cutoff;
            Rows.put(ddistance, e, dy.get(e) * (u < 1 ? slope : 0));
        }
    }

    @Override
    public void embedding(Tensor table, Tensor index, Tensor x) {
        Shapes shapes = Shapes.of("embedding", "table", table, ANY, ANY).indices("index", index, ANY);
        long channels = table.dim(1);
        shapes.tensor("x", x, index.dim(0), ANY, channels).that(x.dim(1) >= 1, "x", x, "a coefficient l=0");
        for (long n = 0; n < x.dim(0); n++) {
            long row = shapes.index("index", n, Rows.index(index, n), table.dim(0));
            for (long i = 0; i < x.dim(1) * channels; i++) {
                x.set(n * x.dim(1) * channels + i, i < channels ? table.get(row * channels + i) : 0);
            }
        }
    }

    @Override
    public void embeddingBackward(Tensor dx, Tensor index, Sink dtable) {
        Shapes shapes = Shapes.of("embeddingBackward", "dx", dx, ANY, ANY, ANY)
                .that(dx.dim(1) >= 1, "dx", dx, "a coefficient l=0")
                .indices("index", index, dx.dim(0))
                .sink("dtable", dtable, ANY, dx.dim(2));
        if (dtable == null) {
            return;
        }
        int channels = (int) dx.dim(2);
        double[] sum = Rows.accumulator(dtable);
        for (long n = 0; n < dx.dim(0); n++) {
            int row = shapes.index(
                    "index", n, Rows.index(index, n), dtable.tensor().dim(0));
            Rows.add(Rows.read(dx, n * dx.dim(1) * channels, channels), sum, row * channels);
        }
        Rows.flush(dtable, sum);
    }
}
