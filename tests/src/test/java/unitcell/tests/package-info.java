/** Checks that cross modules: architecture, command line, backend parity, gradients, equivariance, end to end. */
package unitcell.tests;
