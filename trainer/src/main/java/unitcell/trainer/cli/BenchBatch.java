package unitcell.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import unitcell.crystal.Crystal;
import unitcell.crystal.graph.NeighborRule;
import unitcell.crystal.io.CrystalRecord;
import unitcell.crystal.io.CrystalRecords;
import unitcell.crystal.io.CrystalSource;
import unitcell.engine.io.Json;
import unitcell.engine.io.JsonNumber;
import unitcell.engine.io.JsonObject;
import unitcell.net.EquiformerV2Config;
import unitcell.net.GraphBatch;
import unitcell.net.GraphBatches;
import unitcell.net.ModelConfigJson;
import unitcell.net.ModelPresets;
import unitcell.trainer.Console;
import unitcell.trainer.TrainerException;
import unitcell.trainer.data.BundledCrystals;
import unitcell.trainer.data.DatasetReader;

/**
 * What benchmarks work on: a network's configuration and one batch of crystals, with the options that choose them.
 *
 * @param config with rows for all species of the batch
 * @param crystals of the batch
 * @param rule which of their atoms are neighbours
 */
record BenchBatch(EquiformerV2Config config, List<Crystal> crystals, NeighborRule rule, GraphBatch batch) {
    static final CommandOption<Path> MODEL_CONFIG = CommandOption.of(
            "model-config",
            ValueType.path("FILE"),
            "network as JSON with EquiformerV2's keys, or an object holding it under \"config\"; wins over --preset");
    static final CommandOption<String> PRESET = CommandOption.of(
                    "preset", ValueType.choice(ModelPresets.names().toArray(String[]::new)), "network by name")
            .byDefault("small");
    static final CommandOption<Integer> BATCH = CommandOption.of(
                    "batch", ValueType.integer(1, 1_000_000), "crystals in the batch: the first of the data")
            .byDefault("32");
    static final CommandOption<Double> CUTOFF = CommandOption.of(
                    "cutoff", ValueType.number(0.1, 100), "neighbour cutoff in angstrom")
            .without("the network's max_radius");
    static final CommandOption<Integer> MAX_NEIGHBORS = CommandOption.of(
                    "max-neighbors",
                    ValueType.integer(1, 1_000_000),
                    "nearest neighbours kept for each atom, exactly as many at most")
            .without("the network's max_neighbors");
    static final CommandOption<String> DATA = SharedOptions.DATA.byDefault(DatasetReader.BUNDLED);

    static BenchBatch of(Arguments arguments, Console console) throws IOException {
        EquiformerV2Config config = config(arguments);
        List<Crystal> crystals = crystals(arguments, console);
        NeighborRule all = NeighborRule.within(arguments.find(CUTOFF).orElse(config.maxRadius()));
        int neighbors = arguments.find(MAX_NEIGHBORS).orElse(config.maxNeighbors());
        NeighborRule rule = neighbors == 0 ? all : all.nearestStrict(neighbors);
        GraphBatch batch = GraphBatches.of(crystals, rule);
        return new BenchBatch(withRowsFor(batch, config, console), crystals, rule, batch);
    }

    private static EquiformerV2Config config(Arguments arguments) throws IOException {
        if (arguments.find(MODEL_CONFIG).isEmpty()) {
            return ModelPresets.of(arguments.get(PRESET));
        }
        JsonObject json = Json.parse(arguments.get(MODEL_CONFIG)).asObject();
        return ModelConfigJson.read(json.has("config") ? json.getObject("config") : json);
    }

    private static List<Crystal> crystals(Arguments arguments, Console console) {
        int count = arguments.get(BATCH);
        String data = arguments.get(DATA);
        List<Crystal> out = new ArrayList<>();
        if (data.equals(DatasetReader.BUNDLED)) {
            out.addAll(BundledCrystals.read().stream().limit(count).toList());
        } else {
            try (CrystalRecords records = CrystalSource.of(data).open()) {
                while (out.size() < count && records.hasNext()) {
                    switch (records.next()) {
                        case CrystalRecord.Accepted a -> out.add(a.crystal());
                        case CrystalRecord.Refused r -> console.warn("skipped " + r.message());
                        case CrystalRecord.CompositionOnly c ->
                            console.warn("skipped " + c.where() + ": a composition without a structure");
                    }
                }
            }
        }
        if (out.isEmpty()) {
            throw TrainerException.input(data + ": holds no crystal that can be read");
        }
        return out;
    }

    /** A network for fewer elements than the data hold gets larger species tables; timings hardly change. */
    private static EquiformerV2Config withRowsFor(GraphBatch batch, EquiformerV2Config config, Console console)
            throws IOException {
        int highest = Arrays.stream(batch.species()).max().orElse(0);
        if (highest < config.maxNumElements()) {
            return config;
        }
        console.warn("max_num_elements raised from " + config.maxNumElements() + " to " + (highest + 1)
                + ": the data hold atomic number " + highest);
        JsonObject old = ModelConfigJson.write(config);
        JsonObject.Builder builder = JsonObject.builder();
        old.members()
                .forEach(
                        (k, v) -> builder.put(k, k.equals("max_num_elements") ? JsonNumber.of((long) highest + 1) : v));
        return ModelConfigJson.read(builder.build());
    }
}
