package unitcell.trainer.verify;

import java.io.IOException;
import java.util.Map;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.DenseOps;
import unitcell.autograd.ops.DenseOps.So2Result;
import unitcell.autograd.ops.SphericalOps;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Tensor;
import unitcell.engine.io.SafeTensorsFile;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.S2GridTensors;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.memory.Scope;
import unitcell.net.GraphBatch;
import unitcell.nn.SO3Grid;

/**
 * Reference files of layers on reduced edge features: SO(2) convolutions and activations.
 *
 * <p>The files hold features degree-major; the kernels want them packed by m, so rows are permuted on the way in and out.
 */
final class GoldenEdgeLayers {
    private GoldenEdgeLayers() {}

    /** Degrees and orders from a file name, as {@code l4m2}. */
    static SphericalLayout layout(String fileName) {
        var matcher = java.util.regex.Pattern.compile("_l(\\d+)m(\\d+)").matcher(fileName);
        if (!matcher.find()) {
            throw new IllegalArgumentException(fileName + ": expected lmax and mmax in the name, as _l4m2");
        }
        return SphericalLayout.of(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /** Position in the degree-major reduced order of each packed row. */
    static int[] degreeMajor(SphericalLayout layout) {
        int[] l = layout.degrees();
        int[] m = layout.orders();
        int[] out = new int[l.length];
        for (int r = 0; r < out.length; r++) {
            int before = 0;
            for (int k = 0; k < l[r]; k++) {
                before += 2 * Math.min(k, layout.mmax()) + 1;
            }
            out[r] = before + Math.min(l[r], layout.mmax()) + m[r];
        }
        return out;
    }

    /** Rows of each item from degree-major to packed order; the inverse where {@code back}. */
    static double[] permute(double[] x, int items, int[] order, boolean back) {
        if (items == 0) {
            return x.clone();
        }
        int channels = x.length / items / order.length;
        double[] out = new double[x.length];
        for (int n = 0; n < items; n++) {
            int base = n * order.length;
            for (int r = 0; r < order.length; r++) {
                int from = back ? base + r : base + order[r];
                int to = back ? base + order[r] : base + r;
                System.arraycopy(x, from * channels, out, to * channels, channels);
            }
        }
        return out;
    }

    /**
     * An SO(2) convolution, run through the network's own kernels: each item becomes an edge whose source holds the first
     * half of the channels and whose target the second, in an identity frame.
     */
    static Map<String, double[]> so2Convolution(Device device, DType dtype, SafeTensorsFile file) throws IOException {
        SphericalLayout layout = layout(file.path().getFileName().toString());
        int[] order = degreeMajor(layout);
        try (GoldenRun run = new GoldenRun(device, dtype, file)) {
            Tape tape = run.tape();
            long[] shape = file.shape("x");
            int items = (int) shape[0];
            int channels = (int) shape[2];
            boolean radial = file.contains("x_edge");
            double[] nodes = toNodes(file.doubles("x"), items, channels, layout, order);
            Var x = run.input("x", nodes, 2L * items, layout.coefficients(), channels / 2);
            Var weights = radial ? GoldenLayers.radialFunction(run, "rad_func.", run.input("x_edge")) : null;
            EdgeIndex edges = pairs(items).edgeIndex(tape);
            Var wigner = Var.constant(identityFrames(tape, layout.lmax(), items));
            Var rotated = SphericalOps.gatherRotate(tape, layout, edges, x, wigner, weights);
            Var[] wm = new Var[layout.mmax()];
            for (int m = 0; m < wm.length; m++) {
                wm[m] = run.weight("so2_m_conv." + m + ".fc.weight");
            }
            int out = (int) file.shape("out")[2];
            So2Result y = DenseOps.so2Linear(
                    tape, layout, rotated, run.weight("fc_m0.weight"), run.weight("fc_m0.bias"), wm, out);
            run.put("out", permute(y.features().value().toDoubles(), items, order, true));
            run.addLoss(y.features(), permute(file.doubles("coef_out"), items, order, false));
            if (y.extra() != null) {
                run.put("extra", y.extra());
                run.addLoss(y.extra(), file.doubles("coef_extra"));
            }
            run.backward();
            run.put("grad_x", fromNodes(run.gradient("x"), items, channels, layout, order));
            if (radial) {
                run.put("grad_x_edge", run.gradient("x_edge"));
            }
            run.putWeightGradients();
            return run.results();
        }
    }

    /** Targets are nodes 0..items-1, sources items..2 items-1. */
    private static GraphBatch pairs(int items) {
        int[] source = new int[items];
        int[] start = new int[2 * items + 1];
        for (int e = 0; e < items; e++) {
            source[e] = items + e;
            start[e + 1] = e + 1;
        }
        java.util.Arrays.fill(start, items, 2 * items + 1, items);
        return new GraphBatch(
                1,
                new int[] {0, 2 * items},
                new int[2 * items],
                new double[6 * items],
                new double[9],
                source,
                start,
                new int[3 * items],
                new double[3 * items]);
    }

    private static Tensor identityFrames(Tape tape, int lmax, int items) {
        double[] rotation = new double[9 * items];
        for (int e = 0; e < items; e++) {
            rotation[9 * e] = 1;
            rotation[9 * e + 4] = 1;
            rotation[9 * e + 8] = 1;
        }
        Tensor wigner = tape.empty(items, new SphericalLayout(lmax, 0, 0, false).wignerSize());
        tape.kernels().spherical().wignerD(lmax, tape.of(rotation, items, 9), wigner);
        return wigner;
    }

    private static double[] toNodes(double[] x, int items, int channels, SphericalLayout layout, int[] order) {
        int half = channels / 2;
        double[] out = new double[2 * items * layout.coefficients() * half];
        copyNodes(x, out, items, channels, layout, order, true);
        return out;
    }

    private static double[] fromNodes(double[] nodes, int items, int channels, SphericalLayout layout, int[] order) {
        double[] out = new double[items * layout.reduced() * channels];
        copyNodes(out, nodes, items, channels, layout, order, false);
        return out;
    }

    private static void copyNodes(
            double[] x, double[] nodes, int items, int channels, SphericalLayout layout, int[] order, boolean to) {
        int half = channels / 2;
        int[] nodeRows = layout.nodeRows();
        for (int e = 0; e < items; e++) {
            for (int r = 0; r < order.length; r++) {
                int row = (e * order.length + order[r]) * channels;
                for (int end = 0; end < 2; end++) {
                    int node = end == 0 ? items + e : e;
                    int at = (node * layout.coefficients() + nodeRows[r]) * half;
                    if (to) {
                        System.arraycopy(x, row + end * half, nodes, at, half);
                    } else {
                        System.arraycopy(nodes, at, x, row + end * half, half);
                    }
                }
            }
        }
    }

    static Map<String, double[]> s2Activation(Device device, DType dtype, SafeTensorsFile file) throws IOException {
        String name = file.path().getFileName().toString();
        SphericalLayout layout = layout(name);
        int[] order = degreeMajor(layout);
        var resolution = java.util.regex.Pattern.compile("res(\\d+)").matcher(name);
        try (GoldenRun run = new GoldenRun(device, dtype, file);
                Scope scope = new Scope(device.pool(), "constant")) {
            Tape tape = run.tape();
            S2GridTensors grid = SO3Grid.create(
                            scope, dtype, layout, resolution.find() ? Integer.parseInt(resolution.group(1)) : 0)
                    .edge();
            int items = (int) file.shape("x")[0];
            run.put("to_grid_mat", permute(grid.toGrid().toDoubles(), grid.points(), order, true));
            run.put("from_grid_mat", permute(grid.fromGrid().toDoubles(), grid.points(), order, true));
            double[] packed = permute(file.doubles("x"), items, order, false);
            double[] coefficients = permute(file.doubles("coef_out"), items, order, false);
            Var plain = run.input("x", packed);
            Var y = SphericalOps.s2Activation(tape, grid, plain, null, 0);
            run.put("s2_out", permute(y.value().toDoubles(), items, order, true));
            run.addLoss(y, coefficients);
            Var separable = Var.input(tape.of(packed, file.shape("x")));
            Var scalars = run.input("scalars");
            Var z = SphericalOps.s2Activation(tape, grid, separable, scalars, 0);
            run.put("sep_out", permute(z.value().toDoubles(), items, order, true));
            run.addLoss(z, coefficients);
            Var onGrid = DenseOps.leftMultiply(tape, grid.toGrid(), false, plain.detach());
            Var back = DenseOps.leftMultiply(tape, grid.fromGrid(), true, onGrid);
            run.put("roundtrip", permute(back.value().toDoubles(), items, order, true));
            run.backward();
            run.put("s2_grad_x", permute(run.gradient("x"), items, order, true));
            run.put("sep_grad_x", permute(separable.grad().toDoubles(), items, order, true));
            run.put("sep_grad_scalars", run.gradient("scalars"));
            return run.results();
        }
    }

    static Map<String, double[]> gateActivation(Device device, DType dtype, SafeTensorsFile file) throws IOException {
        SphericalLayout layout = layout(file.path().getFileName().toString());
        int[] order = degreeMajor(layout);
        try (GoldenRun run = new GoldenRun(device, dtype, file)) {
            int items = (int) file.shape("x")[0];
            Var x = run.input("x", permute(file.doubles("x"), items, order, false));
            Var gates = run.input("gates");
            Var y = SphericalOps.gateActivation(run.tape(), layout.degrees(), layout.lmax(), x, gates, 0);
            run.put("out", permute(y.value().toDoubles(), items, order, true));
            run.addLoss(y, permute(file.doubles("coef_out"), items, order, false));
            run.backward();
            run.put("grad_x", permute(run.gradient("x"), items, order, true));
            run.put("grad_gates", run.gradient("gates"));
            return run.results();
        }
    }
}
