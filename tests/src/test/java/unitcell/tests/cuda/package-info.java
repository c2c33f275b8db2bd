/** The CUDA backend without a GPU: kernels, driver layer and training on the emulator. */
package unitcell.tests.cuda;
