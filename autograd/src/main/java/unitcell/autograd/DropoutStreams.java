package unitcell.autograd;

/**
 * Hands out counter-based random streams: each dropout of a step gets the next stream number, so that masks depend on
 * (seed, step, position in the network) alone.
 */
public final class DropoutStreams {
    private final long seed;
    private final long step;
    private int next;

    public DropoutStreams(long seed, long step) {
        this.seed = seed;
        this.step = step;
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
}
