package unitcell.net;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import unitcell.autograd.Parameter;
import unitcell.autograd.ParameterStore;
import unitcell.engine.DType;
import unitcell.engine.Tensor;
import unitcell.engine.io.SafeTensorsException;
import unitcell.engine.io.SafeTensorsFile;
import unitcell.engine.io.SafeTensorsWriter;

/**
 * Parameters, or another arena of a {@link ParameterStore}, as safetensors under EquiformerV2's names.
 *
 * <p>Loading is strict: every parameter must be there with its shape and nothing else may be, except the buffers that a
 * PyTorch state_dict of the reference carries beside its parameters (index tables and grid matrices, which are computed
 * here). Floating types convert: narrower ones exactly, float64 to float32 by rounding.
 *
 * <p>Memory convention: an arena is read and written one parameter at a time, through a copy on the heap.
 */
public final class ModelWeights {
    private static final int LISTED = 6;

    /** Last components of the names of the reference's buffers. */
    private static final Set<String> BUFFERS = Set.of(
            "offset",
            "l_harmonic",
            "m_harmonic",
            "m_complex",
            "to_m",
            "to_grid_mat",
            "from_grid_mat",
            "expand_index",
            "balance_degree_weight",
            "rotate_inv_rescale");

    private ModelWeights() {}

    /** Adds an arena's parameters to a file, each under {@code prefix} and its name; the bytes are copied now. */
    public static void add(SafeTensorsWriter writer, ParameterStore store, Tensor arena, String prefix) {
        for (Parameter p : store.parameters()) {
            Tensor values = store.in(arena, p.name());
            if (store.dtype() == DType.F64) {
                writer.add(prefix + p.name(), values.toDoubles(), p.shape());
            } else {
                writer.add(prefix + p.name(), values.toFloats(), p.shape());
            }
        }
    }

    /**
     * Writes an arena to a file of its own, atomically.
     *
     * @param metadata strings for the header
     */
    public static void save(Path file, ParameterStore store, Tensor arena, Map<String, String> metadata)
            throws IOException {
        SafeTensorsWriter writer = new SafeTensorsWriter();
        metadata.forEach(writer::metadata);
        add(writer, store, arena, "");
        writer.write(file);
    }

    /**
     * Reads a file into an arena.
     *
     * @throws ModelMismatchException if names or shapes do not fit; the arena is then unchanged
     * @throws IOException if the file cannot be read or is no safetensors file
     */
    public static void load(Path file, ParameterStore store, Tensor arena) throws IOException {
        try (SafeTensorsFile in = SafeTensorsFile.open(file)) {
            requireFit(file, in, new TreeSet<>(in.names()), store.parameters(), List.of(""));
            load(in, store, store.parameters(), arena, "");
        }
    }

    /**
     * Reads the backbone of another network into an arena: heads of both are left alone, everything else must fit as in
     * {@link #load(Path, ParameterStore, Tensor)}.
     *
     * @throws ModelMismatchException if names or shapes do not fit; the arena is then unchanged
     */
    public static void loadBackbone(Path file, ParameterStore store, Tensor arena) throws IOException {
        List<Parameter> backbone =
                store.parameters().stream().filter(p -> !isOfHead(p.name())).toList();
        try (SafeTensorsFile in = SafeTensorsFile.open(file)) {
            Set<String> names = new TreeSet<>(in.names());
            names.removeIf(ModelWeights::isOfHead);
            requireFit(file, in, names, backbone, List.of(""));
            load(in, store, backbone, arena, "");
        }
    }

    private static boolean isOfHead(String name) {
        return name.startsWith(Generator.SPECIES_HEAD + ".") || name.startsWith(Generator.DISPLACEMENT_HEAD + ".");
    }

    /**
     * Reads a file that holds several arenas into them.
     *
     * @param arenas prefix of the names, and where the values go
     * @throws ModelMismatchException if names or shapes do not fit; the arenas are then unchanged
     */
    public static void load(Path file, ParameterStore store, Map<String, Tensor> arenas) throws IOException {
        try (SafeTensorsFile in = SafeTensorsFile.open(file)) {
            requireFit(file, in, new TreeSet<>(in.names()), store.parameters(), List.copyOf(arenas.keySet()));
            for (Map.Entry<String, Tensor> entry : arenas.entrySet()) {
                load(in, store, store.parameters(), entry.getValue(), entry.getKey());
            }
        }
    }

    private static void load(
            SafeTensorsFile in, ParameterStore store, List<Parameter> parameters, Tensor arena, String prefix)
            throws IOException {
        for (Parameter p : parameters) {
            Tensor target = store.in(arena, p.name());
            if (store.dtype() == DType.F64) {
                target.copyFrom(in.doubles(prefix + p.name()));
            } else {
                target.copyFrom(in.floats(prefix + p.name()));
            }
        }
    }

    /** @param unexpected names in the file that matter; those that are found to be wanted are removed */
    private static void requireFit(
            Path file, SafeTensorsFile in, Set<String> unexpected, List<Parameter> parameters, List<String> prefixes)
            throws ModelMismatchException, SafeTensorsException {
        List<String> missing = new ArrayList<>();
        List<String> misshapen = new ArrayList<>();
        for (String prefix : prefixes) {
            for (Parameter p : parameters) {
                String name = prefix + p.name();
                unexpected.remove(name);
                if (!in.contains(name)) {
                    missing.add(name);
                } else if (!Arrays.equals(in.shape(name), p.shape())) {
                    misshapen.add(name + " is " + Arrays.toString(in.shape(name)) + ", expected "
                            + Arrays.toString(p.shape()));
                } else if (!in.type(name).isFloating()) {
                    misshapen.add(name + " is " + in.type(name) + ", expected a floating type");
                }
            }
        }
        unexpected.removeIf(ModelWeights::isBuffer);
        if (!missing.isEmpty() || !misshapen.isEmpty() || !unexpected.isEmpty()) {
            throw new ModelMismatchException(file + " does not fit the model: "
                    + described("missing", missing)
                    + described("not in the model", List.copyOf(unexpected))
                    + described("of another shape", misshapen)
                    + "check the model's configuration");
        }
    }

    private static boolean isBuffer(String name) {
        return BUFFERS.contains(name.substring(name.lastIndexOf('.') + 1));
    }

    private static String described(String what, List<String> names) {
        if (names.isEmpty()) {
            return "";
        }
        String more = names.size() > LISTED ? ", and " + (names.size() - LISTED) + " more" : "";
        return names.size() + " " + what + " (" + String.join(", ", names.subList(0, Math.min(LISTED, names.size())))
                + more + "); ";
    }
}
