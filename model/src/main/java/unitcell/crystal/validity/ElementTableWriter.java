package unitcell.crystal.validity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import unitcell.crystal.Element;
import unitcell.engine.io.AtomicFiles;

/**
 * Writes the tables that {@link OxidationStates} reads from the data files of SMACT (smact/data of its repository and,
 * as {@code metals.txt} and {@code oxidation_states_v2.2.txt}, its list of metals and the states of version 2.2):
 * {@code make validity-tables SMACT=DIR}.
 */
final class ElementTableWriter {
    private static final String HEADER = """
            # Facts compiled by SMACT, https://github.com/WMD-group/SMACT, D. W. Davies et al., JOSS 4, 1361 (2019),
            # MIT License. Symbol, Pauling electronegativity (- unknown), m for metals, oxidation states. Set:
            """;
    private static final int ELECTRONEGATIVITY_COLUMN = 9;

    private final Path folder;
    private final Map<String, String> electronegativity = new HashMap<>();
    private final Set<String> metals;

    private ElementTableWriter(Path folder) throws IOException {
        this.folder = folder;
        for (String[] words : rows("element_data.txt")) {
            String value = words[ELECTRONEGATIVITY_COLUMN];
            electronegativity.put(words[0], value.equals("None") ? "-" : value);
        }
        metals = rows("metals.txt").stream().map(words -> words[0]).collect(Collectors.toCollection(HashSet::new));
    }

    private List<String[]> rows(String file) throws IOException {
        return Files.readAllLines(folder.resolve(file), StandardCharsets.UTF_8).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.strip().split("\\s+"))
                .toList();
    }

    /**
     * Writes the resources.
     *
     * @param words the folder with SMACT's files and the folder to write to
     */
    public static void main(String[] words) throws IOException {
        if (words.length != 2) {
            throw new IllegalArgumentException(
                    "expected SMACT's folder and the FOLDER to write to, got " + List.of(words));
        }
        ElementTableWriter writer = new ElementTableWriter(Path.of(words[0]));
        Path out = Path.of(words[1]);
        writer.write(out, "smact14", "oxidation_states.txt");
        writer.write(out, "icsd24", "oxidation_states_icsd24_filtered.txt");
        // Until version 2.5.3 SMACT had a misprint here.
        writer.electronegativity.put("Zr", "0.33");
        writer.write(out, "smact-2.2.1", "oxidation_states_v2.2.txt");
    }

    private void write(Path out, String set, String file) throws IOException {
        Map<String, String> states = new HashMap<>();
        for (String[] words : rows(file)) {
            states.put(
                    words[0],
                    Arrays.stream(words, 1, words.length)
                            .map(state -> " " + Integer.parseInt(state))
                            .collect(Collectors.joining()));
        }
        StringBuilder text =
                new StringBuilder(HEADER.strip()).append(' ').append(set).append(".\n");
        for (int z = 1; z <= OxidationStates.MAX_Z; z++) {
            String symbol = Element.of(z).symbol();
            text.append(symbol).append(' ').append(electronegativity.get(symbol));
            text.append(metals.contains(symbol) ? " m" : " -")
                    .append(states.get(symbol))
                    .append('\n');
        }
        AtomicFiles.replace(out.resolve(set + ".txt"), text.toString());
    }
}
