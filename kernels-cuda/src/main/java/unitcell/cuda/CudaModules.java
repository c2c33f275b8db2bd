package unitcell.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import unitcell.engine.DeviceException;

/**
 * The compiled kernel files, loaded one by one when a kernel of theirs is first launched. Each exists in two forms: a
 * fatbin, with machine code for several architectures; and PTX text for all others, its header lowered so that drivers
 * older than the compiler take it as well.
 *
 * <p>Memory convention: modules belong to the device's primary context and are unloaded by {@link #close}.
 */
final class CudaModules implements AutoCloseable {
    /** A file to load in place of all built images: what the emulator lists where there is no nvcc. */
    static final String REPLACEMENT = "unitcell.cuda.module";
    /** Names the form to load, {@code fatbin} or {@code ptx}; without it, the fatbin where the driver takes it. */
    static final String IMAGE = "unitcell.cuda.image";

    private static final String FATBIN = "fatbin";
    private static final String PTX = "ptx";

    private final Map<String, Loaded> modules = new TreeMap<>();

    /**
     * A module in the device.
     *
     * @param image which form was loaded and why, in one line
     */
    record Loaded(CUmodule module, String image) {}

    /** Whether this build carries compiled kernels, or a replacement was named. */
    static boolean built() {
        return System.getProperty(REPLACEMENT) != null || CudaModules.class.getResource("pointwise.ptx") != null;
    }

    /** A kernel of a kernel file. */
    CUfunction function(String family, String name) {
        CUfunction function = new CUfunction();
        int status = JCudaDriver.cuModuleGetFunction(function, load(family).module, name);
        if (status != 0) {
            throw CudaException.of(status, "looking for kernel " + name + " in the compiled kernel file " + family);
        }
        return function;
    }

    /** The module of a kernel file. */
    Loaded load(String family) {
        return modules.computeIfAbsent(family, CudaModules::loadImage);
    }

    private static Loaded loadImage(String family) {
        String replacement = System.getProperty(REPLACEMENT);
        if (replacement != null) {
            return new Loaded(checked(family, text(read(Path.of(replacement)))), replacement);
        }
        String wanted = System.getProperty(IMAGE, "");
        return switch (wanted) {
            case FATBIN -> fatbin(family, false);
            case PTX -> ptx(family, "named by " + IMAGE);
            case "" -> fatbin(family, true);
            default ->
                throw new IllegalArgumentException(IMAGE + " is '" + wanted + "'; expected " + FATBIN + " or " + PTX);
        };
    }

    /** @param orPtx whether the PTX text may be loaded in its place */
    private static Loaded fatbin(String family, boolean orPtx) {
        byte[] fatbin = resource(family + ".fatbin");
        if (fatbin == null) {
            return ptx(family, "no fatbin was built");
        }
        CUmodule module = new CUmodule();
        int status = JCudaDriver.cuModuleLoadData(module, fatbin);
        if (status == 0) {
            return new Loaded(module, FATBIN);
        }
        if (!orPtx || !another(status)) {
            throw CudaException.of(status, "loading the compiled kernel file " + family + ".fatbin");
        }
        return ptx(family, "the driver refused the fatbin: " + CUresult.stringFor(status));
    }

    private static Loaded ptx(String family, String reason) {
        byte[] ptx = resource(family + ".ptx");
        if (ptx == null) {
            throw new DeviceException("this build carries no compiled kernel file " + family
                    + " (nvcc was not found when it was built): build with the CUDA toolkit, or choose --device cpu");
        }
        return new Loaded(checked(family, text(ptx)), "PTX, compiled by the driver; " + reason);
    }

    /** Names of the kernel files of this build; none where nvcc was not found. */
    static List<String> families() {
        byte[] names = resource("kernel-files.txt");
        return names == null
                ? List.of()
                : new String(names, java.nio.charset.StandardCharsets.UTF_8)
                        .lines()
                        .toList();
    }

    /** Loads a kernel file in one form and unloads it; returns the status of loading. */
    static int attempt(String family, boolean asPtx) {
        byte[] image = asPtx ? resource(family + ".ptx") : resource(family + ".fatbin");
        if (image == null) {
            return CUresult.CUDA_ERROR_FILE_NOT_FOUND;
        }
        CUmodule module = new CUmodule();
        int status = JCudaDriver.cuModuleLoadData(module, asPtx ? text(image) : image);
        return status == 0 ? JCudaDriver.cuModuleUnload(module) : status;
    }

    /**
     * Whether another form of the same kernels may succeed: no code for this GPU, PTX newer than the driver, or a
     * compression that it does not know.
     */
    private static boolean another(int status) {
        return status == CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU
                || status == CUresult.CUDA_ERROR_INVALID_IMAGE
                || status == CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION
                || status == CUresult.CUDA_ERROR_INVALID_PTX;
    }

    private static CUmodule checked(String family, byte[] ptx) {
        CUmodule module = new CUmodule();
        int status = JCudaDriver.cuModuleLoadData(module, ptx);
        if (status == CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION) {
            throw new CudaException(
                    status,
                    "the NVIDIA driver is too old for these kernels: it refuses PTX of version " + version(ptx) + " ("
                            + family + "); install driver 525 or newer, or choose --device cpu");
        }
        CudaException.check(status, "loading the PTX of kernel file " + family);
        return module;
    }

    private static String version(byte[] ptx) {
        String head = new String(ptx, 0, Math.min(ptx.length, 4096), java.nio.charset.StandardCharsets.US_ASCII);
        return head.lines()
                .filter(line -> line.startsWith(".version"))
                .map(line -> line.substring(".version".length()).strip())
                .findFirst()
                .orElse("unknown");
    }

    /** PTX text ends in a zero byte for the driver. */
    private static byte[] text(byte[] ptx) {
        return Arrays.copyOf(ptx, ptx.length + 1);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new DeviceException("-D" + REPLACEMENT + "=" + file + " cannot be read: " + e, e);
        }
    }

    private static byte[] resource(String name) {
        try (InputStream in = CudaModules.class.getResourceAsStream(name)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new DeviceException("the compiled kernel file " + name + " cannot be read: " + e, e);
        }
    }

    /** Which form of each kernel file is loaded so far. */
    Map<String, String> images() {
        Map<String, String> out = new TreeMap<>();
        modules.forEach((family, loaded) -> out.put(family, loaded.image));
        return out;
    }

    @Override
    public void close() {
        modules.forEach((family, loaded) ->
                CudaException.check(JCudaDriver.cuModuleUnload(loaded.module), "unloading the kernel file " + family));
        modules.clear();
    }
}
