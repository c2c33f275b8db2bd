package unitcell.engine.profile;

/** What is done around every kernel call of an {@link InterceptedDevice}. */
@FunctionalInterface
interface KernelInterceptor {
    /**
     * Called in place of the kernel; must {@linkplain Call#proceed proceed} once.
     *
     * @throws Throwable what the kernel throws
     */
    Object around(Call call) throws Throwable;

    /**
     * A kernel call that has not happened yet.
     *
     * @param implementation the class that implements the family
     * @param kernel the call itself
     */
    record Call(Operation operation, Object[] arguments, Class<?> implementation, Body kernel) {
        Object proceed() throws Throwable {
            return kernel.run();
        }
    }

    /** Work that may throw anything. */
    @FunctionalInterface
    interface Body {
        Object run() throws Throwable;
    }
}
