package unitcell.trainer.verify;

import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.NormOps;
import unitcell.autograd.ops.RadialOps;
import unitcell.autograd.ops.SphericalOps;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.engine.so3.CoefficientLayout;
import unitcell.engine.so3.WignerD;
import unitcell.net.EquiformerV2Config;
import unitcell.nn.EdgeContext;
import unitcell.nn.SO3Grid;

/**
 * Copies a model's intermediate results as it runs and gives them the names, the edge order and the coefficient order of
 * the reference files.
 */
final class GoldenObserver implements BiConsumer<String, Var> {
    private final EquiformerV2Config config;
    private final int[] order;
    private final int[] degreeMajor;
    private final Map<String, double[]> values;
    private double[] norm1;
    private double[] extra;

    /**
     * @param order place in the file of each edge as sorted here
     * @param values where results go
     */
    GoldenObserver(EquiformerV2Config config, int[] order, Map<String, double[]> values) {
        this.config = config;
        this.order = order;
        this.degreeMajor = GoldenEdgeLayers.degreeMajor(config.layout());
        this.values = values;
    }

    @Override
    public void accept(String name, Var v) {
        double[] x = v.value().toDoubles();
        String block = name.replaceFirst("^blocks\\.(\\d+)\\.(norm1_out|attn_out|norm2_out|ffn_out)$", "b$1_$2");
        if (!block.equals(name)) {
            values.put(block, x);
            if (block.equals("b0_norm1_out")) {
                norm1 = x;
            }
            return;
        }
        switch (name) {
            case "edge_degree_embedding", "x_embedding", "x_final_norm" -> values.put(name, x);
            case "edge_vec" -> values.put(name, fileOrder(x));
            case "blocks.0.ga.radial_out" -> values.put("b0_e_radial_out", fileOrder(x));
            case "blocks.0.ga.conv1_out" -> values.put("b0_e_conv1_out", features(x));
            case "blocks.0.ga.conv1_extra" -> {
                extra = x;
                values.put("b0_e_conv1_extra", fileOrder(x));
            }
            case "blocks.0.ga.act_out" -> values.put("b0_e_act_out", features(x));
            case "blocks.0.ga.conv2_out" -> values.put("b0_e_conv2_out", features(x));
            case "blocks.0.ga.attn_logits" -> values.put("b0_attn_logits", fileOrder(x));
            case "blocks.0.ga.attn_weights" -> values.put("b0_attn_weights", fileOrder(x));
            default -> {
                if (name.startsWith("x_after_block")) {
                    values.put(name, x);
                }
            }
        }
    }

    private double[] fileOrder(double[] rows) {
        int width = order.length == 0 ? 0 : rows.length / order.length;
        double[] out = new double[rows.length];
        for (int e = 0; e < order.length; e++) {
            System.arraycopy(rows, e * width, out, order[e] * width, width);
        }
        return out;
    }

    private double[] features(double[] packed) {
        return fileOrder(GoldenEdgeLayers.permute(packed, order.length, degreeMajor, true));
    }

    /** What follows from the edges and the configuration alone. */
    void geometry(EdgeContext context, SO3Grid grid) {
        values.put(
                "edge_distance", fileOrder(context.frames().distance().value().toDoubles()));
        double[] packed = context.frames().wigner().value().toDoubles();
        int size = WignerD.packedSize(config.lmax());
        int k = config.layout().coefficients();
        double[] dense = new double[order.length * k * k];
        for (int e = 0; e < order.length; e++) {
            double[] own = java.util.Arrays.copyOfRange(packed, e * size, (e + 1) * size);
            System.arraycopy(WignerD.dense(own, config.lmax()), 0, dense, e * k * k, k * k);
        }
        values.put("wigner", fileOrder(dense));
        values.put("to_grid_mat_lm", edgeGrid(grid.edge().toGrid()));
        values.put("from_grid_mat_lm", edgeGrid(grid.edge().fromGrid()));
        values.put("to_grid_mat_ll", grid.node().toGrid().toDoubles());
        values.put("from_grid_mat_ll", grid.node().fromGrid().toDoubles());
        CoefficientLayout layout = new CoefficientLayout(config.lmax(), config.mmax());
        double[] toM = new double[layout.size() * layout.size()];
        for (int p = 0; p < layout.size(); p++) {
            toM[p * layout.size() + degreeMajor[p]] = 1;
        }
        values.put("to_m", toM);
        double[] mSize = new double[config.mmax() + 1];
        for (int m = 0; m < mSize.length; m++) {
            mSize[m] = config.lmax() - m + 1.0;
        }
        values.put("m_size", mSize);
        values.put(
                "coef_idx",
                java.util.Arrays.stream(layout.fullIndices()).asDoubleStream().toArray());
        values.put("rotate_inv_rescale", rescale(layout));
    }

