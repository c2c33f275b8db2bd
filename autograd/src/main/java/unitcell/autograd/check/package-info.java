/** Gradient checks by central differences, for the project's own operations and for those of others. */
package unitcell.autograd.check;
