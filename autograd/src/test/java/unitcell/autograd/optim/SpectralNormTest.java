package unitcell.autograd.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unitcell.autograd.Parameter;
import unitcell.autograd.ParameterStore;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Devices;

/** Singular values by rotations of pairs of columns (M. Hestenes, 1958), which knows nothing of the method under test. */
class SpectralNormTest {
    private static final double LIMIT = 1.5;
    private static final double ALLOWED = LIMIT * (1 + 1e-3);

    private final Device device = Devices.open("cpu", 1);
    private final SplittableRandom random = new SplittableRandom(11);

    @AfterEach
    void close() {
        device.close();
    }

    private ParameterStore store(Parameter... parameters) {
        return new ParameterStore(device, DType.F32, List.of(parameters));
    }

    private static Parameter weight(String name, long... shape) {
        return new Parameter(name, shape, true);
    }

    private void fill(ParameterStore store, double size) {
        for (Parameter p : store.parameters()) {
            double[] values = new double[(int) p.size()];
            Arrays.setAll(values, i -> size * random.nextDouble(-1, 1));
            store.get(p.name()).value().copyFrom(values);
        }
    }

    /** Largest singular value of each matrix of a parameter. */
    private static List<Double> largest(ParameterStore store, Parameter p) {
        long[] shape = p.shape();
        int rows = (int) shape[shape.length - 2];
        int columns = (int) shape[shape.length - 1];
        double[] w = store.get(p.name()).value().toDoubles();
        List<Double> found = new ArrayList<>();
        for (int at = 0; at < w.length; at += rows * columns) {
            found.add(hestenes(Arrays.copyOfRange(w, at, at + rows * columns), rows, columns));
        }
        return found;
    }

    private static double hestenes(double[] w, int rows, int columns) {
        boolean rotated = true;
        for (int sweep = 0; sweep < 60 && rotated; sweep++) {
            rotated = false;
            for (int a = 0; a < columns; a++) {
                for (int b = a + 1; b < columns; b++) {
                    double aa = 0;
                    double bb = 0;
                    double ab = 0;
                    for (int r = 0; r < rows; r++) {
                        double x = w[r * columns + a];
                        double y = w[r * columns + b];
                        aa += x * x;
                        bb += y * y;
                        ab += x * y;
                    }
                    if (Math.abs(ab) <= 1e-12 * Math.sqrt(aa * bb)) {
                        continue;
                    }
                    rotated = true;
                    double angle = Math.atan2(2 * ab, aa - bb) / 2;
                    double c = Math.cos(angle);
                    double s = Math.sin(angle);
                    for (int r = 0; r < rows; r++) {
                        double x = w[r * columns + a];
                        double y = w[r * columns + b];
                        w[r * columns + a] = c * x + s * y;
                        w[r * columns + b] = c * y - s * x;
                    }
                }
            }
        }
        double most = 0;
        for (int c = 0; c < columns; c++) {
            double square = 0;
            for (int r = 0; r < rows; r++) {
                square += w[r * columns + c] * w[r * columns + c];
            }
            most = Math.max(most, square);
        }
        return Math.sqrt(most);
    }

    private static final List<Parameter> SHAPES = List.of(
            weight("tall", 40, 12),
            weight("wide", 9, 50),
            weight("square", 64, 64),
            weight("row", 1, 7),
            weight("column", 7, 1),
            weight("one", 1, 1),
            weight("stacked", 3, 6, 4));

    @Test
    void everyMatrixIsWithinTheLimitAfterwards() {
        try (ParameterStore store = store(SHAPES.toArray(new Parameter[0]))) {
            fill(store, 4);
            List<Double> before = new ArrayList<>();
            SHAPES.forEach(p -> before.addAll(largest(store, p)));
            SpectralNorm norm = new SpectralNorm(store, LIMIT);
            SpectralNorm.Projection projection = norm.project();
            double most = before.stream().mapToDouble(s -> s).max().orElseThrow();
            assertEquals(most, projection.largest(), 1e-4 * most);
            assertEquals(before.stream().filter(s -> s > LIMIT).count(), projection.scaled());
            assertEquals(9, projection.matrices());
            for (Parameter p : SHAPES) {
                for (double sigma : largest(store, p)) {
                    assertTrue(sigma <= ALLOWED, p + " has " + sigma);
                }
            }
            // What was above the limit is on it, not below.
            assertEquals(LIMIT, largest(store, SHAPES.get(2)).getFirst(), 1e-3 * LIMIT);
            double[] once = store.values().toDoubles();
            assertEquals(LIMIT, norm.project().largest(), 1e-3 * LIMIT);
            double[] twice = store.values().toDoubles();
            for (int i = 0; i < once.length; i++) {
                assertEquals(once[i], twice[i], 2e-4 * Math.abs(once[i]));
            }
        }
    }

