/**
 * The results of trained networks as one report: how valid, how similar to the truth and how varied completed crystals
 * are, which species take each other's place, what fine-tuning gains, each with its interval of 95 %; tables and figures
 * as one HTML file, every number as JSON, and the completed crystals in the forms that other programs evaluate.
 */
package unitcell.trainer.results;
