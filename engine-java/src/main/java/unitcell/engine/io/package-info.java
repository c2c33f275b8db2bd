/**
 * Files: strict safetensors, JSON trees, checksums and replacement that leaves either the old or the new file, never
 * half of one. Everything here knows bytes, names and shapes, but no tensor class.
 */
package unitcell.engine.io;
