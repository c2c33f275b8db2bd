/**
 * Layers of EquiformerV2 under its own concept names. A layer declares its parameters in a {@link
 * unitcell.nn.ModelBuilder} when it is made and reads them from a {@link unitcell.autograd.ParameterStore} when it runs;
 * it holds no tensors itself.
 *
 * <p>Node features are [N, (L+1)^2, C], degree-major; edge features [E, R, C], packed by m (see {@link
 * unitcell.engine.kernel.SphericalLayout}).
 */
package unitcell.nn;
