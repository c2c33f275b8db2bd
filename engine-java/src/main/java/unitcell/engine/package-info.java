/** Tensors, devices and the numeric contract; knows no crystal and no differentiation. */
package unitcell.engine;
