package unitcell.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import jcuda.JCudaVersion;
import jcuda.driver.CUresult;
import unitcell.engine.DeviceException;
import unitcell.engine.DeviceProvider.Requirement;
import unitcell.engine.Precision;

/**
 * Looks at each thing that the CUDA backend needs of a machine by itself, so that a machine where something does not work
 * says what: the driver and its functions, each compiled kernel file in both forms, each way of multiplying matrices.
 *
 * <p>Memory convention: what it loads is unloaded again; the driver's library stays loaded.
 */
final class CudaInspection {
    /** The functions of the driver that this backend calls, under JCuda's names; a test compares them with the classes. */
    static final Set<String> CALLED = Set.of(
            "cuCtxSetCurrent",
            "cuDeviceGet",
            "cuDeviceGetAttribute",
            "cuDeviceGetName",
            "cuDeviceGetPCIBusId",
            "cuDevicePrimaryCtxRelease",
            "cuDevicePrimaryCtxRetain",
            "cuDeviceTotalMem",
            "cuDriverGetVersion",
            "cuEventCreate",
            "cuEventDestroy",
            "cuEventElapsedTime",
            "cuEventRecord",
            "cuEventSynchronize",
            "cuFuncSetAttribute",
            "cuInit",
            "cuLaunchKernel",
            "cuMemAlloc",
            "cuMemAllocHost",
            "cuMemFree",
            "cuMemFreeHost",
            "cuMemGetInfo",
            "cuMemcpyDtoDAsync",
            "cuMemcpyDtoHAsync",
            "cuMemcpyHtoDAsync",
            "cuMemsetD8Async",
            "cuModuleGetFunction",
            "cuModuleLoadData",
            "cuModuleUnload",
            "cuStreamCreate",
            "cuStreamDestroy",
            "cuStreamSynchronize");

    private final List<Requirement> findings = new ArrayList<>();

    private CudaInspection() {}

    /** Everything, as far as the machine lets one look. */
    static List<Requirement> of(CudaDeviceProvider provider, int index) {
        CudaInspection inspection = new CudaInspection();
        if (inspection.library()) {
            inspection.functions();
        }
        var found = provider.probe(index);
        inspection.add("device cuda:" + index, found.usable(), found.reason());
        if (found.usable()) {
            inspection.device(index);
        }
        return inspection.findings;
    }

    private void add(String subject, boolean passed, String found) {
        findings.add(new Requirement(subject, passed, found));
    }

    private boolean library() {
        String library = NativeLibraries.driver();
        if (CudaDriver.find(library).isEmpty()) {
            add("driver library", false, library + " cannot be loaded: is the NVIDIA driver installed?");
            return false;
        }
        add("driver library", true, library + mapped());
        return true;
    }

    /** The file behind the library, whose name often ends in the driver's version. */
    private static String mapped() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains("libcuda.so"))
                    .map(line -> line.substring(line.indexOf('/')))
                    .findFirst()
                    .map(file -> ", " + file)
                    .orElse("");
        } catch (IOException | java.io.UncheckedIOException e) {
            return ", whose file cannot be told: " + e.getMessage();
        }
    }

    /** JCuda binds a function when it is first called; one that the driver lacks then ends the process. */
    private void functions() {
        String name = "/lib/libJCudaDriver-" + JCudaVersion.get() + "-linux-x86_64.so";
        byte[] jcuda;
        try (InputStream in = CudaInspection.class.getResourceAsStream(name)) {
            if (in == null) {
                add("JCuda's functions", false, "this build carries no " + name);
                return;
            }
            jcuda = in.readAllBytes();
        } catch (IOException e) {
            add("JCuda's functions", false, name + " cannot be read: " + e);
            return;
        }
        Set<String> wanted = ElfSymbols.undefined(jcuda, "cu");
        SymbolLookup driver = SymbolLookup.libraryLookup(NativeLibraries.driver(), Arena.global());
        Set<String> missing = new TreeSet<>(wanted);
        missing.removeIf(function -> driver.find(function).isPresent());
        boolean needed =
                missing.stream().map(f -> f.replaceFirst("_v[0-9]+$", "")).anyMatch(CALLED::contains);
        add(
                "JCuda's functions",
                !needed,
                "the driver has " + (wanted.size() - missing.size()) + " of the " + wanted.size() + " that JCuda "
                        + JCudaVersion.get() + " binds"
                        + (missing.isEmpty()
                                ? ""
                                : ", not " + String.join(", ", missing)
                                        + (needed ? "" : " (none of which this program calls)")));
    }

    private void device(int index) {
        try (CudaDevice device = CudaDevice.open(index, Precision.FP32)) {
            add("description", true, device.description());
            device.clocks().forEach(line -> add("rates", true, line));
            images();
            device.ways().forEach((way, found) -> add("products by " + way, true, found));
            add(
                    "profilers",
                    true,
                    Nvtx.open(null, System.getenv(NvtxInjection.VARIABLE)).description());
        } catch (DeviceException e) {
            add("device cuda:" + index, false, e.getMessage());
        }
    }

    private void images() {
        String replacement = System.getProperty(CudaModules.REPLACEMENT);
        if (replacement != null) {
            add("kernel files", true, "not looked at: " + replacement + " is loaded in place of all");
            return;
        }
        List<String> families = CudaModules.families();
        if (families.isEmpty()) {
            add("kernel files", false, "this build carries none (nvcc was not found when it was built)");
        }
        for (String family : families) {
            image(family, false, "machine code in " + family + ".fatbin");
            image(family, true, "text in " + family + ".ptx");
        }
    }

    private void image(String family, boolean ptx, String subject) {
        long begin = System.nanoTime();
        int status = CudaModules.attempt(family, ptx);
        double milliseconds = (System.nanoTime() - begin) / 1e6;
        add(
                subject,
                status == CUresult.CUDA_SUCCESS,
                status == CUresult.CUDA_SUCCESS
                        ? String.format(Locale.ROOT, "loaded in %.1f ms", milliseconds)
                        : CUresult.stringFor(status) + " (" + status + ")");
    }
}
