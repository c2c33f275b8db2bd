package unitcell.trainer.pretrain;

import java.util.Locale;
import java.util.function.Consumer;
import unitcell.autograd.DropoutStreams;
import unitcell.autograd.Tape;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.memory.MemoryException;
import unitcell.engine.memory.MemoryPool;
import unitcell.net.Generator;
import unitcell.trainer.data.BatchPart;
import unitcell.trainer.data.TrainingBatch;

/**
 * Losses of a batch, and their gradients in the network's parameter store. When the device's memory does not suffice for a
 * batch, this one and all later ones are computed in two halves, one after the other, whose gradients add up: with the means
 * of the whole batch and the same dropout, so that losses and gradients are those of the whole but for rounding.
 *
 * <p>Memory convention: everything but the gradients is given back before a method returns or throws.
 */
final class BatchGradients {
    /** Share of the memory that an estimate of what fits uses: batches of equal edges differ in their atoms. */
    private static final double ROOM = 0.9;

    private final Device device;
    private final Generator generator;
    private final PretrainLoss.Settings loss;
    private final Consumer<String> messages;
    private boolean inHalves;

    BatchGradients(Device device, Generator generator, PretrainLoss.Settings loss, Consumer<String> messages) {
        this.device = device;
        this.generator = generator;
        this.loss = loss;
        this.messages = messages;
    }

    /** Losses of a batch, in the order of {@link PretrainLoss.Parts}. */
    record Losses(double total, double species, double position) {
        private Losses plus(Losses other) {
            return new Losses(total + other.total, species + other.species, position + other.position);
        }
    }

    /** What dropout depends on, and whether every intermediate result is checked. */
    record Setting(long seed, long step, boolean detectAnomaly) {}

    /** Whether batches are computed in two halves from now on. */
    boolean inHalves() {
        return inHalves;
    }

    /** Restores {@link #inHalves} from a checkpoint: a run goes on as it would have without the interruption. */
    void setInHalves(boolean halves) {
        inHalves = halves;
    }

    /**
     * Computes both.
     *
     * @throws MemoryException if not even half a batch fits; says how many edges would
     */
    Losses compute(TrainingBatch batch, Setting setting) {
        PretrainLoss.Whole whole = PretrainLoss.Whole.of(batch, loss);
        if (!inHalves) {
            try {
                generator.store().zeroGradients();
                return part(batch, new DropoutStreams(setting.seed(), setting.step()), whole, setting);
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
        return batch.graph().crystals() < 2 ? alone(batch, whole, setting) : halves(batch, whole, setting);
    }

    private static void requireExhausted(MemoryException e) {
        if (!e.isExhausted()) {
            throw e;
        }
    }

    private void requireTwo(TrainingBatch batch, Setting setting, MemoryException e) {
        if (batch.graph().crystals() < 2) {
            throw tooLarge(batch, batch, setting, e);
        }
    }

    /** A batch that cannot be halved, where others are. */
    private Losses alone(TrainingBatch batch, PretrainLoss.Whole whole, Setting setting) {
        try {
            generator.store().zeroGradients();
            return part(batch, new DropoutStreams(setting.seed(), setting.step()), whole, setting);
        } catch (MemoryException e) {
            requireExhausted(e);
            throw tooLarge(batch, batch, setting, e);
        }
    }

    private Losses halves(TrainingBatch batch, PretrainLoss.Whole whole, Setting setting) {
        int half = BatchPart.half(batch);
        BatchPart first = BatchPart.of(batch, 0, half);
        BatchPart second = BatchPart.of(batch, half, batch.graph().crystals());
        generator.store().zeroGradients();
        Losses losses = half(batch, first, whole, setting);
        return losses.plus(half(batch, second, whole, setting));
    }

    private Losses half(TrainingBatch batch, BatchPart half, PretrainLoss.Whole whole, Setting setting) {
        try {
            return part(half.batch(), new DropoutStreams(setting.seed(), setting.step(), half.rows()), whole, setting);
        } catch (MemoryException e) {
            requireExhausted(e);
            throw tooLarge(batch, half.batch(), setting, e);
        }
    }

    /** Losses of a batch or a part of one; gradients are added. */
    private Losses part(TrainingBatch batch, DropoutStreams dropout, PretrainLoss.Whole whole, Setting setting) {
        try (Tape tape = new Tape(device, DType.F32, Tape.Mode.TRAIN, dropout, setting.detectAnomaly())) {
            PretrainLoss.Parts parts =
                    PretrainLoss.of(tape, generator.forward(tape, batch.graph()), batch, loss, whole);
            double total = parts.total().value().item();
            double species = parts.species().value().item();
            double position = parts.position().value().item();
            tape.backward(parts.total());
            return new Losses(total, species, position);
        }
    }

    /**
     * Says what would fit.
     *
     * @param part what did not: half of the batch, or all of it where it is one crystal
     */
    private MemoryException tooLarge(TrainingBatch batch, TrainingBatch part, Setting setting, MemoryException cause) {
        boolean alone = batch.graph().crystals() == 1;
        String size = part.graph().nodes() + " atoms and " + part.graph().edges() + " edges";
        String what = alone
                ? "one crystal with " + size
                        + " needs more than there is: leave such crystals out (--max-atoms), or choose"
                        + " a smaller network or a device with more memory"
                : "half a batch, " + part.graph().crystals() + " crystals with " + size + ", does not fit either; "
                        + advice(batch, part, setting);
        return MemoryException.exhausted("out of memory: " + cause.getMessage() + "; " + what, cause);
    }

    private String advice(TrainingBatch batch, TrainingBatch part, Setting setting) {
        long fits = edgesThatFit(batch, part, setting);
        return fits == 0
                ? "not even its first crystal does: choose a smaller network or a device with more memory"
                : "about " + fits + " edges would fit at once: --edges-per-batch " + fits;
    }

    /**
     * How many edges fit, from the most memory that a smaller part needs for each of its edges; 0 if no crystal of the part
     * fits. Gradients in the store are of no use afterwards.
     */
    private long edgesThatFit(TrainingBatch batch, TrainingBatch part, Setting setting) {
        MemoryPool pool = device.pool();
        long reached = pool.statistics().peakBytes();
        pool.trim();
        long base = pool.statistics().liveBytes();
        long available = Math.max(reached - base, free());
        for (int count = part.graph().crystals(); count > 0; count /= 2) {
            BatchPart fewer = BatchPart.of(part, 0, count);
            if (fewer.batch().graph().edges() == 0) {
                continue;
            }
            try {
                pool.resetPeak();
                part(
                        fewer.batch(),
                        new DropoutStreams(setting.seed(), setting.step(), fewer.rows()),
                        PretrainLoss.Whole.of(batch, loss),
                        setting);
                long used = pool.statistics().peakBytes() - base;
                double ofEdge = (double) used / fewer.batch().graph().edges();
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
