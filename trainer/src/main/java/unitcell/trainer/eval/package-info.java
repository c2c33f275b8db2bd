/** Judging crystals: which share of a set passes the rules of validity. */
package unitcell.trainer.eval;
