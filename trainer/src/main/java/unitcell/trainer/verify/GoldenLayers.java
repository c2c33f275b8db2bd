package unitcell.trainer.verify;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.DenseOps;
import unitcell.autograd.ops.NormOps;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.autograd.ops.RadialOps;
import unitcell.autograd.ops.SegmentOps;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.io.SafeTensorsFile;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.EquivariantNorm;
import unitcell.engine.kernel.GaussianBasis;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.memory.Scope;
import unitcell.net.GraphBatch;
import unitcell.nn.FeedForwardNetwork;
import unitcell.nn.ModelBuilder;
import unitcell.nn.SO3Grid;
import unitcell.nn.SphereActivation;

/** Reference files of layers without an edge frame: linear maps, norms, radial functions, activations. */
final class GoldenLayers {
    private static final double SCALED_SILU = 1.6791767923989418;

    private GoldenLayers() {}

    static Map<String, double[]> so3Linear(Device device, DType dtype, SafeTensorsFile file) throws IOException {
        try (GoldenRun run = new GoldenRun(device, dtype, file)) {
            Var y = DenseOps.so3Linear(run.tape(), run.input("x"), run.weight("weight"), run.weight("bias"));
            return layer(run, y);
        }
    }

    /** Notes out, the gradient of x and of all weights of a layer with one input. */
    private static Map<String, double[]> layer(GoldenRun run, Var out) throws IOException {
        run.put("out", out);
        run.addLoss(out, run.file().doubles("coef_out"));
        run.backward();
        run.put("grad_x", run.gradient("x"));
        run.putWeightGradients();
        return run.results();
    }

    static Map<String, double[]> norm(EquivariantNorm kind, Device device, DType dtype, SafeTensorsFile file)
            throws IOException {
        try (GoldenRun run = new GoldenRun(device, dtype, file)) {
            Tape tape = run.tape();
            long[] shape = file.shape("x");
            int lmax = (int) Math.round(Math.sqrt((double) shape[1])) - 1;
            double eps = file.doubles("eps")[0];
            Var x = run.input("x");
            if (kind == EquivariantNorm.LAYER_NORM_SH) {
                Var y = NormOps.equivariantNorm(
                        tape,
                        kind,
                        lmax,
                        eps,
                        x,
                        run.weight("norm_l0.weight"),
                        run.weight("affine_weight"),
                        run.weight("norm_l0.bias"));
                return layer(run, y);
            }
            Var all = run.weight("affine_weight");
            Var first = slice(tape, all, 0, 1);
            Var rest = slice(tape, all, 1, lmax);
            Var y = NormOps.equivariantNorm(tape, kind, lmax, eps, x, first, rest, run.weight("affine_bias"));
            return layer(run, y);
        }
    }

    private static Var slice(Tape tape, Var x, long from, long rows) {
        long width = x.value().dim(1);
        Var flat = PointwiseOps.columns(tape, x, x.value().size(), from * width, rows * width);
        return PointwiseOps.reshape(tape, flat, rows, width);
    }

    static Map<String, double[]> gaussianSmearing(Device device, DType dtype, SafeTensorsFile file) throws IOException {
        try (GoldenRun run = new GoldenRun(device, dtype, file)) {
            double[] offset = file.doubles("offset");
            GaussianBasis basis = new GaussianBasis(offset.length, offset[1] - offset[0], file.doubles("coeff")[0]);
            Var y = RadialOps.gaussianSmearing(run.tape(), basis, run.input("dist"));
            run.put("out", y);
            run.addLoss(y, file.doubles("coef_out"));
            run.backward();
            run.put("grad_dist", run.gradient("dist"));
            return run.results();
        }
    }

    static Map<String, double[]> gaussianRadialBasis(Device device, DType dtype, SafeTensorsFile file)
            throws IOException {
        try (GoldenRun run = new GoldenRun(device, dtype, file)) {
            Var y = RadialOps.gaussianRadialBasis(
                    run.tape(),
                    file.doubles("cutoff")[0],
                    run.weight("mean"),
                    run.weight("std"),
                    run.weight("weight"),
                    run.weight("bias"),
                    run.input("dist"));
            run.put("out", y);
            run.addLoss(y, file.doubles("coef_out"));
            run.backward();
            run.put("grad_dist", run.gradient("dist"));
            run.putWeightGradients();
            return run.results();
        }
    }

    static Map<String, double[]> radialFunction(Device device, DType dtype, SafeTensorsFile file) throws IOException {
        try (GoldenRun run = new GoldenRun(device, dtype, file)) {
            return layer(run, radialFunction(run, "", run.input("x")));
        }
    }

    /** A radial function on a raw input, its weights named {@code w.PREFIXnet.k}. */
    static Var radialFunction(GoldenRun run, String prefix, Var input) throws IOException {
        Var h = input;
        for (int k = 0; k < 6; k += 3) {
            h = DenseOps.linear(run.tape(), h, net(run, prefix, k, "weight"), net(run, prefix, k, "bias"));
            Var gamma = net(run, prefix, k + 1, "weight");
            Var beta = net(run, prefix, k + 1, "bias");
            h = NormOps.layerNormSilu(run.tape(), h, gamma, beta, 1e-5);
        }
        return DenseOps.linear(run.tape(), h, net(run, prefix, 6, "weight"), net(run, prefix, 6, "bias"));
    }

