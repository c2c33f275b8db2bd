package unitcell.trainer.gan;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import unitcell.autograd.Parameter;
import unitcell.autograd.ParameterStore;
import unitcell.autograd.optim.SpectralNorm;
import unitcell.autograd.optim.WeightClip;
import unitcell.engine.io.SafeTensorsFile;
import unitcell.engine.io.SafeTensorsWriter;

/**
 * Keeps a discriminator's slope from growing, by bounding its weight matrices after each update. Scales of norms, biases
 * and species tables are left alone: of a table one row is read at a time, so that its singular values bound nothing.
 *
 * <p>This bounds every linear layer, not the slope of the whole network, whose norms divide by what they are given.
 */
sealed interface SlopeLimit {
    /** To be called after an update, while the parameters may change. */
    void apply();

    /** Writes what the next call depends on, beside the parameters. */
    void write(Path place) throws IOException;

    /** Restores what {@link #write} wrote. */
    void read(Path place) throws IOException;

    /** What the options ask for. */
    static SlopeLimit of(ParameterStore store, DiscriminatorOptions options) {
        Set<String> limited = store.parameters().stream()
                .filter(SlopeLimit::isLimited)
                .map(Parameter::name)
                .collect(Collectors.toSet());
        return switch (options.lipschitz()) {
            case NONE -> new None();
            case SPECTRAL -> new Spectral(new SpectralNorm(store, options.limit(), limited::contains));
            case CLIP -> new Clip(new WeightClip(store, options.limit(), limited::contains));
        };
    }

    /** Whether a parameter is a matrix, or several, of a linear layer. */
    static boolean isLimited(Parameter p) {
        return p.decays() && p.shape().length >= 2 && !p.name().endsWith("_embedding.weight");
    }

    /** No limit. */
    record None() implements SlopeLimit {
        @Override
        public void apply() {}

        @Override
        public void write(Path place) {}

        @Override
        public void read(Path place) {}
    }

    /** A limit for the largest singular value. */
    record Spectral(SpectralNorm norm) implements SlopeLimit {
        private static final String FILE = DiscriminatorFiles.PREFIX + "singular.safetensors";
        private static final String VECTORS = "vectors";

        @Override
        public void apply() {
            norm.project();
        }

        @Override
        public void write(Path place) throws IOException {
            double[] vectors = norm.vectors();
            SafeTensorsWriter writer = new SafeTensorsWriter();
            writer.add(VECTORS, vectors, vectors.length);
            writer.writeNew(place.resolve(FILE));
        }

        @Override
        public void read(Path place) throws IOException {
            try (SafeTensorsFile file = SafeTensorsFile.open(place.resolve(FILE))) {
                norm.restore(file.doubles(VECTORS));
            } catch (IllegalArgumentException e) {
                throw new IOException(place.resolve(FILE) + ": " + e.getMessage(), e);
            }
        }
    }

    /** A limit for every weight. */
    record Clip(WeightClip clip) implements SlopeLimit {
        @Override
        public void apply() {
            clip.apply();
        }

        @Override
        public void write(Path place) {}

        @Override
        public void read(Path place) {}
    }
}
