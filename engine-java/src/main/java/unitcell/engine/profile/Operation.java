package unitcell.engine.profile;

import java.util.List;

/**
 * An operation of the kernel contract.
 *
 * @param family as {@code dense}
 * @param name as {@code linear}
 */
public record Operation(String family, String name) {
    /** All of them, by family in the order of {@link unitcell.engine.kernel.Kernels}, by name within a family. */
    public static List<Operation> contract() {
        return InterceptedKernels.contract();
    }

    /** Whether it computes gradients. */
    public boolean isBackward() {
        return name.contains("Backward");
    }

    @Override
    public String toString() {
        return family + " " + name;
    }
}