    @Test
    void directionIsKept() {
        Parameter p = weight("w", 6, 5);
        try (ParameterStore store = store(p)) {
            fill(store, 4);
            double[] before = store.get("w").value().toDoubles();
            double sigma = largest(store, p).getFirst();
            new SpectralNorm(store, LIMIT).project();
            double[] after = store.get("w").value().toDoubles();
            for (int i = 0; i < before.length; i++) {
                assertEquals(before[i] * LIMIT / sigma, after[i], 2e-4 * Math.abs(before[i]));
            }
        }
    }

    @Test
    void whatIsWithinTheLimitOrFixedOrNoMatrixKeepsItsBits() {
        Parameter small = weight("small", 20, 20);
        Parameter fixed = weight("fixed", 20, 20);
        Parameter bias = new Parameter("bias", new long[] {20}, false);
        Parameter scale = new Parameter("norm.weight", new long[] {3, 20}, false);
        Parameter other = weight("other", 20, 20);
        Parameter none = weight("none", 4, 3);
        try (ParameterStore store = store(small, fixed, bias, scale, other, none)) {
            fill(store, 4);
            double[] values = store.get("small").value().toDoubles();
            double factor = 0.999 * LIMIT / largest(store, small).getFirst();
            Arrays.setAll(values, i -> values[i] * factor);
            store.get("small").value().copyFrom(values);
            store.get("none").value().zero();
            store.setTrainable(name -> !name.equals("fixed"));
            double[] before = store.values().toDoubles();
            SpectralNorm.Projection projection =
                    new SpectralNorm(store, LIMIT, name -> !name.equals("other")).project();
            assertArrayEquals(before, store.values().toDoubles());
            assertEquals(new SpectralNorm.Projection(projection.largest(), 0, 2), projection);
            assertEquals(0.999 * LIMIT, projection.largest(), 1e-4);
        }
    }

    /** Two equal singular values, nearly equal ones, and one alone. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 0.999999, 0.99, 0})
    void findsTheLargestOfAClusterOfSingularValues(double second) {
        int n = 30;
        Parameter p = weight("w", n, n);
        try (ParameterStore store = store(p)) {
            double[] u = orthogonal(n);
            double[] v = orthogonal(n);
            double[] w = new double[n * n];
            for (int k = 0; k < n; k++) {
                double s = k == 0 ? 5 : 5 * second;
                for (int i = 0; i < n * n; i++) {
                    w[i] += s * u[k * n + i / n] * v[k * n + i % n];
                }
            }
            store.get("w").value().copyFrom(w);
            assertEquals(5, largest(store, p).getFirst(), 1e-5);
            assertEquals(5, new SpectralNorm(store, LIMIT).project().largest(), 5e-4);
            assertTrue(largest(store, p).getFirst() <= ALLOWED);
        }
    }

    private double[] orthogonal(int n) {
        double[] q = new double[n * n];
        Arrays.setAll(q, i -> random.nextDouble(-1, 1));
        for (int k = 0; k < n; k++) {
            for (int pass = 0; pass < 2; pass++) {
                for (int j = 0; j < k; j++) {
                    double inner = 0;
                    for (int i = 0; i < n; i++) {
                        inner += q[k * n + i] * q[j * n + i];
                    }
                    for (int i = 0; i < n; i++) {
                        q[k * n + i] -= inner * q[j * n + i];
                    }
                }
            }
            double length = 0;
            for (int i = 0; i < n; i++) {
                length += q[k * n + i] * q[k * n + i];
            }
            for (int i = 0; i < n; i++) {
                q[k * n + i] /= Math.sqrt(length);
            }
        }
        return q;
    }

    /** Updates that push single directions up, another one every few steps, as training does. */
    @Test
    void keepsToTheLimitWhileTheLargestDirectionChanges() {
        int n = 24;
        Parameter p = weight("w", n, n);
        try (ParameterStore store = store(p)) {
            fill(store, 0.5);
            SpectralNorm norm = new SpectralNorm(store, LIMIT);
            double[] u = orthogonal(n);
            double[] v = orthogonal(n);
            for (int step = 0; step < 120; step++) {
                int k = step / 10;
                double[] w = store.get("w").value().toDoubles();
                for (int i = 0; i < n * n; i++) {
                    w[i] += 0.05 * u[k * n + i / n] * v[k * n + i % n];
                }
                store.get("w").value().copyFrom(w);
                norm.project();
                double sigma = largest(store, p).getFirst();
                assertTrue(sigma <= ALLOWED, "step " + step + ": " + sigma);
            }
        }
    }

