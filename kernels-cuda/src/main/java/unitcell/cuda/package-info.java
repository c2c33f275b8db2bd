/** The CUDA backend. */
package unitcell.cuda;
