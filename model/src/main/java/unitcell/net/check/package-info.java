/** Checks for authors of test suites: what a model says of a crystal must not depend on how the crystal is written down. */
package unitcell.net.check;
