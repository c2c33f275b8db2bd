/**
 * Fine-tuning: networks that learn properties of whole crystals from few labels, started from a pre-trained one or from
 * nothing, each several times on the same split and with the same budget, and judged on crystals that none has seen.
 *
 * <p>{@link unitcell.trainer.finetune.FinetuneRun} does all fits of a run, {@link unitcell.trainer.finetune.FinetuneResults}
 * puts them together, {@link unitcell.trainer.finetune.FineTunedModel} opens what a fit left behind.
 */
package unitcell.trainer.finetune;
