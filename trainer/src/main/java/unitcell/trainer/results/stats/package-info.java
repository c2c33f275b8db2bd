/** Statistics of the report: intervals of 95 %, resampling, and tests against chance. Knows no crystal. */
package unitcell.trainer.results.stats;
