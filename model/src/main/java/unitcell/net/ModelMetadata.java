package unitcell.net;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonException;
import unitcell.engine.io.JsonObject;

/**
 * What has to be known beside the weights to use a network: its configuration and the constants measured on the data it
 * was trained on. Stored as JSON beside the weights.
 *
 * @param config sizes and options
 * @param averageDegree mean number of edges into an atom; divides the edge-degree embedding; positive
 * @param averageNodes mean number of atoms in a crystal; divides pooled sums where a head asks for that; positive
 * @param displacement what the displacement head's numbers mean
 */
public record ModelMetadata(
        EquiformerV2Config config, double averageDegree, double averageNodes, Displacement displacement) {
    /** Coordinates in which a network was trained to state displacements. */
    public enum Displacement {
        /** Cartesian, angstrom: they turn with the crystal. */
        CARTESIAN,
        /** Fractions of the lattice vectors, as the published code of the method trains them. */
        FRACTIONAL
    }

    /** The reference's constant, measured on OC20 IS2RE: edges for each atom. */
    public static final double REFERENCE_AVERAGE_DEGREE = 23.395238876342773;

    /** The reference's constant, measured on OC20 IS2RE: atoms in a structure. */
    public static final double REFERENCE_AVERAGE_NODES = 77.81317;

    private static final int VERSION = 1;

    public ModelMetadata {
        require(averageDegree, "avg_degree");
        require(averageNodes, "avg_num_nodes");
    }

    private static void require(double value, String key) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException(
                    "model metadata: " + key + " is " + value + ", expected a positive number");
        }
    }

    /**
     * Refuses a batch with species that the network has no row for.
     *
     * @throws IllegalArgumentException naming the first
     */
    void requireSpecies(GraphBatch batch) {
        for (int z : batch.species()) {
            if (z >= config.maxNumElements()) {
                throw new IllegalArgumentException(
                        "atomic number " + z + " has no row in the species tables: the model's max_num_elements is "
                                + config.maxNumElements() + ", which allows up to " + (config.maxNumElements() - 1));
            }
        }
    }

    /** As JSON. */
    public JsonObject toJson() {
        return JsonObject.builder()
                .put("format", "unitcell model")
                .put("version", VERSION)
                .put("config", ModelConfigJson.write(config))
                .put("avg_degree", averageDegree)
                .put("avg_num_nodes", averageNodes)
                .put("displacement", displacement.name().toLowerCase(Locale.ROOT))
                .build();
    }

    /**
     * From JSON.
     *
     * @throws JsonException naming the place of whatever is wrong
     */
    public static ModelMetadata fromJson(JsonObject json) throws JsonException {
        if (json.getInt("version") != VERSION) {
            throw new JsonException(
                    json.get("version").where(),
                    "model version " + json.getInt("version") + ", this program reads version " + VERSION);
        }
        EquiformerV2Config config = ModelConfigJson.read(json.getObject("config"));
        try {
            return new ModelMetadata(
                    config,
                    json.getDouble("avg_degree"),
                    json.getDouble("avg_num_nodes"),
                    Displacement.valueOf(json.getString("displacement").toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw new JsonException(json.where(), e.getMessage());
        }
    }

    /** Writes a file, atomically. */
    public void write(Path file) throws IOException {
        AtomicFiles.replace(file, toJson().pretty());
    }

    /** Reads a file. */
    public static ModelMetadata read(Path file) throws IOException {
        return fromJson(Json.parse(file).asObject());
    }
}