    @Test
    void resumesBitForBit() {
        Parameter p = weight("w", 33, 21);
        Parameter q = weight("v", 2, 5, 8);
        try (ParameterStore straight = store(p, q);
                ParameterStore resumed = store(p, q)) {
            fill(straight, 2);
            SpectralNorm norm = new SpectralNorm(straight, LIMIT);
            norm.project();
            norm.project();
            resumed.values().copyFrom(straight.values());
            SpectralNorm again = new SpectralNorm(resumed, LIMIT);
            again.restore(norm.vectors());
            for (ParameterStore store : List.of(straight, resumed)) {
                double[] w = store.values().toDoubles();
                Arrays.setAll(w, i -> w[i] * (1.3 + 0.1 * Math.sin(i)));
                store.values().copyFrom(w);
            }
            assertEquals(norm.project(), again.project());
            assertArrayEquals(straight.values().toDoubles(), resumed.values().toDoubles());
            assertArrayEquals(norm.vectors(), again.vectors());
            assertEquals(21 + 2 * 8, norm.vectors().length);
            assertThrows(IllegalArgumentException.class, () -> again.restore(new double[3]));
        }
    }

    @Test
    void whatIsNotANumberShowsAndDoesNotSpread() {
        Parameter p = weight("w", 4, 4);
        Parameter q = weight("v", 4, 4);
        try (ParameterStore store = store(p, q)) {
            fill(store, 4);
            double[] w = store.get("w").value().toDoubles();
            w[5] = Double.NaN;
            store.get("w").value().copyFrom(w);
            SpectralNorm norm = new SpectralNorm(store, LIMIT);
            assertEquals(Double.NaN, norm.project().largest());
            assertArrayEquals(w, store.get("w").value().toDoubles());
            assertTrue(largest(store, q).getFirst() <= ALLOWED);
            assertTrue(Arrays.stream(norm.vectors()).allMatch(Double::isFinite));
        }
    }

    @Test
    void weightsAreClippedWhereItApplies() {
        Parameter bias = new Parameter("bias", new long[] {5}, false);
        Parameter scale = new Parameter("norm", new long[] {5}, false);
        Parameter fixed = weight("fixed", 3, 3);
        Parameter w = weight("w", 9, 5);
        try (ParameterStore store = store(bias, scale, fixed, w)) {
            fill(store, 1);
            store.setTrainable(name -> !name.equals("fixed"));
            List<double[]> before = new ArrayList<>();
            store.parameters()
                    .forEach(p -> before.add(store.get(p.name()).value().toDoubles()));
            new WeightClip(store, 0.25, name -> !name.equals("norm")).apply();
            for (int k = 0; k < before.size(); k++) {
                String name = store.parameters().get(k).name();
                double[] expected = before.get(k);
                if (name.equals("bias") || name.equals("w")) {
                    for (int i = 0; i < expected.length; i++) {
                        expected[i] = expected[i] > 0.25 ? 0.25 : expected[i] < -0.25 ? -0.25 : expected[i];
                    }
                }
                assertArrayEquals(expected, store.get(name).value().toDoubles(), name);
            }
            assertThrows(IllegalArgumentException.class, () -> new WeightClip(store, 0));
        }
    }
}
