/**
 * The numeric contract in plain scalar code: what every other backend is measured against. Arithmetic is float64 whatever
 * the tensors hold (values are rounded when they are stored), every sum runs in one fixed, ascending order on one thread.
 *
 * <p>One class for each family of {@link unitcell.engine.kernel.Kernels}; {@code Rows} moves rows between tensors and local
 * arrays, {@code Products} multiplies small matrices, {@code Activations} holds the scalar functions.
 */
package unitcell.engine.scalar;