    /** The factors of the rotation back as the reference stores them: by row and kept column, 1 outside a degree. */
    private static double[] rescale(CoefficientLayout layout) {
        double[] factor = layout.rescale();
        int[] rowDegree = layout.fullDegrees();
        int[] columnDegree = layout.degrees();
        double[] out = new double[layout.fullSize() * layout.size()];
        for (int i = 0; i < layout.fullSize(); i++) {
            for (int k = 0; k < layout.size(); k++) {
                out[i * layout.size() + k] = rowDegree[i] == columnDegree[k] ? factor[k] : 1;
            }
        }
        return out;
    }

    private double[] edgeGrid(Tensor matrix) {
        return GoldenEdgeLayers.permute(matrix.toDoubles(), (int) matrix.dim(0), degreeMajor, true);
    }

    /** Intermediate results of the first block that the network computes in another form. */
    void block0(Tape tape, ParameterStore store, EdgeContext context, Function<String, double[]> weight) {
        SphericalLayout layout = config.layout();
        long c = config.sphereChannels();
        Var x = Var.constant(tape.of(norm1, context.edges().nodes(), layout.coefficients(), c));
        Var wigner = context.frames().wigner().detach();
        Var rotated = SphericalOps.gatherRotate(tape, layout, context.edges(), x, wigner, null);
        values.put("b0_e_rotated_msg", features(rotated.value().toDoubles()));
        Var distance = context.frames().distance().detach();
        double[] basis = RadialOps.gaussianSmearing(tape, config.basis(), distance)
                .value()
                .toDoubles();
        values.put("rbf_first64edges", fileOrder(basis));
        values.put("b0_e_radial_in", fileOrder(radialInput(basis, context, weight)));
        if (config.useAttnRenorm()) {
            values.put("b0_e_alpha_norm_out", fileOrder(alphaNorm(tape, store)));
        }
    }

    private double[] radialInput(double[] basis, EdgeContext context, Function<String, double[]> weight) {
        String prefix = config.shareAtomEdgeEmbedding() ? "" : "blocks.0.ga.";
        int edges = order.length;
        int k = config.basis().count();
        int ce = config.useAtomEdgeEmbedding() ? config.edgeChannels() : 0;
        double[] source = ce == 0 ? new double[0] : weight.apply(prefix + "source_embedding.weight");
        double[] target = ce == 0 ? new double[0] : weight.apply(prefix + "target_embedding.weight");
        int[] species = context.species().rowOfNode().toInts();
        int[] from = context.edges().source().toInts();
        int[] to = context.edges().target().toInts();
        int width = k + 2 * ce;
        double[] out = new double[edges * width];
        for (int e = 0; e < edges; e++) {
            System.arraycopy(basis, e * k, out, e * width, k);
            System.arraycopy(source, ce == 0 ? 0 : species[from[e]] * ce, out, e * width + k, ce);
            System.arraycopy(target, ce == 0 ? 0 : species[to[e]] * ce, out, e * width + k + ce, ce);
        }
        return out;
    }

    private double[] alphaNorm(Tape tape, ParameterStore store) {
        int width = extra.length / Math.max(1, order.length);
        int count = config.numHeads() * config.attnAlphaChannels();
        double[] alpha = new double[order.length * count];
        for (int e = 0; e < order.length; e++) {
            System.arraycopy(extra, e * width, alpha, e * count, count);
        }
        Var x = Var.constant(tape.of(alpha, (long) order.length * config.numHeads(), config.attnAlphaChannels()));
        Var gamma = store.get("blocks.0.ga.alpha_norm.weight").detach();
        Var beta = store.get("blocks.0.ga.alpha_norm.bias").detach();
        return NormOps.layerNorm(tape, x, gamma, beta, 1e-5).value().toDoubles();
    }
}
