package unitcell.trainer.cases;

import java.util.ArrayList;
import java.util.List;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Columns;
import unitcell.engine.kernel.EdgeIndex;
import unitcell.engine.kernel.S2GridTensors;
import unitcell.engine.kernel.Sink;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.nn.SO3Grid;
import unitcell.trainer.cases.KernelCase.Call;

/** Edge geometry, rotations and activations on the sphere, at the sizes of one attention block. */
final class SphericalCases {
    private static final String FAMILY = "spherical";

    private final List<KernelCase> cases = new ArrayList<>();
    private final KernelSizes s;
    private final long e;
    private final SphericalLayout layout;

    private SphericalCases(KernelSizes s) {
        this.s = s;
        this.e = s.edges();
        this.layout = s.layout();
    }

    static List<KernelCase> of(KernelSizes s) {
        SphericalCases made = new SphericalCases(s);
        made.geometry();
        made.gather();
        made.scatter();
        made.sphere();
        made.gates();
        return made.cases;
    }

    private void add(String kernel, String shape, KernelCase.Setup setup) {
        cases.add(new KernelCase(FAMILY, kernel, shape, setup));
    }

    private void geometry() {
        String shape = e + " edges";
        long crystals = s.batch().crystals();
        add("edgeVector", shape, w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor position = w.in(s.batch().position(), s.nodes(), 3);
            Tensor cell = w.in(s.batch().cell(), crystals, 3, 3);
            Tensor crystal = w.in(s.batch().crystalOfNode(), s.nodes());
            Tensor shift = w.in(s.batch().shiftAsReal(), e, 3);
            Tensor vector = w.out(e, 3);
            return new Call(
                    24.0 * e, () -> w.kernels().spherical().edgeVector(edges, position, cell, crystal, shift, vector));
        });
        add("edgeVectorBackward", shape, w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor dvector = w.in(e, 3);
            Tensor crystal = w.in(s.batch().crystalOfNode(), s.nodes());
            Tensor shift = w.in(s.batch().shiftAsReal(), e, 3);
            Sink dposition = w.sink(s.nodes(), 3);
            Sink dcell = w.sink(crystals, 3, 3);
            return new Call(
                    24.0 * e,
                    () -> w.kernels().spherical().edgeVectorBackward(edges, dvector, crystal, shift, dposition, dcell));
        });
        add("edgeFrame", shape, w -> {
            Tensor vector = w.in(s.batch().vector(), e, 3);
            Tensor distance = w.out(e);
            Tensor rotation = w.out(e, 9);
            Tensor jacobian = w.out(e, 9);
            return new Call(50.0 * e, () -> w.kernels().spherical().edgeFrame(vector, distance, rotation, jacobian));
        });
        add("edgeFrameBackward", shape, w -> {
            Tensor vector = w.in(s.batch().vector(), e, 3);
            Tensor distance = w.in(s.distances(), e);
            Tensor jacobian = w.in(e, 9);
            Tensor ddistance = w.in(e);
            Tensor angular = w.in(e, 3);
            Sink dvector = w.sink(e, 3);
            return new Call(
                    40.0 * e,
                    () -> w.kernels()
                            .spherical()
                            .edgeFrameBackward(vector, distance, jacobian, ddistance, angular, dvector));
        });
        int lmax = layout.lmax();
        long size = layout.wignerSize();
        add("wignerD", shape + ", lmax " + lmax, w -> {
            Tensor rotation = w.rotations(s.batch());
            w.out(e, 9); // the rotations are read; counted, not used
            Tensor wigner = w.out(e, size);
            // Each number of degree l is a sum of some six products of numbers of degree 1 and l - 1.
            return new Call(12.0 * e * size, () -> w.kernels().spherical().wignerD(lmax, rotation, wigner));
        });
    }

    /** Multiply-adds of a rotation of one channel of one edge: rows of |m| at most M of every degree's block. */
    private double rotation() {
        double products = 0;
        for (int l = 0; l <= layout.lmax(); l++) {
            products += (2 * Math.min(l, layout.mmax()) + 1.0) * (2 * l + 1);
        }
        return products;
    }

    private void gather() {
        long c2 = 2 * s.channels();
        String shape = "[" + s.nodes() + ", " + s.coefficients() + ", " + s.channels() + "] to " + e + " edges";
        add("gatherRotate", shape, w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor x = w.in(s.nodes(), s.coefficients(), s.channels());
            Tensor wigner = w.wigner(s.batch(), layout.lmax(), layout.wignerSize());
            Tensor radial = w.in(e, layout.radialSlots(), c2);
            Tensor out = w.out(e, s.reduced(), c2);
            return new Call(
                    e * c2 * (2 * rotation() + s.reduced()),
                    () -> w.kernels().spherical().gatherRotate(layout, edges, x, wigner, radial, out));
        });
        add("gatherRotateBackward", shape, w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor dout = w.in(e, s.reduced(), c2);
            Tensor x = w.in(s.nodes(), s.coefficients(), s.channels());
            Tensor wigner = w.wigner(s.batch(), layout.lmax(), layout.wignerSize());
            Tensor radial = w.in(e, layout.radialSlots(), c2);
            Sink dx = w.sink(s.nodes(), s.coefficients(), s.channels());
            Sink dradial = w.sink(e, layout.radialSlots(), c2);
            // As in pre-training, where geometry is constant: no angular gradient.
            return new Call(
                    e * c2 * (4 * rotation() + 3.0 * s.reduced()),
                    () -> w.kernels()
                            .spherical()
                            .gatherRotateBackward(layout, edges, dout, x, wigner, radial, dx, dradial, null));
        });
    }

    private void scatter() {
        long c = s.values();
        int heads = s.config().numHeads();
        String shape = "[" + e + ", " + s.reduced() + ", " + c + "] to " + s.nodes() + " nodes";
        add("rotateSegmentSum", shape, w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor value = w.in(e, s.reduced(), c);
            Tensor weight = w.in(e, heads);
            Tensor wigner = w.wigner(s.batch(), layout.lmax(), layout.wignerSize());
            Tensor out = w.out(s.nodes(), s.coefficients(), c);
            return new Call(
                    e * c * (2 * rotation() + s.reduced()),
                    () -> w.kernels().spherical().rotateSegmentSum(layout, edges, 1, value, weight, wigner, out));
        });
        add("rotateSegmentSumBackward", shape, w -> {
            EdgeIndex edges = w.edges(s.batch());
            Tensor dout = w.in(s.nodes(), s.coefficients(), c);
            Tensor value = w.in(e, s.reduced(), c);
            Tensor weight = w.in(e, heads);
            Tensor wigner = w.wigner(s.batch(), layout.lmax(), layout.wignerSize());
            Sink dvalue = w.sink(e, s.reduced(), c);
            Sink dweight = w.sink(e, heads);
            return new Call(
                    e * c * (2 * rotation() + 3.0 * s.reduced()),
                    () -> w.kernels()
                            .spherical()
                            .rotateSegmentSumBackward(
                                    layout, edges, 1, dout, value, weight, wigner, dvalue, dweight, null));
        });
    }

    private void sphere() {
        long h = s.hidden();
        long r = s.reduced();
        String shape = "[" + e + ", " + r + ", " + h + "]";
        add("s2Activation", shape, w -> {
            S2GridTensors grid = grid(w);
            Tensor x = w.in(e, r, h);
            Columns scalars = w.columns(e, h);
            Tensor y = w.out(e, r, h);
            return new Call(sphereWork(grid, 2), () -> w.kernels().spherical().s2Activation(grid, x, scalars, y));
        });
        add("s2ActivationBackward", shape, w -> {
            S2GridTensors grid = grid(w);
            Tensor dy = w.in(e, r, h);
            Tensor x = w.in(e, r, h);
            Columns scalars = w.columns(e, h);
            Sink dx = w.sink(e, r, h);
            Columns dscalars = w.columnSink(e, h);
            return new Call(
                    sphereWork(grid, 3),
                    () -> w.kernels().spherical().s2ActivationBackward(grid, dy, x, scalars, dx, dscalars, w.adds()));
        });
    }

    private S2GridTensors grid(Workspace w) {
        return SO3Grid.onTape(w.tape(), layout, s.config().gridResolution()).edge();
    }

    /** Work of {@code transforms} dense products with the grid's matrix and a function at every point. */
    private double sphereWork(S2GridTensors grid, int transforms) {
        double points = (double) e * s.hidden() * grid.points();
        return points * (2.0 * transforms * grid.coefficients() + 4);
    }

    private void gates() {
        long h = s.hidden();
        long r = s.reduced();
        long count = layout.lmax() * h;
        int[] degrees = layout.degrees();
        String shape = "[" + e + ", " + r + ", " + h + "]";
        add("gateActivation", shape, w -> {
            Tensor x = w.in(e, r, h);
            Columns gates = w.columns(e, count);
            Tensor y = w.out(e, r, h);
            return new Call(
                    (double) e * (r * h + 4 * count),
                    () -> w.kernels().spherical().gateActivation(degrees, x, gates, y));
        });
        add("gateActivationBackward", shape, w -> {
            Tensor dy = w.in(e, r, h);
            Tensor x = w.in(e, r, h);
            Columns gates = w.columns(e, count);
            Sink dx = w.sink(e, r, h);
            Columns dgates = w.columnSink(e, count);
            return new Call(
                    (double) e * (3 * r * h + 6 * count),
                    () -> w.kernels().spherical().gateActivationBackward(degrees, dy, x, gates, dx, dgates, w.adds()));
        });
    }
}
