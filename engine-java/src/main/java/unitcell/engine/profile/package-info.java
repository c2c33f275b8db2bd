/** Where the time of a computation goes, kernel by kernel, on any device. */
package unitcell.engine.profile;
