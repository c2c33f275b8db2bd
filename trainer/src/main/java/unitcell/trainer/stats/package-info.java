/** Statistics of few runs and of many crystals: intervals, quantiles, resampling, tests against chance. Knows no crystal. */
package unitcell.trainer.stats;
