package unitcell.trainer.finetune;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import unitcell.net.Generator;

/**
 * Which parameters a fit changes. Depth counts from the head, which is 0; the final norm and the last block are 1, the
 * block before is 2, and all embeddings are one more than the first block.
 *
 * @param depth parameters up to this depth are trained
 */
public record TrainedPart(int depth) {
    /** The whole network. */
    public static final TrainedPart ALL = new TrainedPart(Integer.MAX_VALUE);

    /** The head alone. */
    public static final TrainedPart HEAD = new TrainedPart(0);

    private static final Pattern LAST = Pattern.compile("last-([1-9][0-9]{0,3})");
    private static final Pattern BLOCK = Pattern.compile("blocks\\.([0-9]+)\\..*");

    /** {@code all}, {@code head}, or {@code last-K} for the head, the final norm and the last K blocks. */
    public static Optional<TrainedPart> parse(String word) {
        Matcher last = LAST.matcher(word);
        if (last.matches()) {
            return Optional.of(new TrainedPart(Integer.parseInt(last.group(1))));
        }
        return switch (word) {
            case "all" -> Optional.of(ALL);
            case "head" -> Optional.of(HEAD);
            default -> Optional.empty();
        };
    }

    /** Whether a parameter is changed. */
    boolean trains(String parameter, int layers) {
        return depthOf(parameter, layers) <= depth;
    }

    /** Depth of a parameter in a network of so many blocks. */
    static int depthOf(String parameter, int layers) {
        if (parameter.startsWith(Generator.SPECIES_HEAD + ".")) {
            return 0;
        }
        if (parameter.startsWith("norm.")) {
            return 1;
        }
        Matcher block = BLOCK.matcher(parameter);
        return block.matches() ? layers - Integer.parseInt(block.group(1)) : layers + 1;
    }

    /** The word that {@link #parse} reads. */
    @Override
    public String toString() {
        return equals(ALL) ? "all" : equals(HEAD) ? "head" : "last-" + depth;
    }
}
