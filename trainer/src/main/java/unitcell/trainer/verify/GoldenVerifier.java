package unitcell.trainer.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.io.SafeTensorsFile;
import unitcell.engine.io.StoredType;
import unitcell.engine.kernel.EquivariantNorm;

/**
 * Compares the project with reference vectors made by the original EquiformerV2, e3nn and PyTorch in float64.
 *
 * <p>The float64 oracle, and float64 kernels of the device if it has its own, must agree within 1e-9 (modules) or 1e-8
 * (whole models). The device's float32 kernels must agree
 * within 1e-5 forward and 3e-4 backward, or twice what scalar float32 kernels lose on the same numbers, whichever is
 * larger.
 */
public final class GoldenVerifier {
    private static final double MODULE_BOUND = 1e-9;
    private static final double MODEL_BOUND = 1e-8;
    private static final double FORWARD_BOUND = 1e-5;
    private static final double BACKWARD_BOUND = 3e-4;

    private final Device oracle;
    private final Device device;
    private final CheckReport report;
    /** Whether the device has float64 kernels that are not the oracle's. */
    private final boolean wide;

    /**
     * @param oracle scalar kernels in both element types
     * @param device the device whose kernels are checked
     */
    public GoldenVerifier(Device oracle, Device device, CheckReport report) {
        this.oracle = oracle;
        this.device = device;
        this.report = report;
        this.wide = KernelVerifier.hasOwn(device, DType.F64, oracle);
    }

