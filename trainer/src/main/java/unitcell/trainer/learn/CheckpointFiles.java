package unitcell.trainer.learn;

/** Names of what a checkpoint holds: files, and entries of its state that are of use to others. */
public final class CheckpointFiles {
    /** Folder of the checkpoints within a run's folder. */
    public static final String FOLDER = "checkpoints";

    /** The model's description, {@link unitcell.net.ModelMetadata}. */
    public static final String MODEL = "model.json";

    /** Task, normaliser and readout of a fine-tuned network; absent otherwise. */
    public static final String PROPERTY = "property.json";

    /** Parameters as the optimiser left them. */
    public static final String WEIGHTS = "model.safetensors";

    /** Averaged parameters; absent where training keeps no average. */
    public static final String AVERAGE = "ema.safetensors";

    /** The optimiser's moments. */
    static final String MOMENTS = "optimizer.safetensors";

    /** Entry of the state: how often each element occurs among the training atoms, by symbol. */
    public static final String TRAIN_SPECIES = "train_species";

    private CheckpointFiles() {}
}
