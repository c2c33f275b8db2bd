package unitcell.trainer.gan;

import java.io.IOException;
import java.nio.file.Path;
import unitcell.engine.io.AtomicFiles;
import unitcell.engine.io.JsonObject;
import unitcell.net.PropertyNetwork;

/** Names of what a checkpoint of a game holds of the discriminator. */
final class DiscriminatorFiles {
    /** Begins the names of its files. */
    static final String PREFIX = "discriminator.";

    /** Its sizes and how it reads a crystal. */
    private static final String MODEL = "discriminator.json";

    private DiscriminatorFiles() {}

    static void writeModel(PropertyNetwork discriminator, Path place) throws IOException {
        JsonObject json = JsonObject.builder()
                .put("model", discriminator.metadata().toJson())
                .put("readout", discriminator.readout().toJson())
                .build();
        AtomicFiles.replace(place.resolve(MODEL), json.pretty());
    }
}
