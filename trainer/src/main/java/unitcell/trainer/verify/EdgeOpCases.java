package unitcell.trainer.verify;

import static unitcell.trainer.verify.OpCase.input;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.check.GradCheck;
import unitcell.autograd.ops.SphericalOps;
import unitcell.autograd.ops.SphericalOps.EdgeFrames;
import unitcell.engine.kernel.SphericalLayout;
import unitcell.net.GraphBatch;
import unitcell.nn.SO3Grid;

/** Operations on edges, frames and spheres; gradients reach positions and cells, also of edges along the y axis. */
final class EdgeOpCases {
    private EdgeOpCases() {}

    static List<OpCase> all(SplittableRandom random) {
        List<OpCase> cases = new ArrayList<>();
        GraphBatch graph = RaggedGraph.create(random);
        GradCheck.Input position = new GradCheck.Input("position", graph.position(), graph.nodes(), 3);
        GradCheck.Input cell = new GradCheck.Input("cell", graph.cell(), 1, 3, 3);
        cases.add(new OpCase("edgeVector", (t, v) -> vector(t, graph, v.get(0), v.get(1)), List.of(position, cell)));
        cases.add(new OpCase(
                "edgeFrame, distances",
                (t, v) -> SphericalOps.edgeFrame(t, 1, vector(t, graph, v.get(0), v.get(1)))
                        .distance(),
                List.of(position, cell)));
        for (int[] lm : new int[][] {{1, 0}, {1, 1}, {2, 1}, {3, 2}, {4, 4}, {6, 2}}) {
            rotations(cases, random, graph, position, cell, lm[0], lm[1], false);
        }
        rotations(cases, random, graph, position, cell, 2, 1, true);
        activations(cases, random);
        return cases;
    }

    private static Var vector(Tape tape, GraphBatch graph, Var position, Var cell) {
        return SphericalOps.edgeVector(
                tape,
                graph.edgeIndex(tape),
                position,
                cell,
                graph.crystalTensor(tape),
                tape.of(graph.shiftAsReal(), graph.edges(), 3));
    }

    private static void rotations(
            List<OpCase> cases,
            SplittableRandom random,
            GraphBatch graph,
            GradCheck.Input position,
            GradCheck.Input cell,
            int lmax,
            int mmax,
            boolean perDegree) {
        SphericalLayout layout = new SphericalLayout(lmax, mmax, mmax, perDegree);
        int c = 2;
        String which = ", lmax " + lmax + ", mmax " + mmax + (perDegree ? ", radial weights shared over m" : "");
        cases.add(new OpCase(
                "gatherRotate" + which,
                (t, v) -> {
                    EdgeFrames frames = SphericalOps.edgeFrame(t, lmax, vector(t, graph, v.get(0), v.get(1)));
                    return SphericalOps.gatherRotate(
                            t, layout, graph.edgeIndex(t), v.get(2), frames.wigner(), v.get(3));
                },
                List.of(
                        position,
                        cell,
                        input(random, "x", graph.nodes(), layout.coefficients(), c),
                        input(random, "radial", graph.edges(), layout.radialSlots() * 2L * c))));
        SphericalLayout back = new SphericalLayout(lmax, mmax, Math.min(lmax, mmax + 1), false);
        cases.add(new OpCase(
                "rotateSegmentSum" + which,
                (t, v) -> {
                    EdgeFrames frames = SphericalOps.edgeFrame(t, lmax, vector(t, graph, v.get(0), v.get(1)));
                    return SphericalOps.rotateSegmentSum(
                            t, back, graph.edgeIndex(t), 0.7, v.get(2), v.get(3), frames.wigner());
                },
                List.of(
                        position,
                        cell,
                        input(random, "value", graph.edges(), layout.reduced(), 2L * c),
                        input(random, "weight", graph.edges(), 2))));
    }

    private static void activations(List<OpCase> cases, SplittableRandom random) {
        for (int[] lmr : new int[][] {{1, 1, 0}, {2, 1, 0}, {2, 2, 8}, {4, 2, 18}}) {
            SphericalLayout layout = SphericalLayout.of(lmr[0], lmr[1]);
            String which = ", lmax " + lmr[0] + ", mmax " + lmr[1] + ", resolution " + lmr[2];
            cases.add(new OpCase(
                    "s2Activation" + which,
                    (t, v) -> onGrid(t, layout, lmr[2], v.get(0), null),
                    List.of(input(random, "x", 2, layout.reduced(), 2))));
            cases.add(new OpCase(
                    "s2Activation, separable" + which,
                    (t, v) -> onGrid(t, layout, lmr[2], v.get(0), v.get(1)),
                    List.of(input(random, "x", 2, layout.reduced(), 2), input(random, "scalars", 2, 5))));
            cases.add(new OpCase(
                    "gateActivation" + which,
                    (t, v) -> SphericalOps.gateActivation(t, layout.degrees(), layout.lmax(), v.get(0), v.get(1), 1),
                    List.of(
                            input(random, "x", 2, layout.reduced(), 2),
                            input(random, "gates", 2, 1 + 2L * layout.lmax()))));
        }
    }

    /** The grid's tables are needed until the tape has played back, so they are made on the tape. */
    private static Var onGrid(Tape tape, SphericalLayout layout, int resolution, Var x, Var scalars) {
        SO3Grid grid = SO3Grid.onTape(tape, layout, resolution);
        return SphericalOps.s2Activation(tape, grid.edge(), x, scalars, 3);
    }
}
