package unitcell.trainer.learn;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import unitcell.autograd.DropoutStreams;
import unitcell.autograd.ParameterStore;
import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.engine.Device;
import unitcell.engine.memory.MemoryException;
import unitcell.engine.memory.MemoryPool;
import unitcell.trainer.data.GraphParts;

/**
 * Losses of a batch, and their gradients in a parameter store. When the device's memory does not suffice for a
 * batch, this one and all later ones are computed in two halves, one after the other, whose gradients add up: with the means
 * of the whole batch and the same dropout, so that losses and gradients are those of the whole but for rounding.
 *
 * <p>Memory convention: everything but the gradients is given back before a method returns or throws.
 */
public final class BatchGradients {
    /** Share of the memory that an estimate of what fits uses: batches of equal edges differ in their atoms. */
    private static final double ROOM = 0.9;

    private final Device device;
    private final ParameterStore store;
    private final Consumer<String> messages;
    private boolean inHalves;

    /**
     * @param store receives the gradients
     * @param messages receives a line when batches begin to be halved
     */
    public BatchGradients(ParameterStore store, Consumer<String> messages) {
        this.device = store.device();
        this.store = store;
        this.messages = messages;
    }

    /** What dropout depends on, and whether every intermediate result is checked. */
    public record Setting(long seed, long step, boolean detectAnomaly) {}

    /** Whether batches are computed in two halves from now on. */
    public boolean inHalves() {
        return inHalves;
    }

    /** Restores {@link #inHalves} from a checkpoint: a run goes on as it would have without the interruption. */
    public void setInHalves(boolean halves) {
        inHalves = halves;
    }

    /**
     * Computes both.
     *
     * @return losses in the order of the batch's
     * @throws MemoryException if not even half a batch fits; says how many edges would
     */
    public double[] compute(LossBatch batch, Setting setting) {
        if (!inHalves) {
            try {
                store.zeroGradients();
                return part(batch, new DropoutStreams(setting.seed(), setting.step()), setting);
            } catch (MemoryException e) {
                requireExhausted(e);
                device.pool().trim();
                requireTwo(batch, setting, e);
                inHalves = true;
                messages.accept(String.format(
                        Locale.ROOT,
                        "step %d: out of memory on a batch of %d crystals with %d atoms and %d edges (%s); from here on"
                                + " batches are computed in two halves",
                        setting.step() + 1,
                        batch.graph().crystals(),
                        batch.graph().nodes(),
                        batch.graph().edges(),
                        e.getMessage()));
            }
        }
        return batch.graph().crystals() < 2 ? alone(batch, setting) : halves(batch, setting);
    }

    private static void requireExhausted(MemoryException e) {
        if (!e.isExhausted()) {
            throw e;
        }
    }

    private void requireTwo(LossBatch batch, Setting setting, MemoryException e) {
        if (batch.graph().crystals() < 2) {
            throw tooLarge(batch, setting, e);
        }
    }

    /** A batch that cannot be halved, where others are. */
    private double[] alone(LossBatch batch, Setting setting) {
        try {
            store.zeroGradients();
            return part(batch, new DropoutStreams(setting.seed(), setting.step()), setting);
        } catch (MemoryException e) {
            requireExhausted(e);
            throw tooLarge(batch, setting, e);
        }
    }

    private double[] halves(LossBatch batch, Setting setting) {
        int half = GraphParts.half(batch.graph());
        store.zeroGradients();
        double[] losses = half(batch, 0, half, setting);
        double[] second = half(batch, half, batch.graph().crystals(), setting);
        for (int i = 0; i < losses.length; i++) {
            losses[i] += second[i];
        }
        return losses;
    }

    private double[] half(LossBatch batch, int from, int to, Setting setting) {
        LossBatch half = batch.part(from, to);
        try {
            return part(half, dropout(batch, from, to, setting), setting);
        } catch (MemoryException e) {
            requireExhausted(e);
            throw tooLarge(half, setting, e);
        }
    }

    private static DropoutStreams dropout(LossBatch batch, int from, int to, Setting setting) {
        return new DropoutStreams(setting.seed(), setting.step(), GraphParts.rows(batch.graph(), from, to));
    }

    /** Losses of a batch or a part of one; gradients are added. */
    private double[] part(LossBatch batch, DropoutStreams dropout, Setting setting) {
        try (Tape tape = new Tape(device, store.dtype(), Tape.Mode.TRAIN, dropout, setting.detectAnomaly())) {
            List<Var> losses = batch.losses(tape);
            double[] values =
                    losses.stream().mapToDouble(loss -> loss.value().item()).toArray();
            tape.backward(losses.get(0));
            return values;
        }
    }

    /**
     * Says what would fit.
     *
     * @param part what did not: half of the batch, or all of it where it is one crystal
     */
    private MemoryException tooLarge(LossBatch part, Setting setting, MemoryException cause) {
        boolean alone = part.graph().crystals() == 1;
        String size = part.graph().nodes() + " atoms and " + part.graph().edges() + " edges";
        String what = alone
                ? "one crystal with " + size
                        + " needs more than there is: leave such crystals out (--max-atoms), or choose"
                        + " a smaller network or a device with more memory"
                : "half a batch, " + part.graph().crystals() + " crystals with " + size + ", does not fit either; "
                        + advice(part, setting);
        return MemoryException.exhausted("out of memory: " + cause.getMessage() + "; " + what, cause);
    }

    private String advice(LossBatch part, Setting setting) {
        long fits = edgesThatFit(part, setting);
        return fits == 0
                ? "not even its first crystal does: choose a smaller network or a device with more memory"
                : "about " + fits + " edges would fit at once: --edges-per-batch " + fits;
    }

    /**
     * How many edges fit, from the most memory that a smaller part needs for each of its edges; 0 if no crystal of the part
     * fits. Gradients in the store are of no use afterwards.
     */
    private long edgesThatFit(LossBatch part, Setting setting) {
        MemoryPool pool = device.pool();
        long reached = pool.statistics().peakBytes();
        pool.trim();
        long base = pool.statistics().liveBytes();
        long available = Math.max(reached - base, free());
        for (int count = part.graph().crystals(); count > 0; count /= 2) {
            LossBatch fewer = part.part(0, count);
            if (fewer.graph().edges() == 0) {
                continue;
            }
            try {
                pool.resetPeak();
                part(fewer, dropout(part, 0, count, setting), setting);
                long used = pool.statistics().peakBytes() - base;
                double ofEdge = (double) used / fewer.graph().edges();
                return Math.max(1, (long) (ROOM * available / ofEdge));
            } catch (MemoryException e) {
                requireExhausted(e);
                pool.trim();
            }
        }
        return 0;
    }

    private long free() {
        long free = device.pool().memory().free();
        return free == Long.MAX_VALUE ? 0 : free;
    }
}
