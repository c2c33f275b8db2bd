package unitcell.trainer.bench;

import unitcell.autograd.Tape;
import unitcell.autograd.Var;
import unitcell.autograd.ops.LossOps;
import unitcell.autograd.ops.PointwiseOps;
import unitcell.autograd.optim.AdamW;
import unitcell.engine.DType;
import unitcell.engine.Device;
import unitcell.engine.Tensor;
import unitcell.engine.profile.KernelProfile;
import unitcell.net.EquiformerV2Config;
import unitcell.net.Generator;
import unitcell.net.GraphBatch;
import unitcell.net.ModelMetadata;

/**
 * Times training steps (forward, both losses of pre-training, backward, Adam) and forward passes of one batch in float32.
 * The neighbour graph is built beforehand and not counted, as in the reference's figures.
 */
public final class StepBenchmark {
    private final Device device;
    private final EquiformerV2Config config;
    private final GraphBatch batch;

    /**
     * What was measured.
     *
     * @param parameters scalar parameters of the model
     * @param train seconds of a training step
     * @param forward seconds of a forward pass without gradients
     * @param peakBytes most device memory in use at once
     * @param forwardWork matrix work of a forward pass
     */
    public record Result(long parameters, Timing train, Timing forward, long peakBytes, MatrixWork forwardWork) {}

    public StepBenchmark(Device device, EquiformerV2Config config, GraphBatch batch) {
        this.device = device;
        this.config = config;
        this.batch = batch;
    }

    /** Warms up, then measures {@code steps} of each. */
    public Result run(int warmup, int steps, long seed) {
        try (Generator generator = new Generator(device, DType.F32, metadata(), seed)) {
            AdamW adam = new AdamW(generator.store(), AdamW.Settings.ADAM);
            device.pool().resetPeak();
            Timing train = Timing.measure(warmup, steps, () -> trainingStep(generator, adam));
            long peak = device.pool().statistics().peakBytes();
            Timing forward = Timing.measure(warmup, steps, () -> forwardPass(generator));
            MatrixWork work = MatrixWork.forward(config, batch.nodes(), batch.edges(), Generator.CLASSES);
            return new Result(generator.store().count(), train, forward, peak, work);
        }
    }

    /**
     * Where the time of {@code steps} training steps goes, by kernel, on the device's clock: kernels are not waited for.
     */
    public KernelProfile profile(int warmup, int steps, long seed) {
        KernelProfile profile = new KernelProfile();
        StepBenchmark timed = new StepBenchmark(profile.attach(device), config, batch);
        try (Generator generator = new Generator(timed.device, DType.F32, metadata(), seed)) {
            AdamW adam = new AdamW(generator.store(), AdamW.Settings.ADAM);
            for (int i = 0; i < warmup; i++) {
                timed.trainingStep(generator, adam);
            }
            for (int i = 0; i < steps; i++) {
                profile.begin();
                timed.trainingStep(generator, adam);
                profile.end();
            }
        }
        return profile;
    }

    private ModelMetadata metadata() {
        double degree = Math.max(1, (double) batch.edges() / Math.max(1, batch.nodes()));
        double nodes = (double) batch.nodes() / batch.crystals();
        return new ModelMetadata(config, degree, nodes, ModelMetadata.Displacement.CARTESIAN);
    }

    private void trainingStep(Generator generator, AdamW adam) {
        device.pushRange("training step");
        try {
            passes(generator);
            device.pushRange("optimiser");
            try {
                adam.step(LEARNING_RATE, 1);
            } finally {
                device.popRange();
            }
            device.synchronise();
        } finally {
            device.popRange();
        }
    }

    private void passes(Generator generator) {
        generator.store().zeroGradients();
        try (Tape tape = new Tape(device, DType.F32, Tape.Mode.TRAIN)) {
            Generator.Output output = generator.forward(tape, batch);
            int n = batch.nodes();
            int[] classes = new int[n];
            double[] weight = new double[n];
            for (int i = 0; i < n; i++) {
                classes[i] = Math.max(0, batch.species()[i] - 1);
                weight[i] = 1.0 / n;
            }
            Tensor target = tape.of(new double[3 * n], n, 3);
            Var species = LossOps.crossEntropy(tape, output.logits(), tape.of(classes, n), tape.of(weight, n));
            Var moved = LossOps.squaredError(tape, 1.0 / (3 * n), output.displacement(), target);
            tape.backward(PointwiseOps.add(tape, species, moved));
            device.synchronise();
        }
    }

    /** Small enough that the network stays where its timings are typical. */
    private static final double LEARNING_RATE = 1e-4;

    private void forwardPass(Generator generator) {
        try (Tape tape = new Tape(device, DType.F32, Tape.Mode.INFERENCE)) {
            generator.forward(tape, batch);
            device.synchronise();
        }
    }
}