    /**
     * Checks every reference file of a folder.
     *
     * @return number of files that were checked
     * @throws IOException if the folder or a file cannot be read, or holds a kind of file that is not known
     */
    public int verify(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> listing = Files.list(folder)) {
            files = listing.sorted().toList();
        }
        int checked = 0;
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (name.endsWith("_meta.json")) {
                verifyModel(folder, name.substring(0, name.length() - "_meta.json".length()));
                checked++;
            } else if (name.endsWith(".safetensors") && !isPartOfModel(folder, name)) {
                verifyModule(file, name);
                checked++;
            }
        }
        return checked;
    }

    private static boolean isPartOfModel(Path folder, String name) {
        for (String suffix : new String[] {"_io.safetensors", "_weights.safetensors", "_weight_grads.safetensors"}) {
            if (name.endsWith(suffix)
                    && Files.exists(
                            folder.resolve(name.substring(0, name.length() - suffix.length()) + "_meta.json"))) {
                return true;
            }
        }
        return false;
    }

    private void verifyModule(Path path, String name) throws IOException {
        try (SafeTensorsFile file = SafeTensorsFile.open(path)) {
            if (name.startsWith("a_spherical_harmonics")) {
                compare(name, GoldenMathematics.sphericalHarmonics(file), file);
            } else if (name.startsWith("b_wigner")) {
                compare(name, GoldenMathematics.wigner(file), file);
            } else if (name.startsWith("b_edge_frames")) {
                compare(name, GoldenMathematics.edgeFrames(file), file);
            } else {
                compare(name, moduleCase(path, name), file);
            }
        }
    }

    private static GoldenCase moduleCase(Path path, String name) throws IOException {
        if (name.startsWith("d_so2conv_")) {
            return GoldenEdgeLayers::so2Convolution;
        } else if (name.startsWith("d_s2act_")) {
            return GoldenEdgeLayers::s2Activation;
        } else if (name.startsWith("d_gate_act_")) {
            return GoldenEdgeLayers::gateActivation;
        } else if (name.startsWith("d_layer_norm_sh_")) {
            return norm(EquivariantNorm.LAYER_NORM_SH);
        } else if (name.startsWith("d_layer_norm_")) {
            return norm(EquivariantNorm.LAYER_NORM);
        } else if (name.startsWith("d_rms_norm_sh_")) {
            return norm(EquivariantNorm.RMS_NORM_SH);
        } else if (name.startsWith("d_gaussian_smearing")) {
            return GoldenLayers::gaussianSmearing;
        } else if (name.startsWith("d_gaussian_rbf_layer_learnable")) {
            return GoldenLayers::gaussianRadialBasis;
        } else if (name.startsWith("d_radial_function")) {
            return GoldenLayers::radialFunction;
        } else if (name.startsWith("d_so3_linear_")) {
            return GoldenLayers::so3Linear;
        } else if (name.startsWith("d_ffn_")) {
            return GoldenLayers::feedForward;
        } else if (name.startsWith("d_pointwise_and_softmax")) {
            return GoldenLayers::pointwiseAndSoftmax;
        } else if (name.startsWith("e_adamw")) {
            return GoldenOptimiser::adamW;
        }
        throw new IOException(
                path + ": unknown kind of reference file; expected a name starting with a_, b_, d_ or e_ as"
                        + " the reference files' description lists, or a model's _meta.json beside it");
    }

    private static GoldenCase norm(EquivariantNorm kind) {
        return (device, dtype, file) -> GoldenLayers.norm(kind, device, dtype, file);
    }

    /** Mathematics has one implementation, in float64. */
    private void compare(String name, Map<String, double[]> found, SafeTensorsFile file) throws IOException {
        for (var entry : found.entrySet()) {
            double error = Check.relativeError(entry.getValue(), file.doubles(entry.getKey()));
            report.add(new Check(name, entry.getKey(), "float64", error, MODULE_BOUND));
        }
    }

    private void compare(String name, GoldenCase golden, SafeTensorsFile file) throws IOException {
        Map<String, double[]> exact = golden.run(oracle, DType.F64, file);
        Map<String, double[]> plain = golden.run(oracle, DType.F32, file);
        Map<String, double[]> fast = golden.run(device, DType.F32, file);
        Map<String, double[]> own = wide ? golden.run(device, DType.F64, file) : Map.of();
        for (String key : exact.keySet()) {
            double[] reference = file.doubles(key);
            add(name, key, reference, exact.get(key), plain.get(key), fast.get(key), MODULE_BOUND);
            addWide(name, key, reference, own.get(key), MODULE_BOUND);
        }
    }

    private void add(
            String subject,
            String key,
            double[] reference,
            double[] exact,
            double[] plain,
            double[] fast,
            double exactBound) {
        report.add(new Check(subject, key, "scalar float64", error(exact, reference), exactBound));
        double base = key.contains("grad") || key.startsWith("gw.") ? BACKWARD_BOUND : FORWARD_BOUND;
        double bound = Math.max(base, 2 * error(plain, reference));
        report.add(new Check(subject, key, device.name() + " float32", error(fast, reference), bound));
    }

    /** A row for the device's own float64 kernels, if it has any. */
    private void addWide(String subject, String key, double[] reference, double[] own, double bound) {
        if (wide) {
            report.add(new Check(subject, key, device.name() + " float64", error(own, reference), bound));
        }
    }

    private static double[] reference(SafeTensorsFile file, String key) throws IOException {
        return file.type(key) == StoredType.I64
                ? Arrays.stream(file.longs(key)).asDoubleStream().toArray()
                : file.doubles(key);
    }

    /** References of the first edges only are compared with as many rows. */
    private static double error(double[] found, double[] reference) {
        double[] same = found.length > reference.length ? Arrays.copyOf(found, reference.length) : found;
        return Check.relativeError(same, reference);
    }

    private void verifyModel(Path folder, String name) throws IOException {
        try (SafeTensorsFile weights = SafeTensorsFile.open(folder.resolve(name + "_weights.safetensors"));
                SafeTensorsFile gradients = SafeTensorsFile.open(folder.resolve(name + "_weight_grads.safetensors"));
                SafeTensorsFile io = SafeTensorsFile.open(folder.resolve(name + "_io.safetensors"))) {
            GoldenModel model = GoldenModel.open(folder.resolve(name + "_meta.json"), weights, io);
            GoldenModel.Result exact = model.run(oracle, DType.F64, false);
            GoldenModel.Result plain = model.run(oracle, DType.F32, false);
            GoldenModel.Result fast = model.run(device, DType.F32, false);
            GoldenModel.Result own = wide ? model.run(device, DType.F64, false) : exact;
            for (String key : exact.values().keySet()) {
                if (io.contains(key)) {
                    double[] reference = reference(io, key);
                    add(
                            name,
                            key,
                            reference,
                            exact.values().get(key),
                            plain.values().get(key),
                            fast.values().get(key),
                            MODEL_BOUND);
                    addWide(name, key, reference, own.values().get(key), MODEL_BOUND);
                }
            }
            compareWeightGradients(name, gradients, exact, plain, fast, own);
            add(
                    name,
                    "grad_pos_full",
                    io.doubles("grad_pos_full"),
                    exact.positionGradient(),
                    plain.positionGradient(),
                    fast.positionGradient(),
                    MODEL_BOUND);
            addWide(name, "grad_pos_full", io.doubles("grad_pos_full"), own.positionGradient(), MODEL_BOUND);
            add(
                    name,
                    "grad_pos_detached",
                    io.doubles("grad_pos_detached"),
                    model.run(oracle, DType.F64, true).positionGradient(),
                    model.run(oracle, DType.F32, true).positionGradient(),
                    model.run(device, DType.F32, true).positionGradient(),
                    MODEL_BOUND);
        }
    }

    private void compareWeightGradients(
            String name,
            SafeTensorsFile gradients,
            GoldenModel.Result exact,
            GoldenModel.Result plain,
            GoldenModel.Result fast,
            GoldenModel.Result own)
            throws IOException {
        for (String parameter : exact.weightGradients().keySet()) {
            double[] reference = gradients.doubles(parameter);
            add(
                    name,
                    "grad " + parameter,
                    reference,
                    exact.weightGradients().get(parameter),
                    plain.weightGradients().get(parameter),
                    fast.weightGradients().get(parameter),
                    MODEL_BOUND);
            addWide(name, "grad " + parameter, reference, own.weightGradients().get(parameter), MODEL_BOUND);
        }
    }
}
