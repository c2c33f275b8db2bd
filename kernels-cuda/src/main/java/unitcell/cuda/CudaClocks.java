package unitcell.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.JCudaDriver;

/**
 * At which rates a GPU may run, by the driver, with the bandwidth and the float32 rate that follow; and at which it runs
 * just now, by {@code nvidia-smi} where that is installed. A kernel's time says little without them: clocks fall with
 * temperature and power.
 */
final class CudaClocks {
    private static final long SMI_SECONDS = 10;
    /** What nvidia-smi is asked for, under its own names. */
    private static final List<String> SMI = List.of(
            "clocks.sm",
            "clocks.mem",
            "clocks.max.sm",
            "clocks.max.mem",
            "temperature.gpu",
            "power.draw",
            "driver_version");

    private CudaClocks() {}

    /** One line of the driver, and one of nvidia-smi where it is installed. */
    static List<String> lines(CUdevice device) {
        List<String> lines = new ArrayList<>();
        lines.add(rated(device));
        String bus = busId(device);
        if (!bus.isEmpty()) {
            lines.addAll(smi(bus));
        }
        return lines;
    }

    /** An attribute, 0 where the driver does not tell it. */
    static int attribute(CUdevice device, int attribute) {
        int[] value = new int[1];
        return JCudaDriver.cuDeviceGetAttribute(value, attribute, device) == 0 ? value[0] : 0;
    }

    private static String rated(CUdevice device) {
        double clock = 1e3 * attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CLOCK_RATE);
        double memory = 1e3 * attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE);
        int bits = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH);
        int cache = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
        int processors = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
        int major = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
        int minor = attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        return String.format(
                Locale.ROOT,
                "clocks: multiprocessors up to %.0f MHz (%.1f TFLOP/s float32), memory %.0f MHz x 2 x %d bits (%.0f GB/s),"
                        + " level-2 cache %.1f MiB",
                clock / 1e6,
                2 * clock * processors * lanes(major, minor) / 1e12,
                memory / 1e6,
                bits,
                2 * memory * bits / 8 / 1e9,
                cache / 1048576.0);
    }

    /** Float32 multiply-adds of a multiprocessor in a clock (CUDA C++ Programming Guide, "Arithmetic Instructions"). */
    static int lanes(int major, int minor) {
        return major == 8 && minor == 0 ? 64 : 128;
    }

    private static String busId(CUdevice device) {
        String[] bus = new String[1];
        int status = JCudaDriver.cuDeviceGetPCIBusId(bus, 32, device);
        return status != 0 || bus[0] == null ? "" : bus[0].strip();
    }

    private static List<String> smi(String bus) {
        Process process;
        try {
            process = new ProcessBuilder(
                            "nvidia-smi", "-i", bus, "--query-gpu=" + String.join(",", SMI), "--format=csv,noheader")
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException absent) {
            return List.of();
        }
        try {
            process.getOutputStream().close();
            if (!process.waitFor(SMI_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return List.of("nvidia-smi: no answer within " + SMI_SECONDS + " s");
            }
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return List.of("nvidia-smi: " + named(answer.strip()));
        } catch (IOException e) {
            return List.of("nvidia-smi: " + e.getMessage());
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    /** Each value with its name; an answer of another form, as an error, as it is. */
    static String named(String answer) {
        String[] values = answer.split(",");
        if (values.length != SMI.size()) {
            return answer.replaceAll("\\s+", " ");
        }
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            parts.add(SMI.get(i) + " " + values[i].strip());
        }
        return String.join(", ", parts);
    }
}
