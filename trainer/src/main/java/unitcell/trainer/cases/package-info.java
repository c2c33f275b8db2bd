/**
 * Every kernel of the contract with arguments of the sizes that a network has on a batch: what benchmarks time, and what
 * verification runs on a device and on the specification.
 */
package unitcell.trainer.cases;
