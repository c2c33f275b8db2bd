package unitcell.tests.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.DeviceException;
import unitcell.engine.Devices;
import unitcell.engine.Precision;
import unitcell.engine.Tensor;
import unitcell.engine.kernel.Matrix;
import unitcell.engine.memory.Scope;

/** All ways to multiply matrices on a GPU, cuBLAS being a stand-in of plain loops, against the specification. */
class GemmProvidersTest {
    private static final String CHOICE = "unitcell.cuda.gemm";
    private static final String CUBLAS = "unitcell.cublas.library";

    private final String kept = System.getProperty(CHOICE);
    private final String library = System.getProperty(CUBLAS);

    @AfterEach
    void restore() {
        set(CHOICE, kept);
        set(CUBLAS, library);
    }

    private static void set(String property, String value) {
        if (value == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, value);
        }
    }

    private void requireCublas() {
        Emulator.required();
        Assumptions.assumeTrue(
                library != null && Files.isReadable(Path.of(library)), "the stand-in for cuBLAS was not built");
    }

    /** Products of all four forms, with strides and with something to add to; each with 5 and with no terms in a sum. */
    private static double[] products(Device device, DType dtype) {
        Random random = new Random(5);
        double[] all = new double[2 * 4 * 7 * 20];
        try (Scope scope = new Scope(device.pool(), "test")) {
            for (int form = 0; form < 8; form++) {
                boolean empty = form >= 4;
                Tensor a = random(scope, dtype, random, 12, 12);
                Tensor b = random(scope, dtype, random, 20, 20);
                Tensor c = random(scope, dtype, random, 7, 20);
                boolean turnedLeft = form % 2 == 1;
                boolean turnedRight = form / 2 % 2 == 1;
                // A tensor without elements has rows of length zero.
                Matrix left = new Matrix(a, 3, 7, empty ? 0 : 5, empty && !turnedLeft ? 0 : 12, turnedLeft);
                Matrix right = new Matrix(b, 0, empty ? 0 : 5, 19, empty && turnedRight ? 0 : 20, turnedRight);
                device.kernels(dtype).dense().gemm(1.5, left, right, -0.5, new Matrix(c, 1, 7, 19, 20, false));
                System.arraycopy(c.toDoubles(), 0, all, form * 140, 140);
            }
        }
        return all;
    }

    private static Tensor random(Scope scope, DType dtype, Random random, int rows, int columns) {
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return scope.of(dtype, values, rows, columns);
    }

    @ParameterizedTest
    @CsvSource({"tiled, own tiled kernel", "cublas, through java.lang.foreign", "jcublas, through JCublas"})
    void givesTheProduct(String choice, String description) {
        requireCublas();
        System.setProperty(CHOICE, choice);
        try (Device exact = Devices.open("cpu-scalar", 1);
                Device device = Devices.open("cuda", 1)) {
            assertTrue(device.description().contains(description), device.description());
            double[] expected = products(exact, DType.F64);
            assertArrayEquals(expected, products(device, DType.F32), 1e-4);
            assertArrayEquals(expected, products(device, DType.F64), 1e-12);
        }
    }

    @Test
    void choosesJcublasWhereItLoads() {
        requireCublas();
        System.clearProperty(CHOICE);
        try (Device device = Devices.choose("cuda", 1, Precision.TF32).device()) {
            assertTrue(device.description().contains("cuBLAS 12.6.5 through JCublas, tf32"), device.description());
        }
    }

    @Test
    void saysWhatCannotBeUsed() {
        Emulator.required();
        System.setProperty(CHOICE, "cublas");
        System.setProperty(CUBLAS, "/no/libcublas.so.13");
        DeviceException e = assertThrows(DeviceException.class, () -> Devices.open("cuda", 1));
        assertTrue(e.getMessage().contains("/no/libcublas.so.13 cannot be loaded"), e.getMessage());
        System.setProperty(CHOICE, "tiled");
        e = assertThrows(DeviceException.class, () -> Devices.choose("cuda", 1, Precision.TF32));
        assertTrue(e.getMessage().startsWith("precision tf32 needs cuBLAS"), e.getMessage());
    }
}
