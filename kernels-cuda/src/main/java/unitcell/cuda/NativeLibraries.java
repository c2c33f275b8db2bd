package unitcell.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import jcuda.driver.JCudaDriver;
import unitcell.engine.DeviceException;

/**
 * Loads JCuda's native part once, and says in one line why it cannot where it cannot.
 *
 * <p>JCuda unpacks its library to a fixed name in the temporary folder and trusts whatever it finds there, so that of
 * several JVMs that start together some load a half-written file. Here each JVM gives it a folder of its own, which is
 * removed as soon as the library is loaded.
 */
final class NativeLibraries {
    /** The driver library to use in place of the system's, as the emulator's. */
    static final String LIBRARY = "unitcell.cuda.library";

    private static final String TEMPORARY = "java.io.tmpdir";
    private static String problem;
    private static boolean tried;

    private NativeLibraries() {}

    /** The name or path of the driver library. */
    static String driver() {
        return System.getProperty(LIBRARY, "libcuda.so.1");
    }

    /**
     * Makes {@link JCudaDriver} usable.
     *
     * @throws DeviceException with the same reason at every call if it cannot be loaded
     */
    static synchronized void load() {
        if (!tried) {
            tried = true;
            problem = attempt();
        }
        if (problem != null) {
            throw new DeviceException(problem);
        }
    }

    private static String attempt() {
        try {
            if (System.getProperty(LIBRARY) != null) {
                // Loaded first under its own name libcuda.so.1, it satisfies JCuda's dependency of that name.
                System.load(Path.of(driver()).toAbsolutePath().toString());
            }
            unpacking(() -> JCudaDriver.setExceptionsEnabled(false));
            return null;
        } catch (LinkageError e) {
            return "JCuda's native library cannot be loaded: " + firstLine(e);
        }
    }

    /**
     * Runs what makes JCuda unpack and load a library, with a temporary folder of its own.
     *
     * @throws LinkageError if the library cannot be loaded
     */
    static synchronized void unpacking(Runnable load) {
        String kept = System.getProperty(TEMPORARY);
        Path folder;
        try {
            folder = Files.createTempDirectory("unitcell-jcuda");
        } catch (IOException e) {
            throw new DeviceException("JCuda's native library cannot be unpacked below " + kept + ": " + e, e);
        }
        try {
            System.setProperty(TEMPORARY, folder.toString());
            load.run();
        } finally {
            System.setProperty(TEMPORARY, kept);
            remove(folder);
        }
    }

    private static void remove(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            // Loaded all the same; what stays behind is a file that nobody will trust.
            System.Logger logger = System.getLogger(NativeLibraries.class.getName());
            logger.log(System.Logger.Level.DEBUG, "could not remove " + folder, e);
        }
    }

    /**
     * The dynamic linker's own words, which JCuda wraps in a long explanation; from the second attempt on the JVM only says
     * that a class could not be initialised, and has that explanation as the cause.
     */
    static String firstLine(Throwable e) {
        return Stream.iterate(e, Objects::nonNull, Throwable::getCause)
                .flatMap(cause -> String.valueOf(cause.getMessage()).lines())
                .map(String::strip)
                .filter(line -> line.contains("cannot open shared object") || line.contains("undefined symbol"))
                .findFirst()
                .orElseGet(
                        () -> String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString()));
    }
}
