package unitcell.autograd;

/**
 * Hands out counter-based random streams: each dropout of a step gets the next stream number, so that masks depend on
 * (seed, step, position in the network) alone.
 *
 * <p>A batch may be computed in parts, each on a tape of its own. A part's masks are then the rows of the whole batch's
 * masks that belong to it.
 */
public final class DropoutStreams {
    private final long seed;
    private final long step;
    private final Part part;
    private int next;

    /** What a mask has one row for. */
    public enum Rows {
        EDGES,
        NODES,
        CRYSTALS
    }

    /**
     * Some consecutive rows.
     *
     * @param first number of the first in the whole batch
     * @param count how many
     * @param all rows of the whole batch
     */
    public record Range(long first, long count, long all) {}

    /** The rows of a batch that a tape computes. */
    public record Part(Range edges, Range nodes, Range crystals) {
        private Range of(Rows rows) {
            return switch (rows) {
                case EDGES -> edges;
                case NODES -> nodes;
                case CRYSTALS -> crystals;
            };
        }
    }

    /** For a whole batch. */
    public DropoutStreams(long seed, long step) {
        this(seed, step, null);
    }

    /** For a part of a batch. */
    public DropoutStreams(long seed, long step, Part part) {
        this.seed = seed;
        this.step = step;
        this.part = part;
    }

    public long seed() {
        return seed;
    }

    public long step() {
        return step;
    }

    /** A stream number not used before in this step. */
    public int nextStream() {
        return next++;
    }

    /**
     * Which rows of the whole batch's mask are wanted.
     *
     * @param count rows of the part, or of the whole batch where there are no parts
     */
    public Range range(Rows rows, long count) {
        Range range = part == null ? new Range(0, count, count) : part.of(rows);
        if (range.count() != count) {
            throw new IllegalArgumentException(
                    "a mask of " + count + " rows for a part with " + range.count() + " " + rows);
        }
        return range;
    }
}
