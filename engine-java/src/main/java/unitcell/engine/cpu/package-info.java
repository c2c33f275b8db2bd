/**
 * Kernels in float32 on the Vector API, over native memory, on several threads. The only package that knows {@code
 * jdk.incubator.vector}. {@link unitcell.engine.cpu.Lanes} holds the vector type, memory access and elementary functions,
 * {@code Workers} the threads and their scratch memory, {@code Args} the checks between tensors and addresses; each family
 * of kernels has its own classes above them.
 */
package unitcell.engine.cpu;
