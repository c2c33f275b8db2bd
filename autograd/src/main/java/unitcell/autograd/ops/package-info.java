/**
 * Differentiable operations: each is one forward kernel, recorded with its backward kernel under the kernel's own name.
 * Shapes, units and formulas are those of {@link unitcell.engine.kernel}. Results belong to the tape.
 */
package unitcell.autograd.ops;
