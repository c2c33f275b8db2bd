/**
 * Checks a user can run: reference vectors made by other programs, gradients by finite differences, equivariance. One row
 * for each comparison, with the bound it was held against and where that bound comes from.
 */
package unitcell.trainer.verify;
