/** What serves each operation on this machine, found out by watching a training step. */
package unitcell.trainer.explain;
