/**
 * Off-heap memory with owners: a {@link unitcell.engine.memory.Memory} per device, a counting
 * {@link unitcell.engine.memory.MemoryPool} over it, and {@link unitcell.engine.memory.Scope}s that close. The only
 * package that knows LWJGL.
 */
package unitcell.engine.memory;
