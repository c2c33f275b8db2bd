package unitcell.crystal.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import unitcell.crystal.Crystal;
import unitcell.crystal.CrystalTransforms;
import unitcell.crystal.Lattice;
import unitcell.crystal.RandomCells;

/** The neighbour graph against brute force over images, and its symmetries. */
class NeighborGraphTest {
    private static final NeighborRule FIVE = NeighborRule.within(5);

    /** An edge by its end points; ordered as the graph orders its edges. */
    private record Edge(int target, int source, int a, int b, int c) implements Comparable<Edge> {
        @Override
        public int compareTo(Edge o) {
            return Arrays.compare(new int[] {target, source, a, b, c}, new int[] {o.target, o.source, o.a, o.b, o.c});
        }
    }

    private static Edge mirror(Edge e) {
        return new Edge(/* target= */ e.source, /* source= */ e.target, -e.a, -e.b, -e.c);
    }

    private static List<Edge> edges(NeighborGraph graph) {
        int[] s = graph.shift();
        return IntStream.range(0, graph.edges())
                .mapToObj(e -> new Edge(graph.target()[e], graph.source()[e], s[3 * e], s[3 * e + 1], s[3 * e + 2]))
                .toList();
    }

    private static Set<Edge> bruteForce(Crystal crystal, double cutoff, int reach) {
        Set<Edge> edges = new TreeSet<>();
        for (int i = 0; i < crystal.size(); i++) {
            for (int j = 0; j < crystal.size(); j++) {
                for (int a = -reach; a <= reach; a++) {
                    for (int b = -reach; b <= reach; b++) {
                        for (int c = -reach; c <= reach; c++) {
                            double[] r = crystal.lattice().toCartesian(new double[] {
                                crystal.frac(j, 0) - crystal.frac(i, 0) + a,
                                crystal.frac(j, 1) - crystal.frac(i, 1) + b,
                                crystal.frac(j, 2) - crystal.frac(i, 2) + c
                            });
                            double d = Math.sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]);
                            if (d > 1e-2 && d <= cutoff) {
                                edges.add(new Edge(i, j, a, b, c));
                            }
                        }
                    }
                }
            }
        }
        return edges;
    }

    private static void assertConsistent(Crystal crystal, NeighborGraph graph) {
        int[] start = graph.targetStart();
        assertEquals(crystal.size() + 1, start.length);
        assertEquals(graph.edges(), start[crystal.size()]);
        double[] r = crystal.cartesian();
        double[] m = crystal.lattice().matrix();
        double scale = Arrays.stream(r).map(Math::abs).max().orElse(0)
                + Arrays.stream(m).map(Math::abs).max().orElse(0);
        List<Edge> edges = edges(graph);
        for (int i = 0; i < crystal.size(); i++) {
            for (int e = start[i]; e < start[i + 1]; e++) {
                assertEquals(i, graph.target()[e]);
            }
        }
        for (int e = 0; e < graph.edges(); e++) {
            Edge edge = edges.get(e);
            double sum = 0;
            for (int k = 0; k < 3; k++) {
                double expected = r[3 * edge.source + k]
                        + edge.a * m[k]
                        + edge.b * m[3 + k]
                        + edge.c * m[6 + k]
                        - r[3 * edge.target + k];
                double reach = Math.abs(edge.a) + Math.abs(edge.b) + Math.abs(edge.c) + 1.0;
                assertEquals(expected, graph.vector()[3 * e + k], 1e-14 * scale * reach);
                sum += graph.vector()[3 * e + k] * graph.vector()[3 * e + k];
            }
            assertEquals(Math.sqrt(sum), graph.distance()[e]);
            if (e > 0) {
                assertTrue(edges.get(e - 1).compareTo(edge) < 0, "edges are sorted and distinct");
            }
        }
    }

    @Test
    void equalsBruteForceOnSkewedCells() {
        RandomGenerator random = RandomCells.generator(11);
        int checked = 0;
        while (checked < 60) {
            Crystal crystal = RandomCells.crystal(random, RandomCells.lattice(random, 2.5, 8), 1 + random.nextInt(5));
            double smallest = IntStream.range(0, 3)
                    .mapToDouble(crystal.lattice()::height)
                    .min()
                    .orElseThrow();
            int reach = (int) Math.ceil(5 / smallest) + 1;
            if (reach > 9) {
                continue;
            }
            checked++;
            NeighborGraph graph = NeighborGraph.of(crystal, FIVE);
            assertConsistent(crystal, graph);
            assertEquals(List.copyOf(bruteForce(crystal, 5, reach)), edges(graph));
        }
    }

    @Test
    void coordinatesOutsideTheCellAreFine() {
        RandomGenerator random = RandomCells.generator(12);
        Crystal inside = RandomCells.crystal(random, RandomCells.lattice(random, 4, 7), 4);
        double[] frac = inside.frac();
        int[] cells = new int[frac.length];
        for (int i = 0; i < frac.length; i++) {
            cells[i] = random.nextInt(41) - 20;
            frac[i] += cells[i];
        }
        Crystal outside = inside.withFrac(frac);
        NeighborGraph a = NeighborGraph.of(inside, FIVE);
        NeighborGraph b = NeighborGraph.of(outside, FIVE);
        assertConsistent(outside, b);
        assertEquals(a.edges(), b.edges());
        for (int e = 0; e < a.edges(); e++) {
            assertEquals(a.distance()[e], b.distance()[e], 1e-11);
            for (int k = 0; k < 3; k++) {
                int moved = cells[3 * a.source()[e] + k] - cells[3 * a.target()[e] + k];
                assertEquals(a.shift()[3 * e + k] - moved, b.shift()[3 * e + k]);
            }
        }
    }

    @Test
    void shellsOfKnownLattices() {
        // Neighbour counts of the cubic lattices up to a given shell, from their theta series.
        Crystal sc = new Crystal("sc", Lattice.cubic(1), new int[] {84}, new double[] {0, 0, 0});
        assertEquals(
                6 + 12 + 8 + 6 + 24,
                NeighborGraph.of(sc, NeighborRule.within(2.3)).edges());
        Crystal fcc = new Crystal(
                "fcc", Lattice.ofRows(0, .5, .5, .5, 0, .5, .5, .5, 0), new int[] {29}, new double[] {0.3, 0.7, 0.1});
        assertEquals(
                12 + 6 + 24, NeighborGraph.of(fcc, NeighborRule.within(1.23)).edges());
        Crystal bcc = new Crystal("bcc", Lattice.cubic(1), new int[] {26, 26}, new double[] {0, 0, 0, .5, .5, .5});
        assertEquals(
                2 * (8 + 6 + 12),
                NeighborGraph.of(bcc, NeighborRule.within(1.42)).edges());
        assertEquals(0, NeighborGraph.of(sc, NeighborRule.within(0.99)).edges());
        assertEquals(6, NeighborGraph.of(sc, NeighborRule.within(1)).edges(), "the cutoff is inclusive");
    }

    @Test
    void coincidentAtomsAreNotConnected() {
        Crystal crystal = new Crystal(
                "twins", Lattice.cubic(4), new int[] {1, 1, 1}, new double[] {0, 0, 0, 0, 0, 0.0024, 0, 0, 0.0051});
        NeighborGraph graph = NeighborGraph.of(crystal, NeighborRule.within(1));
        // Distances 0.0096, 0.0108 and 0.0204: only the first is below 0.01.
        assertEquals(4, graph.edges());
    }

    @Test
    void everyEdgeHasItsExactMirrorImage() {
        RandomGenerator random = RandomCells.generator(13);
        for (int trial = 0; trial < 20; trial++) {
            Crystal crystal = RandomCells.crystal(random, RandomCells.lattice(random, 2, 9), 1 + random.nextInt(8));
            NeighborGraph graph = NeighborGraph.of(crystal, FIVE);
            List<Edge> edges = edges(graph);
            for (int e = 0; e < edges.size(); e++) {
                Edge x = edges.get(e);
                int mirror = java.util.Collections.binarySearch(edges, mirror(x), Edge::compareTo);
                assertTrue(mirror >= 0);
                assertEquals(graph.distance()[e], graph.distance()[mirror]);
                for (int k = 0; k < 3; k++) {
                    assertEquals(graph.vector()[3 * e + k], -graph.vector()[3 * mirror + k] + 0.0);
                }
            }
        }
    }

    // Sorted distances into each target.
    private static double[] distances(NeighborGraph graph, int target) {
        double[] d = Arrays.copyOfRange(graph.distance(), graph.targetStart()[target], graph.targetStart()[target + 1]);
        Arrays.sort(d);
        return d;
    }

    @Test
    void descriptionsOfTheSameCrystalGiveTheSameNeighbours() {
        RandomGenerator random = RandomCells.generator(14);
        for (int trial = 0; trial < 30; trial++) {
            int n = 1 + random.nextInt(6);
            Crystal crystal = RandomCells.crystal(random, RandomCells.lattice(random, 3, 8), n);
            int[] order = RandomCells.permutation(random, n);
            Crystal other = CrystalTransforms.changeBasis(crystal, RandomCells.unimodular(random, 12));
            other = CrystalTransforms.rotate(other, RandomCells.rotation(random));
            other = CrystalTransforms.translate(CrystalTransforms.permute(other, order), 3.3, -8, 0.4);
            Crystal block = CrystalTransforms.supercell(crystal, 2, 1, 3);
            for (NeighborRule rule : List.of(FIVE, FIVE.nearest(9))) {
                NeighborGraph expected = NeighborGraph.of(crystal, rule);
                NeighborGraph found = NeighborGraph.of(other, rule);
                NeighborGraph repeated = NeighborGraph.of(block, rule);
                assertEquals(6 * expected.edges(), repeated.edges());
                for (int i = 0; i < n; i++) {
                    assertArrayEquals(distances(expected, order[i]), distances(found, i), 1e-8);
                    for (int copy = 0; copy < 6; copy++) {
                        assertArrayEquals(distances(expected, i), distances(repeated, copy * n + i), 1e-8);
                    }
                }
            }
        }
    }

    @Test
    void nearestNeighboursKeepWholeShells() {
        Crystal salt = new Crystal(
                "salt", Lattice.ofRows(0, 2, 2, 2, 0, 2, 2, 2, 0), new int[] {11, 17}, new double[] {0, 0, 0, .5, .5, .5
                });
        // Shells of rock salt with nearest distance 2: 6 at 2, 12 at 2.83, 8 at 3.46, 6 at 4.
        NeighborRule rule = NeighborRule.within(6);
        int[][] kept = {{1, 6}, {6, 6}, {7, 18}, {18, 18}, {19, 26}, {27, 32}};
        for (int[] k : kept) {
            NeighborGraph graph = NeighborGraph.of(salt, rule.nearest(k[0]));
            assertEquals(k[1], graph.degree(0));
            assertEquals(k[1], graph.degree(1));
            assertConsistent(salt, graph);
            NeighborGraph strict = NeighborGraph.of(salt, rule.nearestStrict(k[0]));
            assertEquals(k[0], strict.degree(0));
            assertConsistent(salt, strict);
            assertTrue(edges(graph).containsAll(edges(strict)));
        }
        NeighborGraph all = NeighborGraph.of(salt, rule);
        assertEquals(all.edges(), NeighborGraph.of(salt, rule.nearest(1000)).edges());
        assertEquals(
                all.edges(), NeighborGraph.of(salt, rule.nearestStrict(1000)).edges());
    }

    @Test
    void strictChoiceIgnoresRounding() {
        // The same shells with coordinates off by rounding: the edges cut from a shell must stay the same.
        RandomGenerator random = RandomCells.generator(15);
        Crystal salt = new Crystal(
                "salt", Lattice.ofRows(0, 2, 2, 2, 0, 2, 2, 2, 0), new int[] {11, 17}, new double[] {0, 0, 0, .5, .5, .5
                });
        NeighborRule rule = NeighborRule.within(6).nearestStrict(10);
        List<Edge> expected = edges(NeighborGraph.of(salt, rule));
        for (int trial = 0; trial < 20; trial++) {
            double[] frac = salt.frac();
            for (int i = 0; i < 6; i++) {
                frac[i] += 1e-9 * random.nextGaussian();
            }
            assertEquals(expected, edges(NeighborGraph.of(salt.withFrac(frac), rule)));
        }
    }

    @Test
    void absurdRequestsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> NeighborRule.within(0));
        assertThrows(IllegalArgumentException.class, () -> NeighborRule.within(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> FIVE.nearest(0));
        Crystal dense = new Crystal("dense", Lattice.cubic(0.02), new int[] {1}, new double[3]);
        String message = assertThrows(IllegalArgumentException.class, () -> NeighborGraph.of(dense, FIVE))
                .getMessage();
        assertTrue(message.contains("smaller cutoff") && message.lines().count() == 1, message);
    }

    @Test
    void smallCellsAreFast() {
        // Twenty atoms and a 6 angstrom cutoff, about 1000 edges: some 40 microseconds on one core. The bound is loose
        // because other work may share the machine; it catches a change of complexity, not of speed.
        RandomGenerator random = RandomCells.generator(16);
        Crystal crystal = RandomCells.crystal(random, Lattice.ofParameters(6.5, 7, 7.5, 90, 95, 90), 20);
        NeighborRule rule = NeighborRule.within(6);
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 30; round++) {
            long start = System.nanoTime();
            for (int k = 0; k < 50; k++) {
                assertTrue(NeighborGraph.of(crystal, rule).edges() > 500);
            }
            best = Math.min(best, (System.nanoTime() - start) / 50);
        }
        assertTrue(best < 1_000_000, best + " ns");
        System.out.println("20 atoms, cutoff 6: " + best / 1000 + " microseconds");
    }
}
