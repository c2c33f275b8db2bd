/** Where the time of a computation goes, kernel by kernel, and what serves each operation, on any device. */
package unitcell.engine.profile;
