package unitcell.trainer.cases;

import unitcell.engine.profile.Operation;

/**
 * One kernel with arguments of the sizes that a network uses.
 *
 * @param family of the kernel contract
 * @param kernel name in the kernel contract
 * @param shape the sizes that matter, for people
 * @param setup makes the arguments
 */
public record KernelCase(String family, String kernel, String shape, Setup setup) {
    /** Makes arguments; called once, before the kernel is called. */
    @FunctionalInterface
    public interface Setup {
        Call prepare(Workspace workspace);
    }

    /**
     * A call that can be repeated.
     *
     * @param flops additions and multiplications that the kernel's definition needs, a function such as exp being one
     */
    public record Call(double flops, Runnable run) {}

    /** What is called. */
    public Operation operation() {
        return new Operation(family, kernel);
    }
}