    private static Var net(GoldenRun run, String prefix, int k, String what) throws IOException {
        return run.weight(prefix + "net." + k + "." + what);
    }

    static Map<String, double[]> feedForward(Device device, DType dtype, SafeTensorsFile file) throws IOException {
        long[] shape = file.shape("x");
        int lmax = (int) Math.round(Math.sqrt((double) shape[1])) - 1;
        int hidden = (int) file.shape("w.so3_linear_1.weight")[1];
        ModelBuilder builder = new ModelBuilder(ModelBuilder.WeightInit.NORMAL);
        FeedForwardNetwork network = new FeedForwardNetwork(
                builder,
                "ffn",
                lmax,
                (int) shape[2],
                hidden,
                (int) file.shape("out")[2],
                SphereActivation.SEPARABLE_S2,
                true,
                file.contains("w.scalar_mlp.0.weight"));
        SphericalLayout layout = SphericalLayout.of(lmax, lmax);
        int resolution = (int) file.shape("to_grid_mat")[0];
        int standard = 2 * (lmax + 1);
        try (ParameterStore store = builder.build(device, dtype, 0);
                Scope scope = new Scope(device.pool(), "constant");
                GoldenRun run = new GoldenRun(device, dtype, file)) {
            SO3Grid grid = SO3Grid.create(scope, dtype, layout, resolution == standard ? 0 : resolution);
            run.put("to_grid_mat", grid.node().toGrid().toDoubles());
            run.put("from_grid_mat", grid.node().fromGrid().toDoubles());
            for (var p : store.parameters()) {
                store.get(p.name())
                        .value()
                        .copyFrom(file.doubles("w." + p.name().substring("ffn.".length())));
            }
            Var out = network.forward(run.tape(), store, grid, run.input("x"));
            Map<String, double[]> results = layer(run, out);
            for (var p : store.parameters()) {
                String name = "gw." + p.name().substring("ffn.".length());
                results.put(name, store.get(p.name()).grad().toDoubles());
            }
            return results;
        }
    }

    static Map<String, double[]> pointwiseAndSoftmax(Device device, DType dtype, SafeTensorsFile file)
            throws IOException {
        try (GoldenRun run = new GoldenRun(device, dtype, file)) {
            Tape tape = run.tape();
            double[] ones = new double[(int) file.count("x")];
            Arrays.fill(ones, 1);
            Map<String, UnaryOperator<Var>> activations = new LinkedHashMap<>();
            activations.put("silu", x -> PointwiseOps.silu(tape, x));
            activations.put("scaled_silu", x -> PointwiseOps.scale(tape, SCALED_SILU, PointwiseOps.silu(tape, x)));
            activations.put("smooth_leaky_relu_0.2", x -> PointwiseOps.smoothLeakyRelu(tape, 0.2, x));
            for (var activation : activations.entrySet()) {
                Var y = activation.getValue().apply(run.input("x", activation.getKey()));
                run.put(activation.getKey(), y);
                run.addLoss(y, ones);
            }
            int[] order = softmax(run);
            run.backward();
            for (String name : activations.keySet()) {
                run.put("grad_" + name, run.gradient(name));
            }
            run.put("sm_grad", unsorted(run.gradient("sm_in"), order));
            return run.results();
        }
    }

    /** Softmax over segments named in any order: rows are sorted by segment first. Returns that order. */
    private static int[] softmax(GoldenRun run) throws IOException {
        long[] segment = run.file().longs("sm_index");
        int[] order = IntStream.range(0, segment.length)
                .boxed()
                .sorted(Comparator.comparingLong(e -> segment[e]))
                .mapToInt(Integer::intValue)
                .toArray();
        int nodes = (int) LongStream.of(segment).max().orElse(-1) + 1;
        int[] start = new int[nodes + 1];
        for (long s : segment) {
            start[(int) s + 1]++;
        }
        for (int i = 0; i < nodes; i++) {
            start[i + 1] += start[i];
        }
        int edges = segment.length;
        EdgeIndex index = new GraphBatch(
                        1,
                        new int[] {0, nodes},
                        new int[nodes],
                        new double[3 * nodes],
                        new double[9],
                        new int[edges],
                        start,
                        new int[3 * edges],
                        new double[3 * edges])
                .edgeIndex(run.tape());
        Var logits = run.input("sm_in", sorted(run.file().doubles("sm_in"), order));
        Var weight = SegmentOps.segmentSoftmax(run.tape(), index, logits, null);
        run.put("sm_out", unsorted(weight.value().toDoubles(), order));
        run.addLoss(weight, sorted(run.file().doubles("sm_coef"), order));
        return order;
    }

    private static double[] sorted(double[] rows, int[] order) {
        int width = rows.length / order.length;
        double[] out = new double[rows.length];
        for (int r = 0; r < order.length; r++) {
            System.arraycopy(rows, order[r] * width, out, r * width, width);
        }
        return out;
    }

    private static double[] unsorted(double[] rows, int[] order) {
        int width = rows.length / order.length;
        double[] out = new double[rows.length];
        for (int r = 0; r < order.length; r++) {
            System.arraycopy(rows, r * width, out, order[r] * width, width);
        }
        return out;
    }
}
