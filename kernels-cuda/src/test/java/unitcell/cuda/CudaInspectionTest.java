package unitcell.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.MethodRefEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import jcuda.JCudaVersion;
import org.junit.jupiter.api.Test;
import unitcell.engine.DeviceProvider.Requirement;

class CudaInspectionTest {
    @Test
    void readsWhatJCudaBinds() throws IOException {
        byte[] library;
        String name = "/lib/libJCudaDriver-" + JCudaVersion.get() + "-linux-x86_64.so";
        try (InputStream in = CudaInspectionTest.class.getResourceAsStream(name)) {
            library = in.readAllBytes();
        }
        Set<String> names = ElfSymbols.undefined(library, "cu");
        assertEquals(312, names.size());
        assertTrue(names.containsAll(List.of("cuInit", "cuMemAlloc_v2", "cuLaunchKernel")), names.toString());
        assertTrue(ElfSymbols.undefined(library, "Java_").isEmpty(), "what it defines itself is not asked of others");
        assertThrows(IllegalArgumentException.class, () -> ElfSymbols.undefined(new byte[100], "cu"));
    }

    /** The list of called functions is that of the compiled classes. */
    @Test
    void namesEveryFunctionThatIsCalled() throws Exception {
        Path classes = Path.of(CudaDevice.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolve("unitcell/cuda");
        Set<String> called = new TreeSet<>();
        try (Stream<Path> files = Files.list(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                for (var entry : ClassFile.of().parse(file).constantPool()) {
                    if (entry instanceof MethodRefEntry method
                            && method.owner().asInternalName().equals("jcuda/driver/JCudaDriver")
                            && method.name().stringValue().startsWith("cu")) {
                        called.add(method.name().stringValue());
                    }
                }
            }
        }
        assertEquals(called, new TreeSet<>(CudaInspection.CALLED));
    }

    @Test
    void saysWhatIsMissing() {
        List<Requirement> found = CudaInspection.of(new CudaDeviceProvider("libno-such-driver.so.1"), 0);
        Requirement last = found.getLast();
        assertEquals("device cuda:0", last.what());
        assertFalse(last.found());
        assertEquals("the NVIDIA driver is not installed (libno-such-driver.so.1 cannot be loaded)", last.detail());
    }

    @Test
    void namesTheNumbersOfNvidiaSmi() {
        assertEquals(
                "clocks.sm 1980 MHz, clocks.mem 2619 MHz, clocks.max.sm 1980 MHz, clocks.max.mem 2619 MHz, "
                        + "temperature.gpu 31, power.draw 70.12 W, driver_version 580.65.06",
                CudaClocks.named("1980 MHz, 2619 MHz, 1980 MHz, 2619 MHz, 31, 70.12 W, 580.65.06"));
        assertEquals("No devices were found", CudaClocks.named("No devices\n were found"));
    }
}
