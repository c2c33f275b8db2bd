package unitcell.trainer.pretrain;

/** Names of what a pre-training checkpoint holds that is of use to others: files, and entries of its state. */
public final class CheckpointFiles {
    /** The model's description, {@link unitcell.net.ModelMetadata}. */
    public static final String MODEL = "model.json";

    /** Parameters as the optimiser left them. */
    public static final String WEIGHTS = "model.safetensors";

    /** Averaged parameters; absent where training keeps no average. */
    public static final String AVERAGE = "ema.safetensors";

    /** Entry of the state: how often each element occurs among the training atoms, by symbol. */
    public static final String TRAIN_SPECIES = "train_species";

    private CheckpointFiles() {}
}
