package unitcell.tests.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Asks whether the parity tests would notice: spoils the CUDA kernel files in one place after the other, a barrier taken out
 * or a bounds check moved by one, and runs the tests of the family on the emulator. A mutant that passes is either a gap in
 * the tests or a change without effect, for a person to tell.
 *
 * <p>Slow: a compilation and a test run for each. {@code make mutants KERNEL=gemm} asks one file.
 */
final class KernelMutants {
    private static final int MINUTES = 5;

    /** A place and what it becomes. */
    private record Mutant(Path file, int line, String what, String text) {}

    /** Kernel files by the beginning of their names, and the tests that hold them to the specification. */
    private record Family(String files, String tests) {}

    private static final List<Family> FAMILIES = List.of(
            new Family("dense|gemm", "VectorDenseKernelsTest"),
            new Family("pointwise|random|losses", "VectorPointwiseKernelsTest"),
            new Family("radial|embedding|gaussians|small_product", "VectorRadial.*"),
            new Family("layer_norm|equivariant_norm|parts|flat", "VectorNormKernelsTest"),
            new Family("optimiser", "VectorOptimiserKernelsTest"),
            new Family("geometry|wigner", "VectorSphericalEdgesTest"),
            new Family("rotation", "VectorRotationTest"),
            new Family("s2|gate", "VectorS2ActivationTest"),
            new Family("attention|segment", "VectorSegmentKernelsTest"),
            new Family("common|rows|intrinsics", "Vector(Pointwise|Dense|Segment)KernelsTest|VectorRotationTest"));

    private static final Pattern BARRIER = Pattern.compile("__sync(threads|warp)\\(\\);");
    private static final Pattern CHECK = Pattern.compile("(if \\(|&& |\\? |return ).*?( < | >= )");

    private final Path root;
    private final Path work;

    private KernelMutants(Path root) {
        this.root = root;
        work = root.resolve("tests/target/mutants");
    }

    /**
     * @param args root of the project, regular expression for the beginnings of the names of kernel files, and "barriers",
     *     "checks" or "all"
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        new KernelMutants(Path.of(args[0]).toAbsolutePath()).run(Pattern.compile(args[1]), args[2]);
    }

    private void run(Pattern files, String kinds) throws IOException, InterruptedException {
        Path sources = work.resolve("cuda");
        Files.createDirectories(sources);
        List<Mutant> mutants = new ArrayList<>();
        try (Stream<Path> all = Files.list(root.resolve("kernels-cuda/src/main/cuda"))) {
            for (Path file : all.sorted().toList()) {
                Files.copy(file, sources.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                if (files.matcher(file.getFileName().toString()).lookingAt()) {
                    mutants.addAll(of(file, kinds));
                }
            }
        }
        System.out.println(mutants.size() + " mutants");
        List<String> survivors = new ArrayList<>();
        for (Mutant mutant : mutants) {
            Path file = sources.resolve(mutant.file.getFileName());
            String sound = Files.readString(file);
            Files.writeString(file, mutant.text);
            String verdict = verdict(mutant);
            Files.writeString(file, sound);
            String row = mutant.file.getFileName() + ":" + mutant.line + "  " + mutant.what;
            System.out.println(verdict + "  " + row);
            if (verdict.equals("SURVIVED")) {
                survivors.add(row);
            }
        }
        System.out.println((mutants.size() - survivors.size()) + " of " + mutants.size() + " were noticed");
    }

    private static List<Mutant> of(Path file, String kinds) throws IOException {
        List<Mutant> mutants = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.strip().startsWith("//")) {
                continue;
            }
            Matcher barrier = BARRIER.matcher(line);
            if (!kinds.equals("checks") && barrier.find()) {
                mutants.add(mutant(file, lines, i, "without " + barrier.group(), barrier.replaceFirst("")));
            }
            Matcher check = CHECK.matcher(line);
            if (!kinds.equals("barriers") && check.find()) {
                String moved = check.group(2).equals(" < ") ? " <= " : " > ";
                String changed = line.substring(0, check.start(2)) + moved + line.substring(check.end(2));
                mutants.add(mutant(file, lines, i, changed.strip(), changed));
            }
        }
        return mutants;
    }

    private static Mutant mutant(Path file, List<String> lines, int at, String what, String replacement) {
        List<String> changed = new ArrayList<>(lines);
        changed.set(at, replacement);
        return new Mutant(file, at + 1, what, String.join("\n", changed) + "\n");
    }

    private String verdict(Mutant mutant) throws IOException, InterruptedException {
        Path emulator = work.resolve("emulator");
        Path log = work.resolve("log");
        List<String> build = List.of(
                "sh",
                root.resolve("tests/src/emulator/build.sh").toString(),
                work.resolve("cuda").toString(),
                emulator.toString());
        if (execute(build, log) != 0) {
            return "no code ";
        }
        List<String> tests = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.lwjgl.system.memoryBackend=ffm",
                "-Dunitcell.memory.debug=true",
                "-Dunitcell.cuda.gemm=tiled",
                "-Dunitcell.cuda.library=" + emulator.resolve("libcuda.so.1"),
                "-Dunitcell.cuda.module=" + emulator.resolve("host-module.ptx"),
                "-cp",
                System.getProperty("java.class.path"),
                ParityRun.class.getName()));
        for (String test : testsFor(mutant.file.getFileName().toString())) {
            List<String> command = new ArrayList<>(tests);
            command.add(test);
            if (execute(command, log) != 0) {
                return "noticed ";
            }
        }
        return "SURVIVED";
    }

    /** In the order in which to ask them: those of the family, then those of large shapes. */
    private static List<String> testsFor(String file) {
        List<String> tests = new ArrayList<>();
        for (Family family : FAMILIES) {
            if (Pattern.compile(family.files).matcher(file).lookingAt()) {
                tests.add(family.tests);
            }
        }
        if (tests.isEmpty()) {
            throw new IllegalStateException("no parity tests are known for " + file);
        }
        tests.add("LargeShapesTest");
        return tests;
    }

    private static int execute(List<String> command, Path log) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            return 1; // a kernel that never ends is noticed
        }
        return process.exitValue();
    }
}
