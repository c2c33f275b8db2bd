package unitcell.trainer.verify;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import unitcell.engine.io.SafeTensorsFile;
import unitcell.engine.so3.EdgeFrame;
import unitcell.engine.so3.SphericalHarmonics;
import unitcell.engine.so3.SphericalHarmonics.Normalization;
import unitcell.engine.so3.WignerD;
import unitcell.engine.so3.WignerJ;

/** Reference files of the mathematics of rotations, recomputed in float64; any degrees the file holds. */
final class GoldenMathematics {
    /** The length at which the file's gradients are taken. */
    private static final double GRADIENT_LENGTH = 1.7;

    private GoldenMathematics() {}

    static Map<String, double[]> sphericalHarmonics(SafeTensorsFile file) throws IOException {
        Map<String, double[]> out = new LinkedHashMap<>();
        double[] vectors = file.doubles("vec");
        int count = vectors.length / 3;
        for (Normalization normalization : Normalization.values()) {
            String suffix = "_" + normalization.name().toLowerCase(Locale.ROOT);
            for (int l = 0; file.contains("Y" + l + suffix); l++) {
                SphericalHarmonics harmonics = new SphericalHarmonics(l, normalization);
                int width = 2 * l + 1;
                double[] values = new double[count * width];
                for (int i = 0; i < count; i++) {
                    double[] all = harmonics.values(vectors[3 * i], vectors[3 * i + 1], vectors[3 * i + 2]);
                    System.arraycopy(all, l * l, values, i * width, width);
                }
                out.put("Y" + l + suffix, values);
            }
        }
        for (int l = 0; file.contains("gradvec" + l); l++) {
            out.put("gradvec" + l, gradients(file, l, vectors, count));
        }
        return out;
    }

    private static double[] gradients(SafeTensorsFile file, int l, double[] vectors, int count) throws IOException {
        SphericalHarmonics harmonics = new SphericalHarmonics(l, Normalization.COMPONENT);
        double[] coefficients = file.doubles("gradcoef" + l);
        int width = 2 * l + 1;
        double[] out = new double[3 * count];
        for (int i = 0; i < count; i++) {
            double[] cotangent = new double[(l + 1) * (l + 1)];
            System.arraycopy(coefficients, i * width, cotangent, l * l, width);
            double[] g = harmonics.gradient(
                    GRADIENT_LENGTH * vectors[3 * i],
                    GRADIENT_LENGTH * vectors[3 * i + 1],
                    GRADIENT_LENGTH * vectors[3 * i + 2],
                    cotangent);
            System.arraycopy(g, 0, out, 3 * i, 3);
        }
        return out;
    }

    static Map<String, double[]> wigner(SafeTensorsFile file) throws IOException {
        Map<String, double[]> out = new LinkedHashMap<>();
        double[] rotations = file.doubles("R");
        double[] alpha = file.doubles("alpha");
        double[] beta = file.doubles("beta");
        double[] gamma = file.doubles("gamma");
        int count = rotations.length / 9;
        int lmax = -1;
        for (int l = 0; file.contains("Jd" + l); l++) {
            lmax = l;
            out.put("Jd" + l, WignerJ.matrix(l));
        }
        for (int l = 0; l <= lmax; l++) {
            int width = 2 * l + 1;
            double[] fromMatrix = new double[count * width * width];
            double[] fromAngles = new double[count * width * width];
            for (int i = 0; i < count; i++) {
                double[] packed = new double[WignerD.packedSize(lmax)];
                WignerD.fromRotation(rotations, 9 * i, lmax, packed, 0);
                System.arraycopy(WignerD.block(packed, l), 0, fromMatrix, i * width * width, width * width);
                WignerD.fromEuler(alpha[i], beta[i], gamma[i], lmax, packed);
                System.arraycopy(WignerD.block(packed, l), 0, fromAngles, i * width * width, width * width);
            }
            out.put("D" + l + "_e3nn", fromMatrix);
            out.put("D" + l + "_eqv2_Jd", fromAngles);
        }
        out.put("D_block_eqv2_from_matrix", dense(rotations, lmax));
        return out;
    }

    private static double[] dense(double[] rotations, int lmax) {
        int count = rotations.length / 9;
        int k = (lmax + 1) * (lmax + 1);
        double[] out = new double[count * k * k];
        for (int i = 0; i < count; i++) {
            double[] packed = new double[WignerD.packedSize(lmax)];
            WignerD.fromRotation(rotations, 9 * i, lmax, packed, 0);
            System.arraycopy(WignerD.dense(packed, lmax), 0, out, i * k * k, k * k);
        }
        return out;
    }

    static Map<String, double[]> edgeFrames(SafeTensorsFile file) throws IOException {
        Map<String, double[]> out = new LinkedHashMap<>();
        double[] vectors = file.doubles("edge_vec");
        double[] random = file.doubles("rand_like");
        int count = vectors.length / 3;
        double[] frames = new double[9 * count];
        for (int i = 0; i < count; i++) {
            EdgeFrame.reference(vectors, 3 * i, random, 3 * i, frames, 9 * i);
        }
        out.put("edge_rot_mat", frames);
        for (String name : file.names()) {
            if (name.startsWith("wigner_l0to")) {
                out.put(name, dense(frames, Integer.parseInt(name.substring("wigner_l0to".length()))));
            }
        }
        return out;
    }
}
