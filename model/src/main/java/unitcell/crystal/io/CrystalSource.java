package unitcell.crystal.io;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * The input files behind what a user names: a file, a folder, or a quoted glob such as {@code 'data/mp/*.csv.gz'}
 * ({@code *}, {@code ?}, {@code [..]}, {@code {a,b}}, {@code **} for any depth).
 *
 * <p>Formats go by name: {@code .cif} and {@code .mcif} (CIF), {@code .csv} (table with a column {@code cif},
 * {@code structure} or {@code composition}), {@code .json} (objects or a pandas table), {@code .jsonl} (JSON lines), each also
 * with {@code .gz}. A folder stands for the CIF files directly in it, or, if there is an {@code id_prop.csv} (CGCNN's
 * layout), for those that it lists. Files are sorted by path, so that the order of records never depends on the file
 * system.
 */
public final class CrystalSource {
    private final List<Path> files;

    private CrystalSource(List<Path> files) {
        this.files = files;
    }

    /**
     * Finds the files.
     *
     * @param specs files, folders or globs; at least one
     * @throws InputException if one of them matches nothing that can be read
     */
    public static CrystalSource of(String... specs) {
        if (specs.length == 0) {
            throw new IllegalArgumentException("name at least one file, folder or glob");
        }
        TreeSet<Path> found = new TreeSet<>();
        for (String spec : specs) {
            found.addAll(find(spec));
        }
        return new CrystalSource(List.copyOf(found));
    }

    /** The files, sorted. */
    public List<Path> files() {
        return files;
    }

    /** Opens the files for reading, one after the other; implausible structures are refused. */
    public CrystalRecords open() {
        return open(Plausibility.REQUIRED);
    }

    /** Opens the files for reading, one after the other. */
    public CrystalRecords open(Plausibility plausibility) {
        return new CrystalRecords(files, plausibility);
    }

    private static List<Path> find(String spec) {
        if (spec.isBlank()) {
            throw InputException.of(Finding.Kind.IO, Location.of("''"), "no file, folder or glob named");
        }
        try {
            Path path = Path.of(spec);
            if (Files.isDirectory(path)) {
                return folder(path);
            }
            if (Files.exists(path)) {
                requireKnown(path);
                return List.of(path);
            }
        } catch (InvalidPathException e) {
            throw new InputException(
                    new Finding(
                            Finding.Kind.IO, Location.of(Findings.show(spec)), "no possible path: " + e.getReason()),
                    e);
        } catch (IOException e) {
            throw InputStreams.failure(e, Location.of(spec));
        }
        if (firstWildcard(spec) < 0) {
            throw InputException.of(Finding.Kind.IO, Location.of(spec), "no such file or folder");
        }
        return glob(spec);
    }

    private static int firstWildcard(String spec) {
        for (int i = 0; i < spec.length(); i++) {
            if ("*?[{".indexOf(spec.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private static List<Path> folder(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> files = entries.filter(Files::isRegularFile).sorted().toList();
            List<Path> listed = files.stream().filter(IdPropRecords::isOne).toList();
            if (!listed.isEmpty()) {
                return listed;
            }
            List<Path> cifs = files.stream().filter(CrystalSource::isCif).toList();
            if (!cifs.isEmpty()) {
                return cifs;
            }
            boolean tables = files.stream().anyMatch(f -> kind(f) != null);
            throw InputException.of(
                    Finding.Kind.EMPTY,
                    Location.of(folder.toString()),
                    "folder holds no .cif files"
                            + (tables ? "; name its tables themselves, for example '" + folder + "/*.csv.gz'" : ""));
        }
    }

    private static List<Path> glob(String spec) {
        // Walk from the deepest folder that has no wildcard, at most as deep as the pattern.
        int slash = spec.lastIndexOf('/', firstWildcard(spec));
        Path base = slash < 0 ? Path.of("") : Path.of(spec.substring(0, slash + 1));
        String rest = spec.substring(slash + 1);
        int depth = rest.contains("**")
                ? Integer.MAX_VALUE
                : (int) rest.chars().filter(c -> c == '/').count() + 1;
        if (!Files.isDirectory(slash < 0 ? Path.of(".") : base)) {
            throw InputException.of(Finding.Kind.IO, Location.of(spec), "no such folder as '" + base + "'");
        }
        PathMatcher matcher;
        try {
            matcher = FileSystems.getDefault().getPathMatcher("glob:" + rest);
        } catch (PatternSyntaxException e) {
            throw new InputException(
                    new Finding(Finding.Kind.IO, Location.of(spec), "no valid glob: " + e.getDescription()), e);
        }
        Path start = slash < 0 ? Path.of(".") : base;
        try (Stream<Path> walk = Files.walk(start, depth, FileVisitOption.FOLLOW_LINKS)) {
            List<Path> files = walk.filter(Files::isRegularFile)
                    .filter(p -> matcher.matches(start.relativize(p)))
                    .map(p -> slash < 0 ? start.relativize(p) : p)
                    .toList();
            if (files.isEmpty()) {
                throw InputException.of(Finding.Kind.EMPTY, Location.of(spec), "glob matches no file");
            }
            files.forEach(CrystalSource::requireKnown);
            return files;
        } catch (IOException e) {
            throw InputStreams.failure(e, Location.of(spec));
        } catch (java.io.UncheckedIOException e) {
            throw InputStreams.failure(e.getCause(), Location.of(spec));
        }
    }

    private enum Format {
        CIF,
        CSV,
        ID_PROP,
        JSON,
        JSON_LINES
    }

    private static Format kind(Path path) {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".gz")) {
            name = name.substring(0, name.length() - 3);
        }
        if (name.endsWith(".cif") || name.endsWith(".mcif")) {
            return Format.CIF;
        }
        if (IdPropRecords.isOne(path)) {
            return Format.ID_PROP;
        }
        if (name.endsWith(".csv")) {
            return Format.CSV;
        }
        if (name.endsWith(".json")) {
            return Format.JSON;
        }
        return name.endsWith(".jsonl") ? Format.JSON_LINES : null;
    }

    private static boolean isCif(Path path) {
        return kind(path) == Format.CIF;
    }

    private static void requireKnown(Path path) {
        if (kind(path) == null) {
            throw InputException.of(
                    Finding.Kind.IO,
                    Location.of(path.toString()),
                    "unknown format; expected a name ending in .cif, .mcif, .csv, .json or .jsonl, possibly with .gz");
        }
    }

    static RecordReader reader(Path path, Plausibility plausibility) {
        return switch (kind(path)) {
            case CIF -> new CifRecords(path, plausibility);
            case CSV -> new CsvRecords(path, plausibility);
            case ID_PROP -> new IdPropRecords(path, plausibility);
            case JSON -> new JsonRecords(path, plausibility);
            case JSON_LINES -> new JsonLinesRecords(path, plausibility);
        };
    }
}
