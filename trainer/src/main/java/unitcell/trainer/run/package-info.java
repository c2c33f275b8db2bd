/** What a long run needs around its steps: checkpoints, metrics, progress, and a clean stop when it is told to. */
package unitcell.trainer.run;
