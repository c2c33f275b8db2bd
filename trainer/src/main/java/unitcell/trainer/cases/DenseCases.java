package unitcell.trainer.cases;

import java.util.ArrayList;
import java.util.List;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.nn.SO3Grid;
import unitcell.trainer.cases.KernelCase.Call;

/** Matrix products, at the sizes of one attention block and one feed-forward network. */
final class DenseCases {
    private static final String FAMILY = "dense";

    private DenseCases() {}

    static List<KernelCase> of(KernelSizes s) {
        List<KernelCase> cases = new ArrayList<>();
        long e = s.edges();
        long in = s.config().edgeChannels();
        long out = s.layout().radialSlots() * 2L * s.channels();
        String linear = "[" + e + ", " + in + "] to " + out;
        double flops = 2.0 * e * in * out;
        cases.add(new KernelCase(FAMILY, "gemm", linear, w -> {
            Matrix a = Matrix.of(w.in(e, in));
            Matrix b = Matrix.of(w.in(out, in)).transpose();
            Matrix c = Matrix.of(w.out(e, out));
            return new Call(flops, () -> w.kernels().dense().gemm(1, a, b, 0, c));
        }));
        cases.add(new KernelCase(FAMILY, "linear", linear, w -> {
            Tensor x = w.in(e, in);
            Tensor weight = w.in(out, in);
            Tensor bias = w.in(out);
            Tensor y = w.out(e, out);
            return new Call(flops, () -> w.kernels().dense().linear(x, weight, bias, y));
        }));
        cases.add(new KernelCase(FAMILY, "linearBackward", linear, w -> {
            Tensor dy = w.in(e, out);
            Tensor x = w.in(e, in);
            Tensor weight = w.in(out, in);
            Sink dx = w.sink(e, in);
            Sink dw = w.sink(out, in);
            Sink db = w.sink(out);
            return new Call(2 * flops, () -> w.kernels().dense().linearBackward(dy, x, weight, dx, dw, db));
        }));
        so3(cases, s);
        so2(cases, s);
        cases.add(new KernelCase(
                FAMILY,
                "leftMultiply",
                "[" + s.nodes() + ", " + s.coefficients() + ", " + s.config().ffnHiddenChannels() + "] to the grid",
                w -> {
                    Tensor a = SO3Grid.onTape(w.tape(), s.layout(), s.config().gridResolution())
                            .node()
                            .toGrid();
                    long f = s.config().ffnHiddenChannels();
                    Tensor x = w.in(s.nodes(), s.coefficients(), f);
                    Sink y = w.sink(s.nodes(), a.dim(0), f);
                    return new Call(
                            2.0 * s.nodes() * a.size() * f,
                            () -> w.kernels().dense().leftMultiply(a, false, x, y));
                }));
        return cases;
    }

    private static void so3(List<KernelCase> cases, KernelSizes s) {
        long n = s.nodes();
        long k = s.coefficients();
        long in = s.channels();
        long out = s.config().ffnHiddenChannels();
        long degrees = s.config().lmax() + 1L;
        String shape = "[" + n + ", " + k + ", " + in + "] to " + out;
        double flops = 2.0 * n * k * in * out;
        cases.add(new KernelCase(FAMILY, "so3Linear", shape, w -> {
            Tensor x = w.in(n, k, in);
            Tensor weight = w.in(degrees, out, in);
            Tensor bias = w.in(out);
            Tensor y = w.out(n, k, out);
            return new Call(flops, () -> w.kernels().dense().so3Linear(x, weight, bias, y));
        }));
        cases.add(new KernelCase(FAMILY, "so3LinearBackward", shape, w -> {
            Tensor dy = w.in(n, k, out);
            Tensor x = w.in(n, k, in);
            Tensor weight = w.in(degrees, out, in);
            Sink dx = w.sink(n, k, in);
            Sink dw = w.sink(degrees, out, in);
            Sink db = w.sink(out);
            return new Call(2 * flops, () -> w.kernels().dense().so3LinearBackward(dy, x, weight, dx, dw, db));
        }));
    }

    private static void so2(List<KernelCase> cases, KernelSizes s) {
        SphericalLayout layout = s.layout();
        long e = s.edges();
        long in = 2 * s.channels();
        long out = s.hidden();
        long extra = s.attention() + s.hidden();
        long rows0 = extra + (layout.lmax() + 1L) * out;
        long columns0 = (layout.lmax() + 1L) * in;
        double products = (double) rows0 * columns0;
        for (int m = 1; m <= layout.mmax(); m++) {
            double degrees = layout.lmax() - m + 1;
            products += 4 * degrees * out * degrees * in;
        }
        double flops = 2 * e * products;
        String shape = "[" + e + ", " + s.reduced() + ", " + in + "] to " + out + " and " + extra;
        cases.add(new KernelCase(FAMILY, "so2Linear", shape, w -> {
            Tensor x = w.in(e, s.reduced(), in);
            Tensor w0 = w.in(rows0, columns0);
            Tensor b0 = w.in(rows0);
            Tensor[] wm = orders(layout, in, out, w);
            Tensor y = w.out(e, s.reduced(), out);
            Tensor scalars = w.out(e, extra);
            return new Call(flops, () -> w.kernels().dense().so2Linear(layout, x, w0, b0, wm, y, scalars));
        }));
        cases.add(new KernelCase(FAMILY, "so2LinearBackward", shape, w -> {
            Tensor dy = w.in(e, s.reduced(), out);
            Tensor dExtra = w.in(e, extra);
            Tensor x = w.in(e, s.reduced(), in);
            Tensor w0 = w.in(rows0, columns0);
            Tensor[] wm = orders(layout, in, out, w);
            Sink dx = w.sink(e, s.reduced(), in);
            Sink dw0 = w.sink(rows0, columns0);
            Sink db0 = w.sink(rows0);
            Sink[] dwm = new Sink[wm.length];
            for (int m = 0; m < dwm.length; m++) {
                dwm[m] = w.sink(wm[m].shape());
            }
            return new Call(
                    2 * flops,
                    () -> w.kernels().dense().so2LinearBackward(layout, dy, dExtra, x, w0, wm, dx, dw0, db0, dwm));
        }));
    }

    static Tensor[] orders(SphericalLayout layout, long in, long out, Workspace w) {
        Tensor[] wm = new Tensor[layout.mmax()];
        for (int m = 1; m <= wm.length; m++) {
            long degrees = layout.lmax() - m + 1L;
            wm[m - 1] = w.in(2 * degrees * out, degrees * in);
        }
        return wm;
    }
}
