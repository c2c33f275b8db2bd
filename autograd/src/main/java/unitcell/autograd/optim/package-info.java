/** Optimisers over {@link unitcell.autograd.ParameterStore} arenas: Adam, averages, schedules, clipping, guards. */
package unitcell.autograd.optim;
